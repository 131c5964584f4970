"""No more calls in any stretch of time than the ATS allows; who waits for that pays nothing and keeps its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ats_integration.dispatch import Batch, lease
from tests.worker.conftest import Lanes, names
from tests.worker.running import worker


def test_no_more_go_in_a_stretch_of_time_than_allowed(lanes: Lanes) -> None:
    lanes.limit(1, calls=2, per=10)
    lanes.put(*names(5))
    went = []
    for seconds in (0, 9, 2, 8, 3):
        lanes.pass_time(seconds=seconds)
        went.append(len(lanes.take_all()))
    assert [2, 0, 2, 0, 1] == went


def test_who_waits_goes_in_order(lanes: Lanes) -> None:
    lanes.limit(1, calls=2, per=10)
    jobs = names(9)
    lanes.put(*jobs)
    went: list[str] = []
    for _ in range(5):
        batch = lanes.take_all()
        lanes.settle(*batch)
        went += batch
        lanes.pass_time(seconds=11)
    assert jobs == went


def test_calls_of_a_slow_rate_leave_one_after_the_other(lanes: Lanes) -> None:
    """Two that leave at once arrive in any order."""
    lanes.limit(1, calls=2, per=1)
    lanes.put("first", "second")
    batch = lanes.claim()
    assert ["first"] == [job.id for job in batch.jobs]
    assert batch.next_turn is not None
    assert 0.09 <= batch.next_turn.total_seconds() <= 0.1
    lanes.pass_time(milliseconds=100)
    assert ["second"] == lanes.take()


@pytest.mark.parametrize(("calls", "milliseconds"), [(2, 100), (5, 50), (20, 13)])
def test_they_are_a_quarter_of_their_mean_distance_apart(lanes: Lanes, calls: int, milliseconds: int) -> None:
    lanes.limit(1, calls=calls, per=1)
    lanes.put("first", "second")
    batch = lanes.claim()
    assert [("first", True)] == [(job.id, job.has_slow_rate) for job in batch.jobs]
    assert batch.next_turn
    assert batch.next_turn <= timedelta(milliseconds=milliseconds)
    lanes.pass_time(milliseconds=milliseconds)
    assert ["second"] == lanes.take()


def test_calls_of_a_fast_rate_leave_together(lanes: Lanes) -> None:
    lanes.limit(1, calls=100, per=1)
    lanes.put(*names(100))
    assert names(100) == lanes.take()


def test_other_lanes_feel_nothing(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=60)
    lanes.limit(2)
    lanes.put(*names(200))
    lanes.put(*names(3, "healthy"), config=2)
    assert ["healthy"] * 3 == [name[:7] for name in lanes.take()[1:]]


def test_the_worker_is_told_when_the_next_turn_comes(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=10)
    lanes.put("goes", "waits")
    lanes.take()
    lanes.pass_time(seconds=4)
    turn = lanes.claim().next_turn
    assert turn is not None
    assert 5 < turn.total_seconds() <= 6.1


def test_a_delivery_of_several_calls_counts_for_each_of_them(lanes: Lanes) -> None:
    lanes.limit(1, calls=7, per=10, weight=3)
    lanes.put(*names(5))
    went = []
    for seconds in (0, 11, 11):
        lanes.pass_time(seconds=seconds)
        went.append(len(lanes.take_all()))
    assert [2, 2, 1] == went


def test_connections_that_the_ats_counts_together_share_the_rate(lanes: Lanes) -> None:
    lanes.limit(2, 3, calls=3, per=10, key="sender-personio")
    lanes.put(*names(3, "two"), config=2)
    lanes.put(*names(3, "three"), config=3)
    assert 3 == len(lanes.take_all())
    lanes.pass_time(seconds=11)
    assert 3 == len(lanes.take_all())


def test_a_rate_that_was_lowered_holds_for_calls_made_before(lanes: Lanes) -> None:
    lanes.limit(1, calls=5, per=10)
    lanes.put(*names(9))
    assert 5 == len(lanes.take_all())
    lanes.limit(1, calls=2, per=10)
    lanes.pass_time(seconds=5)
    assert [] == lanes.take()
    lanes.pass_time(seconds=6)
    assert 2 == len(lanes.take_all())


def test_a_call_counts_from_when_the_ats_counted_it(lanes: Lanes) -> None:
    """A worker that has just started is slow: its first calls leave late, and the ATS counts them from then."""
    lanes.limit(1, calls=1, per=10)
    lanes.put("late", "next")
    lanes.take()
    lanes.pass_time(seconds=8)
    lanes.settle("late", counted_at=seconds_ago(3))
    lanes.pass_time(seconds=4)
    assert [] == lanes.take()
    lanes.pass_time(seconds=4)
    assert ["next"] == lanes.take()


def test_a_call_that_may_still_be_leaving_counts_from_when_it_will_have_left(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=10)
    lanes.put("slow", "next")
    lanes.take()
    ((_, leased_until),) = lanes.valkey.zrange("ats:leases", 0, -1, withscores=True)
    ((_, counts_from),) = lanes.valkey.zrange("ats:calls:config-1", 0, -1, withscores=True)
    assert 100 == counts_from - (leased_until - lease())


def test_a_call_that_left_early_counts_from_then(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=10)
    lanes.put("early", "next")
    lanes.take()
    ((_, counts_from),) = lanes.valkey.zrange("ats:calls:config-1", 0, -1, withscores=True)
    lanes.settle("early", counted_at=seconds_ago(1))
    ((_, left_at),) = lanes.valkey.zrange("ats:calls:config-1", 0, -1, withscores=True)
    assert left_at < counts_from


def test_a_call_that_leaves_in_time_waits_for_nobody(lanes: Lanes) -> None:
    lanes.limit(1, calls=2, per=1)
    lanes.put("first", "second")
    for name in ("first", "second"):
        assert [name] == lanes.take()
        assert timedelta(0) == leave(lanes, name)
        lanes.pass_time(milliseconds=100)


def test_calls_that_were_held_up_together_leave_one_after_the_other(lanes: Lanes) -> None:
    lanes.limit(1, calls=2, per=1)
    lanes.put("first", "second")
    lanes.take_all()
    waits = [leave(lanes, name).total_seconds() for name in ("first", "second")]
    assert waits[0] == 0
    assert 0.08 < waits[1] <= 0.1


def test_a_call_that_was_held_up_waits_for_those_who_went_in_its_place(lanes: Lanes) -> None:
    """A worker without CPU or a slow store of CVs keeps a call from leaving for longer than its rate looks back."""
    lanes.limit(1, calls=2, per=1)
    lanes.put(*"abcdef")
    assert ["a", "b"] == lanes.take_all()
    lanes.pass_time(seconds=2)
    assert ["c", "d"] == lanes.take_all()
    assert 0.7 < leave(lanes, "a").total_seconds() < 1.2
    lanes.pass_time(seconds=1)
    assert ["e"] == lanes.take_all()  # the other place is that of the one that waited


def test_what_has_no_slow_rate_never_waits(lanes: Lanes) -> None:
    lanes.limit(2, calls=100, per=1)
    lanes.put("fast", config=2)
    lanes.put("free")
    assert [False, False] == [job.has_slow_rate for job in lanes.claim().jobs]
    assert timedelta(0) == leave(lanes, "fast", config=2) == leave(lanes, "free")


def leave(lanes: Lanes, name: str, config: int = 1) -> timedelta:
    """Ask for how long a call has to wait before it leaves."""
    return lanes.worker().leave(config, name)


def test_a_lane_is_still_while_the_ats_asked_for_calm(lanes: Lanes) -> None:
    lanes.put("first", "second", "third")
    lanes.take(1)
    lanes.settle("first", calm=timedelta(seconds=30))
    lanes.pass_time(seconds=29)
    assert [] == lanes.take()
    lanes.pass_time(seconds=2)
    assert ["second", "third"] == lanes.take()


def test_calm_is_kept_also_where_the_limits_are_just_being_asked_for_again(lanes: Lanes) -> None:
    lanes.put("first", "second")
    lanes.take(1)
    lanes.valkey.hset("ats:limits:1", "until", 1)
    lanes.settle("first", calm=timedelta(seconds=30))
    lanes.limit(1)
    assert [] == lanes.take()


def test_a_shorter_calm_ends_no_longer_one(lanes: Lanes) -> None:
    lanes.put("first", "second", "third")
    lanes.take(2)
    lanes.settle("first", calm=timedelta(seconds=120))
    lanes.settle("second", calm=timedelta(seconds=5))
    lanes.pass_time(seconds=100)
    assert [] == lanes.take()


def test_calm_holds_for_all_whom_the_ats_counts_together(lanes: Lanes) -> None:
    lanes.limit(2, 3, calls=100, per=1, key="sender-personio")
    lanes.put("two", config=2)
    lanes.take()
    lanes.settle("two", config=2, calm=timedelta(seconds=30))
    lanes.put("three", config=3)
    assert [] == lanes.take()


def test_how_long_a_message_waited_is_told(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=100)
    lanes.put("goes", "waits")
    assert [timedelta(0)] == [job.waited for job in lanes.claim().jobs]
    lanes.pass_time(seconds=101)
    (job,) = lanes.claim().jobs
    assert 101 <= job.waited.total_seconds() < 103


def test_a_wait_counts_once_however_often_it_is_told(lanes: Lanes) -> None:
    lanes.limit(1, calls=1, per=100)
    lanes.put("goes", "waits")
    lanes.take()
    lanes.pass_time(seconds=101)
    told = lanes.claim().jobs
    lanes.worker().give_back(job.id for job in told)
    lanes.pass_time(seconds=101)
    assert [job.waited for job in told] == [job.waited for job in lanes.claim().jobs] != [timedelta(0)]


Happening = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 6)),
    st.tuples(st.just("take"), st.integers(1, 6)),
    st.tuples(st.just("settle"), st.integers(1, 4)),
    st.tuples(st.just("pass"), st.integers(1, 1500)),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.integers(1, 5),
    weight=st.integers(1, 3),
    per=st.integers(200, 2000),
    happenings=st.lists(Happening, max_size=40),
)
def test_in_no_stretch_of_time_there_are_more_calls_than_allowed(
    lanes: Lanes, calls: int, weight: int, per: int, happenings: Any
) -> None:
    """Each call is let through at some moment between the clock before its claim and the clock after it."""
    weight = min(weight, calls)
    lanes.valkey.flushall()
    lanes.limit(1, calls=calls, per=per / 1000, weight=weight)
    ahead, made, running, order = 0.0, 0, [], []
    moments: list[tuple[float, float]] = []
    for what, number in happenings:
        match what:
            case "put":
                lanes.put(*(f"job-{made + one}" for one in range(number)))
                made += number
            case "take":
                before, batch, after = now_of(lanes), lanes.take(number), now_of(lanes)
                running, order = running + batch, order + batch
                moments += [(ahead + before, ahead + after)] * weight * len(batch)
            case "settle":
                ended, running = running[:number], running[number:]
                lanes.settle(*ended)
            case "pass":
                lanes.pass_time(milliseconds=number)
                ahead += number / 1000
    for (earliest, _), (_, latest) in zip(moments, moments[calls:], strict=False):
        assert latest - earliest >= per / 1000
    assert order == [f"job-{number}" for number in range(len(order))]


Step = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 6)),
    st.tuples(st.just("leave"), st.integers(0, 5)),
    st.tuples(st.just("settle"), st.integers(0, 5)),
    st.tuples(st.just("pass"), st.integers(1, 1500)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(calls=1, per=200, steps=[("take", 1), ("pass", 600), ("take", 1), ("leave", 0), ("leave", 0)])
@given(calls=st.integers(1, 4), per=st.integers(200, 1000), steps=st.lists(Step, min_size=15, max_size=40))
def test_however_long_calls_are_held_up_no_more_leave_in_any_stretch_of_time_than_allowed(
    lanes: Lanes, calls: int, per: int, steps: Any
) -> None:
    """Calls leave in any order, long after they were let through, and are settled later still or never."""
    lanes.valkey.flushall()
    lanes.limit(1, calls=calls, per=per / 1000)
    lanes.put(*(f"job-{number}" for number in range(12)))
    ahead, held_up, out = 0.0, [], []
    left: dict[str, float] = {}
    for what, number in steps:
        match what:
            case "take":
                held_up += lanes.take(number)
            case "leave" if number < len(held_up):
                name = held_up.pop(number)
                left[name] = leave(lanes, name).total_seconds() + ahead + now_of(lanes)
                out.append(name)
            case "settle" if number < len(out) and left[out[number]] <= ahead + now_of(lanes):
                name = out.pop(number)
                ago = ahead + now_of(lanes) - left[name]
                lanes.settle(name, counted_at=seconds_ago(ago))
            case "pass":
                lanes.pass_time(milliseconds=number)
                ahead += number / 1000
    moments = sorted(left.values())
    for earlier, later in zip(moments, moments[calls:], strict=False):
        assert later - earlier >= (per - 20) / 1000  # what the clocks of this test round off


def now_of(lanes: Lanes) -> float:
    """Return what the clock of Valkey shows, in seconds."""
    seconds, microseconds = lanes.valkey.time()
    return float(seconds + microseconds / 1_000_000)


def seconds_ago(seconds: float) -> datetime:
    """Return a moment in the past."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("next_turn", "expected"),
    [
        (None, ("message", 0.25)),
        (2.0, ("message", 0.25)),
        (0.2, ("message", 0.1)),
        (0.1, ("sleep", 0.01)),
        (0.005, ("sleep", 0.005)),
        (0.0, ("sleep", 0.0)),
    ],
)
def test_the_worker_comes_in_time_for_a_turn(
    valkey: Any, monkeypatch: pytest.MonkeyPatch, next_turn: float | None, expected: tuple[str, float]
) -> None:
    """Redis ends a wait up to a tenth of a second late."""
    waits: list[tuple[str, float]] = []
    waiting = worker()
    monkeypatch.setattr(waiting.connection, "blmove", lambda *given: waits.append(("message", given[2])), raising=True)
    monkeypatch.setattr("ats_integration.worker.time.sleep", lambda seconds: waits.append(("sleep", seconds)))
    waiting.wait(Batch(next_turn=None if next_turn is None else timedelta(seconds=next_turn)))
    assert [expected] == waits
