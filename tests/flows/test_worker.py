"""The worker in this process: parallel, fair to both queues, through outages of Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django_rq
import pytest
from django.db import connections
from redis.exceptions import ConnectionError as RedisAway
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker
from rq.worker.base import WorkerStatus

from ats_integration import delivery, queues
from ats_integration.dispatch import Dispatch
from ats_integration.messages import Message
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from ats_integration.worker import DeliveryWorker
from jobbird.board.models import Application, Customer
from tests.flows.conftest import Connect, Tune
from tests.queue_steps import job_ids, messages, move_due, step, the_delivery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]


def worker() -> DeliveryWorker:
    """Return a worker as `rqworker happy retry` makes it."""
    made = django_rq.get_worker("happy", "retry")
    assert isinstance(made, DeliveryWorker)
    return made


def delivered() -> int:
    """Return how many deliveries arrived."""
    return Delivery.objects.filter(status="delivered").count()


def seconds(function: Callable[[], None]) -> float:
    """Return how long a function takes."""
    started = time.monotonic()
    function()
    return time.monotonic() - started


def test_the_worker_empties_both_queues(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain
) -> None:
    ats.behave("recruitee", "down", times=1)
    apply()
    step(valkey)
    move_due(valkey)
    apply()
    drain()
    assert 2 == delivered()
    assert [] == job_ids(valkey, "happy") + job_ids(valkey, "retry")


def test_slow_calls_run_side_by_side(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain) -> None:
    ats.behave("recruitee", "slow", seconds=1)
    for _ in range(8):
        apply()
    assert seconds(drain) < 4
    assert 8 == delivered()


def test_no_more_calls_run_at_once_than_the_settings_say(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch, drain: Drain
) -> None:
    tune(WORKER_CONCURRENCY=3)
    running, most, lock, attempt = 0, 0, threading.Lock(), delivery.attempt

    def watched(*args: Any) -> delivery.Result:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return attempt(*args)

    monkeypatch.setattr(delivery, "attempt", watched)
    for _ in range(12):
        apply()
    drain()
    assert 3 == most


def test_a_hanging_ats_stops_no_other(
    valkey: Any,
    tune: Tune,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    other_customer: Customer,
    connect: Connect,
    apply_to_other: Apply,
) -> None:
    tune(WORKER_CONCURRENCY=6, READ_TIMEOUT=timedelta(seconds=2))
    connect(other_customer, base_url=ats.url("recruitee", "company"))
    ats.behave("recruitee", "blackhole")
    ats.behave("recruitee", "ok", account="company")
    for _ in range(4):
        apply()
    for _ in range(20):
        apply_to_other()
    arrived_while_hanging: list[int] = []
    watcher = threading.Timer(1.5, lambda: arrived_while_hanging.append(ats.stats()["recruitee"]["accepted"]))
    watcher.start()
    worker().work(burst=True, logging_level="WARNING")
    watcher.join()
    assert [20] == arrived_while_hanging
    assert 20 == delivered()


def test_both_queues_take_turns(
    valkey: Any,
    tune: Tune,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    drain: Drain,
) -> None:
    tune(WORKER_CONCURRENCY=1)
    ats.behave("recruitee", "down", times=3)
    for _ in range(3):
        apply()
        step(valkey)
    move_due(valkey)
    for _ in range(20):
        apply()
    order: list[int] = []
    attempt = delivery.attempt

    def noted(message: Message, *args: Any) -> delivery.Result:
        order.append(message.try_count)
        return attempt(message, *args)

    monkeypatch.setattr(delivery, "attempt", noted)
    drain()
    assert [0, 0, 0, 1, 1, 1] == sorted(order[:6])
    assert 23 == len(order)


def stop_once_at_work(running: DeliveryWorker, valkey: Any) -> None:
    """Ask a worker to stop as soon as it has taken something."""

    def stop() -> None:
        wait_until(lambda: valkey.zcard("ats:leases"))
        running._shutdown()

    threading.Thread(target=stop, daemon=True).start()


def test_an_asked_stop_lets_calls_in_flight_finish(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> None:
    ats.behave("recruitee", "slow", seconds=0.7)
    apply()
    running = worker()
    stop_once_at_work(running, valkey)
    running.work(logging_level="WARNING")
    assert "delivered" == the_delivery().status


def test_after_an_asked_stop_nothing_new_is_taken(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    tune(WORKER_CONCURRENCY=1)
    ats.behave("recruitee", "slow", seconds=0.7)
    apply()
    apply()
    running = worker()
    stop_once_at_work(running, valkey)
    running.work(logging_level="WARNING")
    assert (1, 1) == (delivered(), len(messages(valkey, "happy")))


def test_a_worker_that_left_holds_no_connection_to_the_database(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    for _ in range(4):
        apply()
    running = worker()
    running.work(burst=True, logging_level="WARNING")
    databases = running.engine._databases._databases
    assert [None] * len(databases) == [database.connection for database in databases]


def test_the_main_threads_connection_is_left_alone(valkey: Any, config: ATSConfig, apply: Apply, drain: Drain) -> None:
    apply()
    drain()
    assert connections["default"].connection


def test_a_job_that_fails_frees_its_thread(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch, drain: Drain
) -> None:
    tune(WORKER_CONCURRENCY=1)
    worked: list[Any] = []

    def fail(*args: Any) -> None:
        worked.append(args)
        raise ValueError("Sanne")

    monkeypatch.setattr(delivery, "attempt", fail)
    for _ in range(3):
        apply()
    drain()
    assert 3 == len(worked)


def test_a_failed_job_is_logged_without_any_value(
    valkey: Any, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any) -> None:
        raise ValueError("Sanne")

    monkeypatch.setattr(delivery, "attempt", fail)
    apply()
    worker().work(burst=True, logging_level="DEBUG")
    assert "worker.job_not_finished" in caplog.text
    assert "Sanne" not in caplog.text


@pytest.mark.parametrize("call", ["check_for_suspension", "run_maintenance_tasks", "heartbeat", "set_state"])
def test_an_outage_of_redis_between_two_jobs_ends_no_worker(
    valkey: Any, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    running = worker()

    def away(*_: Any, **__: Any) -> None:
        raise RedisAway("refused")

    monkeypatch.setattr(SimpleWorker, call, away)
    arguments: dict[str, list[Any]] = {"check_for_suspension": [False], "set_state": [WorkerStatus.BUSY]}
    getattr(running, call)(*arguments.get(call, []))


def test_an_outage_while_waiting_for_work_is_waited_out(
    valkey: Any, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, outages = worker(), [RedisAway("refused"), RedisAway("still refused")]
    claim = Dispatch.claim

    def flaky(*args: Any) -> Any:
        if outages:
            raise outages.pop()
        return claim(*args)

    monkeypatch.setattr(Dispatch, "claim", flaky)
    monkeypatch.setattr("ats_integration.worker.PAUSE_AFTER_FAILURE", timedelta(milliseconds=10))
    apply()
    running.work(burst=True, logging_level="WARNING")
    assert 1 == delivered()


def test_a_worker_registers_anew_after_redis_was_emptied(valkey: Any) -> None:
    running = worker()
    running.register_birth()  # type: ignore[no-untyped-call]
    valkey.flushall()
    running.beat()
    assert valkey.hexists(running.key, "birth")
    assert valkey.sismember("rq:workers", running.key)


def test_flushing_redis_while_the_worker_runs_loses_nothing(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    tune(
        WORKER_CONCURRENCY=2,
        SWEEP_GRACE=timedelta(milliseconds=100),
        SWEEP_INTERVAL=timedelta(milliseconds=200),
    )
    ats.behave("recruitee", "slow", seconds=0.1)
    for _ in range(10):
        apply()
    running = worker()

    def empty_and_wait() -> None:
        try:
            wait_until(lambda: ats.stats()["recruitee"]["accepted"])
            valkey.flushall()
            wait_until(lambda: delivered() == 10)
        finally:
            connections.close_all()
            running._shutdown()

    helper = threading.Thread(target=empty_and_wait)
    helper.start()
    running.work(logging_level="WARNING")
    helper.join()
    assert (10, 10) == (delivered(), ats.stats()["recruitee"]["accepted"])


def test_the_worker_unpickles_nothing(valkey: Any) -> None:
    running = worker()
    assert "rq.serializers.JSONSerializer" == running._serializer_arg
    assert {JSONSerializer} == {queue.serializer for queue in running.queues}
    assert JSONSerializer is queues.queue("happy").serializer
