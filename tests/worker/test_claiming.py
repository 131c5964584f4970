"""One round trip takes from both queues and from the lanes, registers what it takes, and starves nobody."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from rq.registry import StartedJobRegistry

from ats_integration.dispatch import LIMITS_TTL, held, waiting
from tests.worker.clock import advance
from tests.worker.conftest import Lanes, names


def test_one_round_trip_takes_from_both_queues_and_from_a_lane(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("first", "waits")
    assert ["first"] == lanes.take()
    lanes.limit(1, concurrency=9)
    lanes.put("happy", config=None)
    lanes.put("retry", queue="retry", config=None)
    lanes.claim(0)  # loads the script
    lanes.valkey.config_resetstat()
    assert {"waits", "happy", "retry"} == set(lanes.take())
    calls = lanes.valkey.info("commandstats")
    assert 1 == calls["cmdstat_evalsha"]["calls"]


def test_what_is_taken_is_registered_as_started(lanes: Lanes) -> None:
    lanes.put("one", "two")
    lanes.put("three", queue="retry")
    lanes.take()
    started = {name: StartedJobRegistry(name, lanes.valkey).get_job_ids() for name in ("happy", "retry")}
    assert {"happy": ["one", "two"], "retry": ["three"]} == started
    assert (b"started", b"one") == tuple(lanes.valkey.hmget("rq:job:one", "status", "worker_name"))
    assert {"one", "two", "three"} == lanes.in_flight()


def test_after_settling_nothing_is_left(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=2, calls=3, per=0.05)
    lanes.put(*names(4))
    lanes.put("timed", queue="retry")
    while jobs := lanes.claim().jobs:
        for job in jobs:
            lanes.settle(job.id, queue=job.queue)
        lanes.pass_time(seconds=1)
    lanes.valkey.delete("ats:calls:config-1")  # expires by itself, in twice its stretch of time
    assert [] == lanes.leftovers()


def test_a_queue_is_first_in_first_out(lanes: Lanes) -> None:
    jobs = names(50)
    lanes.put(*jobs)
    assert jobs == lanes.take(20) + lanes.take(20) + lanes.take(20)


def test_no_more_is_taken_than_wanted(lanes: Lanes) -> None:
    lanes.put(*names(9))
    assert 4 == len(lanes.take(4))
    assert [] == lanes.take(0)
    assert 5 == len(lanes.queue())


@pytest.mark.parametrize("want", [1, 2, 3, 8])
def test_neither_queue_starves(lanes: Lanes, want: int) -> None:
    lanes.put(*names(60, "happy"))
    lanes.put(*names(60, "retry"), queue="retry")
    taken = [name.split("-")[0] for _ in range(48 // want) for name in lanes.take(want)]
    assert 48 == len(taken)
    assert 20 <= taken.count("happy") <= 28


@pytest.mark.parametrize("want", [1, 2, 3, 8])
def test_neither_the_queues_nor_the_lanes_starve(lanes: Lanes, want: int) -> None:
    """Given a customer with a long line of waiting messages, and others whose messages come in behind it."""
    lanes.limit(1, concurrency=1)
    lanes.put(*names(100, "waits"))
    lanes.settle(*lanes.take())
    lanes.limit(1, concurrency=100)
    lanes.put(*names(100, "other"), config=None)
    taken: list[str] = []
    while len(taken) < 48:
        batch = lanes.take(want)
        lanes.settle(*batch)
        taken += [name.split("-")[0] for name in batch]
    assert 16 <= taken[:48].count("other") <= 32


@pytest.mark.parametrize("want", [1, 2, 5])
def test_no_lane_starves_beside_a_longer_one(lanes: Lanes, want: int) -> None:
    lanes.put(*names(40, "long"), config=2)
    lanes.put(*names(5, "short"), config=3)
    assert [] == lanes.take()  # nobody knows their limits yet, so they wait
    lanes.limit(2, 3)
    taken = [name.split("-")[0] for _ in range(20 // want) for name in lanes.take(want)]
    assert 5 == taken.count("short")


def test_a_job_that_stands_in_a_queue_twice_runs_once(lanes: Lanes) -> None:
    lanes.put("twice", "other")
    lanes.valkey.rpush("rq:queue:happy", "twice")
    lanes.valkey.rpush("rq:queue:retry", "twice")
    assert ["twice", "other"] == lanes.take()
    lanes.settle("twice", "other")
    lanes.valkey.rpush("rq:queue:happy", "twice")
    assert [] == lanes.take()


def test_a_waiting_job_that_comes_again_keeps_its_place(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "second", "third")
    lanes.take()
    lanes.put("second")
    lanes.take()
    assert ["second", "third"] == lanes.waiting()
    assert [True] == held(lanes.valkey, [("second", "happy")])


def test_a_lane_whose_limits_are_not_known_asks_for_them_and_keeps_its_order(lanes: Lanes) -> None:
    jobs = names(30)
    lanes.put(*jobs, config=5)
    assert (5,) == lanes.claim().unknown
    lanes.put("later", config=5)
    lanes.limit(5)
    assert [*jobs, "later"] == lanes.take()


def test_of_a_lane_where_some_wait_a_queue_is_not_emptied_into_it(lanes: Lanes) -> None:
    """Given that there is room, a message that must stand behind others lets the first of them go."""
    first, later = names(20, "first"), names(200, "later")
    lanes.put(*first, config=5)
    lanes.claim()  # they wait: the limits are not known
    lanes.limit(5, concurrency=1000)
    lanes.put(*later, config=5)
    assert first[:10] == lanes.take(10)
    assert (15, 195) == (len(lanes.waiting(5)), len(lanes.queue()))
    assert [*first[10:], *later] == [name for _ in range(21) for name in lanes.take(10)]


def test_limits_are_asked_for_before_they_are_forgotten(lanes: Lanes) -> None:
    lanes.put("new", "old", config=5)
    lanes.limit(5)
    assert () == lanes.claim(1).unknown
    advance(lanes.valkey, LIMITS_TTL - timedelta(seconds=5))
    batch = lanes.claim(1)
    assert (("old",), (5,)) == (tuple(job.id for job in batch.jobs), batch.unknown)


def test_a_long_line_of_messages_that_have_to_wait_is_looked_at_piece_by_piece(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=1000)
    lanes.put(*(f"waits-{number}" for number in range(400)))
    lanes.put("healthy", config=None)
    first, second = lanes.claim(), lanes.claim()
    assert (["waits-0"], ["healthy"]) == ([job.id for job in first.jobs], [job.id for job in second.jobs])
    assert timedelta(0) == first.next_turn
    assert second.next_turn
    assert second.next_turn > timedelta(seconds=900)


def test_what_waits_is_counted(lanes: Lanes) -> None:
    lanes.limit(1, 2, concurrency=1)
    lanes.put(*names(3))
    lanes.put(*names(4, "other"), config=2)
    lanes.take()
    assert 5 == waiting(lanes.valkey)


def test_what_failed_before_goes_before_what_came_in_later(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "new")
    lanes.put("failed-later", queue="retry", since=1_700_000_001_000)
    lanes.put("failed-first", queue="retry", since=1_700_000_000_000)
    lanes.take()
    assert ["failed-first", "failed-later", "new"] == lanes.waiting()


def test_nothing_is_taken_while_the_workers_are_suspended(lanes: Lanes) -> None:
    lanes.put("one")
    lanes.valkey.set("rq:suspended", 1)
    assert lanes.claim().is_suspended
    lanes.valkey.delete("rq:suspended")
    assert ["one"] == lanes.take()


def test_a_worker_writes_no_key_that_names_more_than_ids(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1, calls=1, per=1)
    lanes.put("one", "two")
    lanes.take()
    ours = [key for key in lanes.leftovers() if key.startswith("ats:")]
    assert ["ats:calls:config-1", "ats:leases", "ats:slots:1", "ats:turns", "ats:waiting:1"] == ours
    assert {"config": 1} == json.loads(lanes.valkey.hget("rq:job:two", "meta"))
