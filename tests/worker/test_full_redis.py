"""A Redis that has no memory left takes no new messages, and gives back what it holds, however long that lasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import OutOfMemoryError

from ats_integration.dispatch import LIMITS_TTL, Batch
from ats_integration.models import ATSConfig, Delivery
from jobbird.board.models import Application
from tests.queue_steps import wait_until
from tests.worker.clock import advance
from tests.worker.conftest import Lanes, names
from tests.worker.running import in_threads, worker

Apply = Callable[..., Application]


@contextmanager
def full(valkey: Any) -> Iterator[None]:
    """Let Redis refuse every write that needs memory."""
    valkey.config_set("maxmemory-policy", "noeviction")
    valkey.config_set("maxmemory", 1)
    try:
        yield
    finally:
        valkey.config_set("maxmemory", 0)


def test_limits_are_published_and_what_waits_is_taken_and_settled(lanes: Lanes) -> None:
    jobs = names(20)
    lanes.limit(1, concurrency=5)
    lanes.put(*jobs)
    advance(lanes.valkey, LIMITS_TTL + timedelta(seconds=1))
    went: list[str] = []
    with full(lanes.valkey):
        assert (1,) == lanes.claim().unknown
        lanes.worker().publish(lanes.limits)
        while batch := lanes.take():
            went += batch
            lanes.settle(*batch)
    assert (jobs, []) == (went, lanes.leftovers())


def test_what_a_dead_worker_held_is_put_back(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=2)
    jobs = names(3)
    lanes.put(*jobs)
    lanes.take(worker="dead")
    lanes.pass_time(minutes=1)
    with full(lanes.valkey):
        assert 2 == lanes.worker("alive").reclaim()
        assert jobs[:2] == lanes.take(worker="alive")
        lanes.worker("alive").renew({jobs[0]: 1})


def test_an_outage_is_noted(lanes: Lanes) -> None:
    lanes.put(*names(10))
    jobs = lanes.take()
    with full(lanes.valkey):
        lanes.settle(*jobs, verdict="failed", code="http_503")
    assert b"http_503" == lanes.valkey.hget("ats:circuit:1", "code")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_starts_then_and_is_in_nobodys_list_delivers(
    valkey: Any, config: ATSConfig, apply: Apply
) -> None:
    for number in range(5):
        apply(email=f"candidate-{number}@example.org")
    with full(valkey), in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 5)
        assert [] == valkey.keys("rq:worker:*")
        with pytest.raises(OutOfMemoryError):
            valkey.set("still", "full")
        valkey.config_set("maxmemory", 0)  # so that the worker can say goodbye


def test_a_worker_with_nothing_to_do_rests(valkey: Any) -> None:
    idle = worker()
    before = time.monotonic()
    with full(valkey):
        idle.wait(Batch())
    assert time.monotonic() - before > 0.2


def test_a_server_that_is_too_old_is_named_before_anything_is_taken(
    valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = worker()
    monkeypatch.setattr(running.connection, "info", lambda _section: {"redis_version": "6.2.14"})
    with pytest.raises(CommandError, match=r"^Redis 7 or newer, or Valkey, is needed; this is Redis 6\.2\.14\.$"):
        running.work(burst=True)


def test_a_server_that_is_away_may_be_asked_later(valkey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    running = worker()

    def away(_section: str) -> None:
        raise RedisAway("refused")

    monkeypatch.setattr(running.connection, "info", away)
    running.require_new_redis()
