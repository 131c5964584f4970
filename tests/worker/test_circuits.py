"""An ATS that is out of reach is left alone: one probe at a time, and everybody else waits without a cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ats_integration.dispatch import Verdict
from tests.worker.conftest import Lanes, ms_ago, names

COOLDOWN = timedelta(seconds=15)  # a twentieth of the budget of five minutes
THRESHOLD = 10


def fail(lanes: Lanes, times: int, verdict: Verdict = "failed", code: str = "http_503") -> None:
    """Let jobs of connection 1 end in a way, one after the other."""
    for number in range(times):
        lanes.put(f"failing-{number}")
        assert [f"failing-{number}"] == lanes.take()
        lanes.settle(f"failing-{number}", verdict=verdict, code=code)


@pytest.fixture
def broken(lanes: Lanes) -> Lanes:
    """Give a connection whose circuit is open, and three messages that wait."""
    fail(lanes, THRESHOLD)
    lanes.put("first", "second", "third")
    return lanes


def test_a_circuit_opens_after_so_many_failures_in_a_row(lanes: Lanes) -> None:
    fail(lanes, THRESHOLD - 1)
    lanes.put("goes")
    assert ["goes"] == lanes.take()
    lanes.settle("goes", verdict="failed")
    lanes.put("waits")
    assert [] == lanes.take()
    assert ["waits"] == lanes.waiting()


def test_any_answer_between_them_starts_the_count_again(lanes: Lanes) -> None:
    fail(lanes, THRESHOLD - 1)
    fail(lanes, 1, verdict="answered")
    fail(lanes, THRESHOLD - 1)
    lanes.put("goes")
    assert ["goes"] == lanes.take()


@pytest.mark.parametrize("verdict", ["answered", "silent"])
def test_what_is_no_outage_opens_no_circuit(lanes: Lanes, verdict: Verdict) -> None:
    fail(lanes, 3 * THRESHOLD, verdict=verdict)
    lanes.put("goes")
    assert ["goes"] == lanes.take()


def test_an_open_circuit_lets_one_through_in_each_cooldown(broken: Lanes) -> None:
    taken = [broken.take()]
    for _ in range(6):
        broken.pass_time(seconds=COOLDOWN.total_seconds() / 2)
        taken.append(broken.take())
    assert [[], [], ["first"], [], ["second"], [], ["third"]] == taken


def test_a_probe_that_fails_starts_a_new_cooldown(broken: Lanes) -> None:
    broken.pass_time(seconds=16)
    assert ["first"] == broken.take()
    broken.pass_time(seconds=10)
    broken.settle("first", verdict="failed")
    broken.pass_time(seconds=10)
    assert [] == broken.take()
    broken.pass_time(seconds=6)
    assert ["second"] == broken.take()


def test_a_probe_whose_worker_dies_blocks_nothing(broken: Lanes) -> None:
    broken.pass_time(seconds=16)
    assert ["first"] == broken.take(worker="dead")
    broken.pass_time(seconds=60)
    broken.worker().reclaim()
    assert ["first"] == broken.take()


def test_any_answer_closes_it_and_all_go_at_once(broken: Lanes) -> None:
    broken.pass_time(seconds=16)
    broken.take()
    broken.settle("first", verdict="answered")
    assert ["second", "third"] == broken.take()
    broken.settle("second", "third")
    broken.take()
    assert [] == broken.leftovers()


def test_the_circuit_of_one_connection_is_not_that_of_another(broken: Lanes) -> None:
    broken.limit(2)
    broken.put("healthy", config=2)
    assert ["healthy"] == broken.take()


def test_the_circuit_is_the_same_for_all_workers(broken: Lanes) -> None:
    assert [] == broken.take(worker="two")
    broken.pass_time(seconds=16)
    assert [["first"], []] == [broken.take(worker="two"), broken.take(worker="one")]


def test_a_message_that_waited_through_the_whole_budget_dies_of_the_outage(broken: Lanes) -> None:
    broken.claim()
    broken.pass_time(minutes=5, seconds=1)
    batch = broken.claim()
    assert [("first", "http_503"), ("second", "http_503"), ("third", "http_503")] == ends(batch)
    broken.settle("first", "second", "third", verdict="silent")
    assert ["ats:circuit:1"] == broken.leftovers()


def test_a_message_that_came_in_later_has_its_own_budget(broken: Lanes) -> None:
    broken.claim()
    broken.pass_time(minutes=4)
    broken.take()  # a probe
    broken.put("later")
    broken.claim()
    broken.pass_time(seconds=90)
    assert [("second", "http_503"), ("third", "http_503"), ("later", "")] == ends(broken.claim())
    assert [] == broken.waiting()


def test_a_message_that_failed_before_the_outage_dies_no_sooner_than_the_outage_is_as_old(lanes: Lanes) -> None:
    fail(lanes, THRESHOLD)
    lanes.put("old", queue="retry", since=ms_ago(3_600_000))
    assert [] == lanes.take()
    lanes.pass_time(minutes=4)
    assert [("old", "")] == ends(lanes.claim())


def test_many_die_at_once(lanes: Lanes) -> None:
    fail(lanes, THRESHOLD)
    lanes.put(*names(200))
    lanes.claim()
    lanes.pass_time(minutes=6)
    died = []
    for _ in range(20):
        died += [job for job in lanes.claim(32).jobs if job.dies_of]
    assert 200 == len(died)


def test_waiting_through_an_outage_gives_no_budget_back(broken: Lanes) -> None:
    """Otherwise a message would not die within its five minutes, and an outage would go unnoticed."""
    broken.claim()
    broken.pass_time(seconds=16)
    assert [("first", timedelta(0))] == [(job.id, job.waited) for job in broken.claim().jobs]


def test_waiting_through_an_outage_that_ended_costs_nothing(broken: Lanes) -> None:
    broken.claim()
    broken.pass_time(seconds=16)
    broken.take()
    broken.settle("first")
    assert all(job.waited.total_seconds() >= 16 for job in broken.claim().jobs)


def ends(batch: Any) -> list[tuple[str, str]]:
    """Return the jobs of a batch with what they die of."""
    return [(job.id, job.dies_of) for job in batch.jobs]


def test_who_waited_through_the_whole_budget_dies_at_once_and_not_with_the_next_probe(broken: Lanes) -> None:
    """Given that the first of them are settled, which asks when the next probe may go."""
    broken.take()
    broken.pass_time(minutes=11)
    broken.valkey.hset("ats:circuit:1", "probe_at", ms_ago(0) + 600_000)
    broken.valkey.zadd("ats:turns", {"1": 1})
    for name in ("first", "second", "third"):
        assert [(name, "http_503")] == [(job.id, job.dies_of) for job in broken.claim(1).jobs]
        broken.settle(name, verdict="silent")


def test_connections_that_failed_last_take_no_more_places_than_there_are_for_them(lanes: Lanes) -> None:
    """Many that hang, each at a server of its own, must not fill a worker while their circuits are still closed."""
    fail(lanes, 1)
    lanes.limit(2)
    lanes.put("risky-1", "risky-2", "risky-3")
    lanes.put("healthy", config=2)
    batch = lanes.claim(may_risk=2)
    assert {("risky-1", True), ("risky-2", True), ("healthy", False)} == {(job.id, job.is_risky) for job in batch.jobs}
    assert batch.next_turn
    assert timedelta(milliseconds=100) >= batch.next_turn
    lanes.pass_time(milliseconds=150)
    assert [] == list(lanes.claim(may_risk=0).jobs)
    lanes.settle("risky-1", verdict="answered")
    assert ["risky-3"] == [job.id for job in lanes.claim(may_risk=0).jobs]
