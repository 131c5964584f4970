"""`python manage.py ats_sandbox` runs alone, without any database, and stops when told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ats_integration.sandbox.vendors import VENDORS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    line = [sys.executable, "manage.py", "ats_sandbox", "--port", "0"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_says_where_it_is_and_stops_cleanly(command: subprocess.Popen[str], number: signal.Signals) -> None:
    assert command.stdout is not None
    said = "".join(command.stdout.readline() for _ in range(len(VENDORS) + 2))
    address = next(word for word in said.split() if word.startswith("http://"))
    assert "ATS stand-in" in requests.get(address, timeout=5).text
    command.send_signal(number)
    assert 0 == command.wait(timeout=10)
    assert command.stderr is not None
    assert "" == command.stderr.read()
    assert "/recruitee" in said
    assert "list 127.0.0.1 in ATS_INTEGRATION['ALLOWED_PRIVATE_HOSTS'] and enter one" in said


def test_names_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = [sys.executable, "manage.py", "ats_sandbox", "--port", port]
        ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert 1 == ended.returncode
    assert f"Cannot listen on 127.0.0.1:{port}" in ended.stderr
