"""The suite's own tools: a clock that steps, a process that dies where it is told to, servers that hang."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from jobbird.demo.ports import free_port

from . import clock, crashes
from .servers import Valkey

LOOK_AT_THE_CLOCK = """
import datetime, sys, time
from tests.chaos import clock
real, began = time.time(), time.monotonic()
clock.follow()
while abs(time.time() - real - float(sys.argv[1])) > 5:
    assert time.monotonic() - began < 20
    time.sleep(0.02)
print(round(datetime.datetime.now().timestamp() - real, -1), round(time.monotonic() - began, -2))
"""
DIE = (
    "from tests.chaos import crashes; import json; crashes.arm({!r}, {}); json.dumps(1); json.dumps(2); print('lived')"
)


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program; return what it printed and how it ended."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("seconds", ["90", "-90"])
def test_the_wall_clock_steps_and_the_monotonic_one_does_not(seconds: str, tmp_path: Path) -> None:
    clock.step(tmp_path / "clock", timedelta(seconds=float(seconds)))
    told = python(LOOK_AT_THE_CLOCK, seconds, **{clock.VARIABLE: str(tmp_path / "clock")})
    assert ("", [float(seconds), 0.0]) == (told.stderr, [float(word) for word in told.stdout.split()])


@pytest.mark.parametrize(
    ("point", "turn", "status"),
    [("before:json.dumps", 1, -9), ("after:json.dumps", 2, -9), ("after:json.dumps", 3, 0)],
)
def test_a_process_dies_at_its_point_and_only_there(point: str, turn: int, status: int) -> None:
    ended = python(DIE.format(point, turn))
    assert (status, "lived" in ended.stdout) == (ended.returncode, status == 0)


def test_a_point_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nowhere"):
        crashes.arm("before:ats_integration.queues.nowhere")


def test_valkey_keeps_hangs_and_loses(tmp_path: Path) -> None:
    port = free_port()
    valkey = Valkey(port, tmp_path / "valkey", tmp_path / "log")
    valkey.start()
    client = redis.Redis(port=port, socket_timeout=0.5)
    try:
        client.set("name", "Sanne")
        with valkey.hanging(), pytest.raises(redis.TimeoutError):
            client.get("name")
        with valkey.full(), pytest.raises(redis.ResponseError, match="maxmemory"):
            client.set("name", "Anna")
        client.waitaof(1, 0, 5000)
        valkey.kill()
        valkey.start()
        assert b"Sanne" == client.get("name")
        valkey.kill()
        valkey.lose_disk()
        valkey.start()
        assert client.get("name") is None
    finally:
        client.close()
        valkey.kill()
