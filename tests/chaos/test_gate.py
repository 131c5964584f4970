"""The gate before S3 does what the faults ask of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from ats_integration.sandbox import Sandbox
from jobbird.demo.ports import free_port

from .gate import Gate


@pytest.fixture
def gate(ats: Sandbox) -> Iterator[Gate]:
    """Give a gate before the stand-in."""
    with Gate(free_port(), ats.port) as gate:
        yield gate


def status(gate: Gate) -> int:
    """Ask through the gate."""
    return requests.get(f"http://127.0.0.1:{gate.port}/_sandbox/stats", timeout=5).status_code


def test_it_lets_through(gate: Gate) -> None:
    assert [200, 200] == [status(gate), status(gate)]


def test_closed_it_refuses_connections_and_opens_again(gate: Gate) -> None:
    with gate.closed(), pytest.raises(requests.ConnectionError):
        status(gate)
    assert 200 == status(gate)


def test_it_drops_connections_that_are_open_when_it_closes(gate: Gate) -> None:
    with requests.Session() as session:
        address = f"http://127.0.0.1:{gate.port}/_sandbox/stats"
        assert session.get(address, timeout=5).ok
        with gate.closed(), pytest.raises(requests.ConnectionError):
            session.get(address, timeout=5)


def test_failing_it_answers_500(gate: Gate) -> None:
    with gate.failing():
        assert 500 == status(gate)
    assert 200 == status(gate)


def test_slow_it_takes_its_time(gate: Gate) -> None:
    with gate.slow(timedelta(seconds=0.3)):
        began = time.monotonic()
        assert 200 == status(gate)
        assert 0.3 <= time.monotonic() - began
