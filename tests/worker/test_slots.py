"""No more calls of one connection at once than it may have, over all workers; the others wait outside the threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer
from tests.queue_steps import wait_until
from tests.worker.conftest import Connect, Lanes, Tune, names
from tests.worker.running import in_threads, worker

Apply = Callable[..., Application]


def test_over_two_workers_no_more_run_than_there_are_slots(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=3)
    lanes.put(*names(10))
    assert [2, 1, 0] == [len(lanes.take(2, worker=name)) for name in ("one", "two", "one")]
    lanes.settle(*list(lanes.in_flight())[:1])
    assert [1, 0] == [len(lanes.take(worker=name)) for name in ("two", "one")]


def test_what_waits_goes_in_its_order(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=2)
    jobs = names(20)
    lanes.put(*jobs)
    went: list[str] = []
    while batch := lanes.take():
        went += batch
        lanes.settle(*batch)
    assert jobs == went


def test_what_comes_in_does_not_overtake_what_waits(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "waits")
    lanes.take()
    lanes.settle("runs")
    lanes.put("new")
    assert ["waits"] == lanes.take()


def test_settling_wakes_a_worker_that_waits_at_an_empty_queue(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "waits")
    lanes.take()
    woken = threading.Thread(
        target=lanes.valkey.blmove, args=("rq:queue:happy", "rq:queue:happy", 30, "RIGHT", "RIGHT")
    )
    woken.start()
    lanes.settle("runs")
    woken.join(10)
    assert not woken.is_alive()
    assert ["waits"] == lanes.take()
    lanes.settle("waits")
    lanes.take()
    assert [] == lanes.leftovers()


def test_settling_puts_nobody_before_those_who_wait_in_the_queue(lanes: Lanes) -> None:
    """Given a queue that is not empty, a worker needs no waking, and a lane takes turns with the queue."""
    lanes.limit(1, concurrency=8)
    lanes.put(*names(30, "busy"))
    batch = lanes.take()
    lanes.put("other", config=None)
    lanes.settle(*batch)
    assert "other" in [name for _ in range(2) for name in lanes.take(1)]


def test_a_full_lane_holds_up_no_other(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.limit(2)
    lanes.put(*names(50))
    lanes.put("healthy", config=2)
    assert "healthy" in lanes.take()


def test_what_waits_holds_no_lease(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "waits")
    lanes.take()
    assert {"runs"} == lanes.in_flight()
    assert (b"rate_limited", b"started") == tuple(
        lanes.valkey.hget(f"rq:job:{name}", "status") for name in ("waits", "runs")
    )


def test_a_job_with_which_there_was_nothing_to_do_frees_its_slot(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("unreadable", "waits")
    lanes.take()
    lanes.settle("unreadable", config=None, verdict="silent")
    assert ["waits"] == lanes.take()


def test_fewer_slots_take_effect_as_calls_end(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=4)
    lanes.put(*names(8))
    running = lanes.take()
    lanes.limit(1, concurrency=1)
    for job in running[:3]:
        lanes.settle(job)
        assert [] == lanes.take()
    lanes.settle(running[3])
    assert 1 == len(lanes.take())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    concurrency=st.integers(1, 4),
    steps=st.lists(st.tuples(st.sampled_from(["put", "take", "settle", "die"]), st.integers(1, 5)), max_size=30),
)
def test_whatever_happens_no_more_run_than_there_are_slots(lanes: Lanes, concurrency: int, steps: Any) -> None:
    lanes.valkey.flushall()
    lanes.limit(1, concurrency=concurrency)
    running: list[str] = []
    made = 0
    for step, number in steps:
        match step:
            case "put":
                lanes.put(*(f"job-{made + one}" for one in range(number)))
                made += number
            case "take":
                running += lanes.take(number, worker=f"worker-{number % 2}")
            case "settle":
                ended, running = running[:number], running[number:]
                lanes.settle(*ended)
            case "die":
                lanes.pass_time(minutes=1)
                lanes.worker().reclaim()
                running = []
        assert len(running) <= concurrency
        assert len(set(running)) == len(running)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("setting", ["of the connection", "of the app"])
def test_two_workers_together_keep_to_the_limit_of_a_connection(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox, setting: str
) -> None:
    if setting == "of the app":
        tune(MAX_CONCURRENCY=2)
    else:
        ATSConfig.objects.update(max_concurrency=2)
    ats.behave("recruitee", "slow", seconds=0.15)
    for number in range(8):
        apply(email=f"candidate-{number}@example.org")
    most = 0

    def watch() -> bool:
        nonlocal most
        most = max(most, valkey.zcard(f"ats:slots:{config.pk}"))
        return Delivery.objects.filter(status="delivered").count() == 8

    with in_threads(worker(), worker()):
        wait_until(watch)
    assert 2 == most
    assert (8, 0) == (ats.stats()["recruitee"]["accepted"], ats.stats()["recruitee"]["twice"])


@pytest.mark.django_db(transaction=True)
def test_what_waits_takes_no_thread(
    valkey: Any,
    tune: Tune,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    other_customer: Customer,
    connect: Connect,
    apply_to_other: Apply,
) -> None:
    """Given two threads, one of them at a slow ATS with room for one call: the healthy one has the other."""
    tune(WORKER_CONCURRENCY=2, MAX_CONCURRENCY=1)
    connect(other_customer, base_url=ats.url("recruitee", "company"))
    ats.behave("recruitee", "slow", seconds=1)
    ats.behave("recruitee", "ok", account="company")
    for _ in range(3):
        apply()
    for _ in range(5):
        apply_to_other()
    with in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(config__customer=other_customer, status="delivered").count() == 5)
        assert Delivery.objects.filter(config=config, status="delivered").count() < 3
