"""A worker that dies leaves its jobs to the others, in their order; one that is slow is not taken for dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings
from redis.exceptions import RedisError

from ats_integration import claims, queues
from ats_integration.conf import conf
from ats_integration.dispatch import Dispatch, lease
from ats_integration.engine import Engine
from ats_integration.flight import Flight, InFlight
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.worker.conftest import Lanes, Tune, ms_ago, names
from tests.worker.running import worker

Apply = Callable[..., Application]


@pytest.mark.parametrize("total", [5, 30, 60])
def test_the_last_call_of_a_try_ends_while_the_worker_holds_on_to_it(settings: Settings, total: int) -> None:
    times = {"TOTAL_TIMEOUT": timedelta(seconds=total), "CLAIM_LEASE": timedelta(seconds=total + 5)}
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **times}
    assert queues.TIMEOUT >= conf.try_timeout + conf.total_timeout


def test_what_a_dead_worker_held_goes_back_to_the_head_in_its_order(lanes: Lanes) -> None:
    jobs = names(20)
    lanes.put(*jobs)
    assert jobs == lanes.take(20, worker="dead")
    lanes.put("later")
    lanes.pass_time(minutes=1)
    assert 20 == lanes.worker("alive").reclaim()
    assert [*jobs, "later"] == lanes.queue()
    assert [*jobs, "later"] == lanes.take(worker="alive")


def test_the_order_is_kept_across_both_queues_and_a_lane(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=4)
    jobs = names(6)
    lanes.put(*jobs)
    lanes.put("timed", queue="retry", config=2)
    lanes.limit(2)
    assert {*jobs[:4], "timed"} == set(lanes.take(worker="dead"))
    lanes.pass_time(minutes=1)
    lanes.worker("alive").reclaim()
    assert (jobs, ["timed"]) == (lanes.waiting(), lanes.queue("retry"))
    assert {*jobs[:4], "timed"} == set(lanes.take(worker="alive"))
    assert jobs[4:] == lanes.waiting()


def test_nothing_of_the_dead_worker_is_left(lanes: Lanes) -> None:
    lanes.put("one")
    lanes.take(worker="dead")
    lanes.pass_time(minutes=1)
    lanes.worker("alive").reclaim()
    assert ["rq:job:one", "rq:queue:happy"] == lanes.leftovers()
    assert b"queued" == lanes.valkey.hget("rq:job:one", "status")


def test_a_job_comes_back_only_when_its_lease_has_run_out(lanes: Lanes) -> None:
    lanes.put("one")
    lanes.take()
    lanes.pass_time(milliseconds=lease() - 5000)
    assert 0 == lanes.worker().reclaim()
    lanes.pass_time(seconds=6)
    assert 1 == lanes.worker().reclaim()


def test_a_lease_that_was_renewed_runs_on(lanes: Lanes) -> None:
    lanes.put("one", "two")
    lanes.take()
    lanes.pass_time(seconds=30)
    lanes.worker().renew({"one": 1})
    lanes.pass_time(seconds=30)
    assert 1 == lanes.worker("other").reclaim()
    assert {"one"} == lanes.in_flight()


def test_what_was_settled_is_not_brought_back_by_a_late_renewal(lanes: Lanes) -> None:
    lanes.put("one")
    lanes.take()
    lanes.settle("one")
    lanes.worker().renew({"one": 1})
    assert [] == lanes.leftovers()


def test_the_slot_of_a_dead_worker_frees_itself(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("held", "waits")
    assert ["held"] == lanes.take(worker="dead")
    assert [] == lanes.take(worker="alive")
    lanes.pass_time(minutes=1)
    assert ["waits"] == lanes.take(worker="alive")


def test_the_slot_of_a_slow_call_does_not_free_itself(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("slow", "waits")
    lanes.take()
    for _ in range(4):
        lanes.pass_time(seconds=20)
        lanes.worker().renew({"slow": 1})
        assert [] == lanes.take()


def test_what_comes_back_and_finds_others_waiting_goes_before_them(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=2)
    lanes.put("first", "second", "third", "fourth")
    lanes.take(worker="dead")
    lanes.pass_time(minutes=1)
    lanes.worker().reclaim()
    assert [["first", "second"], []] == [lanes.take(), lanes.take()]
    assert ["third", "fourth"] == lanes.waiting()


def test_what_is_given_back_stands_where_it_stood(lanes: Lanes) -> None:
    jobs = names(5)
    lanes.put(*jobs)
    lanes.worker().give_back(lanes.take(3))
    assert jobs == lanes.queue()
    assert set() == lanes.in_flight()
    assert jobs == lanes.take()


@pytest.mark.parametrize("again_in_line", [False, True])
def test_what_is_given_back_has_waited_as_long_as_before(lanes: Lanes, again_in_line: bool) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "waits", *(["other"] if again_in_line else []))
    lanes.take()
    lanes.take()
    lanes.pass_time(seconds=200)
    lanes.settle("runs")
    assert [200] == [job.waited.seconds for job in lanes.claim().jobs]
    lanes.pass_time(seconds=10)  # in flight: no wait of ours
    lanes.worker().give_back(["waits"])
    assert again_in_line == ("waits" in lanes.waiting())
    lanes.pass_time(seconds=5)
    (again,) = lanes.claim().jobs
    assert ("waits", 205 if again_in_line else 200) == (again.id, again.waited.seconds)


def test_what_waited_through_an_outage_after_it_came_back_has_waited_as_long_as_before(lanes: Lanes) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "waits", "other")
    lanes.take()
    lanes.take()
    lanes.pass_time(seconds=200)
    lanes.settle("runs")
    lanes.take()
    lanes.worker().give_back(["waits"])
    lanes.valkey.hset("ats:circuit:1", mapping={"failures": 10, "opened_at": ms_ago(1000), "probe_at": 1, "code": "x"})
    lanes.pass_time(seconds=5)
    assert [200] == [job.waited.seconds for job in lanes.claim().jobs]


def test_a_job_that_comes_back_is_settled_once_and_for_all(lanes: Lanes) -> None:
    """Given a worker that was taken for dead and settles late, while another one is at the same job."""
    lanes.put("one")
    lanes.take(worker="late")
    lanes.pass_time(minutes=1)
    lanes.worker("other").reclaim()
    lanes.take(worker="other")
    lanes.settle("one", worker="late")
    lanes.settle("one", worker="other")
    assert [] == lanes.leftovers()


def test_a_job_in_flight_beyond_its_time_out_is_no_longer_held_on_to() -> None:
    flight = Flight(4)
    long_ago = time.monotonic() - queues.TIMEOUT.total_seconds() - 1
    flight.add([InFlight(job_id="old", since=long_ago), InFlight(job_id="new")])
    assert ["new"] == [job.job_id for job in flight.jobs(younger_than=queues.TIMEOUT)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_stops_holds_on_to_calls_that_take_longer_than_their_lease(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(CLAIM_LEASE=timedelta(milliseconds=600))
    monkeypatch.setattr("ats_integration.dispatch.LONGER", timedelta(0))
    ats.behave("recruitee", "slow", seconds=1.5)
    apply()
    stopping = Engine(valkey, "stopping", lambda _job: None)
    stopping.start()
    while not stopping.take(["happy"], 1).jobs:
        pass  # the first look finds out that nobody has published the limits yet
    reclaimed = watched_until(stopping.stop, Dispatch(valkey, "other").reclaim)
    assert ("delivered", 0) == (Delivery.objects.get().status, sum(reclaimed))
    assert len(reclaimed) > 5


def watched_until(end: Callable[[], None], look: Callable[[], int]) -> list[int]:
    """Look every tenth of a second until a function has ended; return what was seen."""
    seen: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.append(look())

    watcher = threading.Thread(target=watch)
    watcher.start()
    end()
    over.set()
    watcher.join()
    return seen


def test_a_worker_finds_what_it_holds_by_what_redis_knows(lanes: Lanes) -> None:
    lanes.put("mine", "mine-too", "of-another")
    lanes.take(2)
    lanes.take(worker="two")
    assert {"mine", "mine-too"} == lanes.worker().ours()


@pytest.mark.django_db
def test_what_came_in_an_answer_that_was_lost_goes_back(valkey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lanes = Lanes(valkey)
    lanes.limit(1)
    lanes.put("heard-of", "unheard-of")
    engine = Engine(valkey, "one", lambda job: None)
    engine.flight.add([InFlight(job_id=job.id) for job in engine.dispatch.claim(["happy"], 1, 1).jobs])
    claim = engine.dispatch.claim
    monkeypatch.setattr(engine.dispatch, "claim", lambda *asked: claim(*asked) and failing())
    with pytest.raises(RedisError):
        engine.take(["happy"], 1)
    assert {"heard-of", "unheard-of"} == lanes.in_flight()
    engine.hold_on()
    assert ({"heard-of"}, ["unheard-of"]) == (lanes.in_flight(), lanes.queue())


def test_rows_are_held_on_to_while_redis_is_away(valkey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, renewed = Engine(valkey, "one", lambda job: None), []
    monkeypatch.setattr(engine.dispatch, "renew", lambda jobs: failing())
    monkeypatch.setattr(claims, "renew", renewed.append)
    with pytest.raises(RedisError):
        engine.hold_on()
    assert 1 == len(renewed)


def test_a_worker_waits_for_an_answer_of_redis_no_longer_than_results_can_wait(valkey: Any) -> None:
    made = worker()
    assert 5 == made.connection.connection_pool.connection_kwargs["socket_timeout"]


def failing() -> None:
    """Fail as Redis does."""
    raise RedisError
