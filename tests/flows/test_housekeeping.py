"""What a worker does beside delivering: sweep in turns, mail every second, survive what fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from ats_integration import housekeeping, notices, sweep
from ats_integration.housekeeping import Housekeeper
from ats_integration.models import ATSConfig, Delivery
from jobbird.board.models import Application
from tests.flows.conftest import Tune
from tests.queue_steps import age, job_ids, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace the sweep by a list of the moments it was asked for."""
    moments: list[float] = []
    monkeypatch.setattr(sweep, "sweep", lambda: moments.append(time.monotonic()))
    return moments


@pytest.fixture
def housekeeper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Housekeeper]:
    """Make a housekeeper that ticks fast."""
    monkeypatch.setattr(housekeeping, "TICK", timedelta(milliseconds=10))
    made = Housekeeper()
    yield made
    if made.is_alive():
        made.stop()


def test_one_of_many_workers_sweeps(valkey: Any, swept: list[float]) -> None:
    for _ in range(4):
        Housekeeper().sweep()
    assert 1 == len(swept)


def test_it_sweeps_again_after_the_interval(valkey: Any, tune: Tune, swept: list[float]) -> None:
    tune(SWEEP_INTERVAL=timedelta(milliseconds=50))
    Housekeeper().sweep()
    time.sleep(0.06)
    Housekeeper().sweep()
    assert 2 == len(swept)


def test_without_redis_everybody_sweeps(redis_away: None, db: None, swept: list[float]) -> None:
    for _ in range(2):
        Housekeeper().sweep()
    assert 2 == len(swept)


def test_a_fault_does_not_end_it(
    valkey: Any, housekeeper: Housekeeper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticks: list[int] = []

    def fail() -> None:
        ticks.append(1)
        raise ValueError("Sanne")

    monkeypatch.setattr(notices, "send_due", fail)
    housekeeper.start()
    wait_until(lambda: len(ticks) > 2)
    assert "housekeeping.failed fault=ValueError at" in caplog.text
    assert "Sanne" not in caplog.text


def test_it_brings_lost_deliveries_back(
    valkey: Any, config: ATSConfig, apply: Callable[..., Application], housekeeper: Housekeeper
) -> None:
    apply()
    valkey.flushall()
    age(Delivery.objects.all())
    housekeeper.start()
    wait_until(lambda: job_ids(valkey, "happy"))


def test_it_stops_within_a_tick(valkey: Any, housekeeper: Housekeeper) -> None:
    housekeeper.start()
    housekeeper.stop()
    assert not housekeeper.is_alive()
