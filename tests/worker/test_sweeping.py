"""The sweeper knows where messages may be: in a lane, with a worker, in the schedule; what is nowhere comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from ats_integration import lost, queues, sweep
from ats_integration.lost import Scan, due_first
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import age, job_ids, scheduled_ids, step, take, wait_until
from tests.worker.conftest import Tune
from tests.worker.running import in_threads, worker

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def waiting(valkey: Any, config: ATSConfig, apply: Apply) -> Any:
    """Hand in five applications a minute ago; all of them wait in their lane."""
    valkey.set(f"ats:pause:config-{config.pk}", 1, ex=600)
    for _ in range(5):
        apply()
    park(valkey, config, 5)
    age(Delivery.objects.all())
    return valkey


def park(valkey: Any, config: ATSConfig, count: int) -> None:
    """Let a worker put so many messages into their lane."""
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == count)


def test_what_waits_in_a_lane_is_not_enqueued_again(waiting: Any) -> None:
    assert 0 == sweep.sweep().enqueued
    assert [] == job_ids(waiting, "happy")


def test_what_is_scheduled_is_not_enqueued_again(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> None:
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    age(Delivery.objects.all())
    assert (0, 1) == (sweep.sweep().enqueued, len(scheduled_ids(valkey)))


def test_what_a_worker_has_leased_is_not_enqueued_again(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "slow", seconds=1)
    apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard("ats:leases") == 1)
        age(Delivery.objects.all())
        Delivery.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert 0 == sweep.sweep().enqueued


def test_what_is_nowhere_comes_back_while_others_wait(waiting: Any, config: ATSConfig, apply: Apply) -> None:
    apply()
    take(waiting)
    age(Delivery.objects.order_by("-created_at")[:1])
    assert (1, 1) == (sweep.sweep().enqueued, len(job_ids(waiting, "happy")))


def test_what_a_lane_forgot_comes_back(waiting: Any, config: ATSConfig) -> None:
    forgotten = waiting.zrange(f"ats:waiting:{config.pk}", 2, 2)[0]
    waiting.zrem(f"ats:waiting:{config.pk}", forgotten)
    assert 1 == sweep.sweep().enqueued
    assert [forgotten.decode()] == job_ids(waiting, "happy")


def test_what_comes_back_takes_its_place_in_the_lane(waiting: Any, config: ATSConfig) -> None:
    lane = f"ats:waiting:{config.pk}"
    before = waiting.zrange(lane, 0, -1)
    waiting.zrem(lane, before[1])
    sweep.sweep()
    park(waiting, config, 5)
    assert before == waiting.zrange(lane, 0, -1)


def test_what_is_lost_behind_a_long_known_head_is_found(
    waiting: Any, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply()
    take(waiting)
    age(Delivery.objects.order_by("-created_at")[:1], by=timedelta(seconds=40))
    monkeypatch.setattr(lost, "BATCH", 2)
    monkeypatch.setattr(lost, "WINDOW", 2)
    scan, now = Scan(due_first), timezone.now()
    assert [0, 1, 0] == [scan.put_back(now) for _ in range(3)]


def test_flushing_redis_while_lanes_wait_loses_nothing(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    tune(MAX_CONCURRENCY=1, SWEEP_GRACE=timedelta(milliseconds=100), SWEEP_INTERVAL=timedelta(milliseconds=200))
    ats.behave("recruitee", "slow", seconds=0.1)
    for number in range(10):
        apply(email=f"candidate-{number}@example.org")
    with in_threads(worker()):
        wait_until(lambda: ats.stats()["recruitee"]["accepted"] >= 2 and valkey.zcard(f"ats:waiting:{config.pk}"))
        valkey.flushall()
        wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 10)
        connections.close_all()
    assert (10, 0) == (ats.stats()["recruitee"]["accepted"], ats.stats()["recruitee"]["twice"])


def test_depths_tell_how_many_wait(waiting: Any, client: Client, config: ATSConfig) -> None:
    assert {"happy": 0, "retry": 0, "scheduled": 0, "waiting": 5} == queues.depths()
    assert 5 == client.get("/healthz").json()["queues"]["waiting"]
    assert b'ats_queue_depth{queue="waiting"} 5.0' in client.get("/metrics").content
