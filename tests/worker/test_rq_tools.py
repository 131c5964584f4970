"""RQ's own tools know nothing of lanes and leases, and work as they always do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import django_rq
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway
from rq.suspension import resume, suspend
from rq.worker import Worker

from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from ats_integration.worker import WAIT
from jobbird.board.models import Application
from tests.queue_steps import job_ids, move_due, scheduled_ids, step, wait_until
from tests.worker import foreign
from tests.worker.conftest import Tune
from tests.worker.running import in_threads, worker

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]


@pytest.fixture
def busy(valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox) -> Iterator[Any]:
    """Give a worker with one call in flight, one message that waits, one scheduled, and one in the retry queue."""
    tune(MAX_CONCURRENCY=1)
    ats.behave("recruitee", "down", times=2)
    for number in range(2):
        apply(email=f"failed-{number}@example.org")
        step(valkey)
    timed = scheduled_ids(valkey)
    valkey.zadd("rq:scheduler:scheduled_jobs", {timed[0]: 1})
    django_rq.get_scheduler("retry").enqueue_jobs()
    ats.behave("recruitee", "slow", seconds=4)
    one = worker()
    apply()
    with in_threads(one):
        wait_until(lambda: valkey.zcard("ats:leases") == 1 and valkey.zcard(f"ats:waiting:{config.pk}") == 1)
        apply()
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 2)
        yield one
        ats.behave("recruitee", "ok")


def overview() -> str:
    """Return where the pages about the queues begin."""
    return reverse("admin:django_rq_dashboard_changelist")


def test_every_page_of_the_admin_answers_while_the_worker_is_busy(
    busy: Any, valkey: Any, admin_client: Client, config: ATSConfig
) -> None:
    in_flight = valkey.zrange("ats:leases", 0, -1)[0].decode()
    waiting = valkey.zrange(f"ats:waiting:{config.pk}", 0, -1)[0].decode()
    timed = scheduled_ids(valkey)[0]
    pages = {
        "": "happy",
        "queues/0/": "",
        "queues/1/": "",
        "queues/0/started/": "",
        "queues/1/started/": "",
        "queues/0/scheduled/": "",
        "queues/0/failed/": "",
        "queues/0/finished/": "",
        "queues/0/deferred/": "",
        "queues/0/details/": "",
        f"queues/0/{in_flight}/": in_flight,
        f"queues/0/{waiting}/": waiting,
        f"queues/1/{timed}/": timed,
        "workers/0/": busy.name,
        f"workers/0/{busy.key}/": busy.name,
        "schedulers/0/": "",
        "stats.json": "started_jobs",
    }
    for page, expected in pages.items():
        answer = admin_client.get(overview() + page)
        assert (page, 200) == (page, answer.status_code)
        assert expected.encode() in answer.content, page


def test_the_page_of_what_is_in_flight_shows_it(busy: Any, valkey: Any, admin_client: Client) -> None:
    in_flight = valkey.zrange("ats:leases", 0, -1)[0]
    index = 0 if in_flight.endswith(b"-0") else 1
    assert in_flight in admin_client.get(overview() + f"queues/{index}/started/").content


def test_rqstats_counts_what_is_in_flight(busy: Any, valkey: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rqstats", "--json", stdout=StringIO())
    found = {queue["name"]: queue for queue in json.loads(capsys.readouterr().out)["queues"]}
    assert 1 == found["happy"]["started_jobs"] + found["retry"]["started_jobs"]
    assert (1, 1) == (found["happy"]["workers"], found["retry"]["workers"])


def test_a_suspended_worker_takes_nothing_until_it_is_resumed(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    one = worker()
    suspend(valkey)
    apply()
    with in_threads(one):
        wait_until(lambda: valkey.hget(one.key, "state") == b"suspended")
        assert 1 == len(job_ids(valkey, "happy"))
        resume(valkey)
        wait_until(lambda: Delivery.objects.get().status == "delivered")


def test_what_is_in_flight_is_held_on_to_while_the_workers_are_suspended(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "slow", seconds=4)
    apply()
    one = worker()
    with in_threads(one):
        wait_until(lambda: valkey.zcard("ats:leases") == 1)
        suspend(valkey)
        wait_until(lambda: valkey.hget(one.key, "state") == b"suspended")
        valkey.zadd("ats:leases", {valkey.zrange("ats:leases", 0, -1)[0]: 9_000_000_000_000})
        wait_until(lambda: valkey.zrange("ats:leases", 0, -1, withscores=True)[0][1] < 9_000_000_000_000)
        resume(valkey)
    assert "delivered" == Delivery.objects.get().status


def test_a_burst_ends_when_nothing_is_left(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    for _ in range(5):
        apply()
    assert worker().work(burst=True, logging_level="WARNING")
    assert 5 == Delivery.objects.filter(status="delivered").count()
    assert not worker().work(burst=True, logging_level="WARNING")


def test_a_burst_does_not_wait_for_a_turn_that_is_far_away(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    valkey.set(f"ats:pause:config-{config.pk}", 1, ex=600)
    apply()
    started = time.monotonic()
    worker().work(burst=True, logging_level="WARNING")
    assert time.monotonic() - started < 10
    assert 1 == valkey.zcard(f"ats:waiting:{config.pk}")


def test_a_burst_in_suspension_ends(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    suspend(valkey)
    apply()
    worker().work(burst=True, logging_level="WARNING")
    assert 1 == len(job_ids(valkey, "happy"))


@pytest.mark.parametrize("most", [1, 3, 7])
def test_max_jobs_is_exact(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, most: int) -> None:
    for _ in range(9):
        apply()
    worker().work(burst=True, max_jobs=most, logging_level="WARNING")
    assert (most, 9 - most) == (ats.stats()["recruitee"]["calls"], 9 - len(Delivery.objects.filter(status="delivered")))


def test_max_idle_time_ends_an_idle_worker(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> None:
    ats.behave("recruitee", "slow", seconds=1.5)
    apply()
    started = time.monotonic()
    worker().work(max_idle_time=1, logging_level="WARNING")
    assert "delivered" == Delivery.objects.get().status
    assert 2.5 - WAIT.total_seconds() <= time.monotonic() - started < 20  # it looks whether it is idle so often


def test_a_foreign_function_runs(valkey: Any, drain: Drain) -> None:
    foreign.calls.clear()
    job = django_rq.get_queue("happy").enqueue(foreign.note, "hello")
    drain()
    assert ["hello"] == foreign.calls
    assert "finished" == job.get_status()
    assert [] == valkey.keys("rq:wip:*") + valkey.keys("ats:*") + valkey.keys("rq:execution*")


def test_a_foreign_function_that_fails_is_a_failed_job(
    valkey: Any, drain: Drain, caplog: pytest.LogCaptureFixture
) -> None:
    queue = django_rq.get_queue("happy")
    job = queue.enqueue(foreign.fail)
    drain()
    assert ("failed", [job.id]) == (job.get_status(), queue.failed_job_registry.get_job_ids())
    assert "Sanne" not in caplog.text


def test_a_foreign_function_that_could_not_run_without_redis_comes_back(
    valkey: Any, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign.calls.clear()
    django_rq.get_queue("happy").enqueue(foreign.note, "late")

    def away(*_: Any) -> None:
        raise RedisAway("refused")

    with monkeypatch.context() as patched:
        patched.setattr("ats_integration.worker.DeliveryWorker.prepare_execution", away)
        drain()
    assert ([], 1) == (foreign.calls, valkey.zcard("ats:leases"))
    valkey.zadd("ats:leases", {valkey.zrange("ats:leases", 0, -1)[0]: 1})
    drain()
    assert ["late"] == foreign.calls


def test_deliveries_and_foreign_jobs_are_counted_once(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    for _ in range(3):
        apply()
    django_rq.get_queue("happy").enqueue(foreign.note, "x")
    django_rq.get_queue("happy").enqueue(foreign.fail)
    one = worker()
    one.work(burst=True, logging_level="WARNING")
    found = Worker.find_by_key(one.key, valkey)
    assert found
    assert (4, 1) == (found.successful_job_count, found.failed_job_count)


def test_after_a_burst_only_the_worker_the_limits_and_the_last_sweep_are_left(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain
) -> None:
    ats.behave("recruitee", "down", times=1)
    apply()
    drain()
    move_due(valkey)
    for _ in range(20):
        apply()
    drain()
    assert 21 == Delivery.objects.filter(status="delivered").count()
    left = {key.decode().split(":")[1] for key in valkey.keys("*") if not key.startswith(b"rq:worker:")}
    assert left <= {"limits", "queues", "clean_groups", "sweep"}, valkey.keys("*")
