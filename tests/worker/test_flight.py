"""What one worker has in its hands: so many calls at once, and a few claimed ahead while others end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from ats_integration import flight
from ats_integration.flight import Flight, InFlight

AT_ONCE = timedelta(0)


def full(capacity: int) -> Flight:
    """Return a flight with so many calls under way as it takes."""
    found = Flight(capacity)
    fill(found, capacity)
    return found


def fill(found: Flight, count: int) -> None:
    """Take jobs in and begin with them."""
    names = [f"job-{number}" for number in range(count)]
    found.add(InFlight(job_id=name) for name in names)
    for name in names:
        found.begin(name, do_nothing)


def do_nothing() -> None:
    """Stand for a call."""


def test_an_empty_one_has_room_for_all() -> None:
    assert 8 == Flight(8).room(AT_ONCE)


def test_a_full_one_has_no_room() -> None:
    assert 0 == full(8).room(AT_ONCE)


def test_while_calls_end_as_many_are_claimed_ahead() -> None:
    found = full(8)
    found.remove(["job-0", "job-1", "job-2"])
    assert 3 + 3 == found.room(AT_ONCE)


def test_fewer_than_may_run_are_claimed_ahead() -> None:
    found = full(8)
    for _ in range(2):
        found.remove([f"job-{number}" for number in range(8)])
        fill(found, 8)
    assert 7 == found.room(AT_ONCE)


def test_nothing_is_claimed_ahead_once_no_call_ends_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    found = full(8)
    found.remove(["job-0"])
    monkeypatch.setattr(flight, "AHEAD", timedelta(0))
    assert 1 == found.room(AT_ONCE)


def test_what_is_claimed_ahead_waits_until_a_result_is_recorded() -> None:
    found, begun = full(2), []
    found.add([InFlight(job_id="next")])
    found.begin("next", lambda: begun.append("next"))
    assert [] == begun
    found.remove(["job-0"])
    assert ["next"] == begun


def test_what_never_began_makes_no_room_for_another_call() -> None:
    found, begun = full(2), []
    found.add([InFlight(job_id="nothing-to-do")])
    found.begin("next", lambda: begun.append("next"))
    found.remove(["nothing-to-do", "unknown"])
    assert [] == begun


def test_little_room_is_taken_at_once_while_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight, "GATHER", timedelta(minutes=5))
    found = Flight(8)
    fill(found, 7)
    assert 1 == found.room(AT_ONCE)


def test_while_calls_end_a_claim_waits_for_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight, "GATHER", timedelta(minutes=5))
    monkeypatch.setattr(flight, "AHEAD", timedelta(minutes=5))
    found = full(32)
    found.remove(["job-0"])
    rooms: list[int] = []
    waiting = threading.Thread(target=lambda: rooms.append(found.room(AT_ONCE)))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    found.remove([f"job-{number}" for number in range(1, 8)])
    waiting.join(10)
    assert [8 + 8] == rooms


def test_a_flight_of_one_claims_nothing_ahead() -> None:
    found = full(1)
    found.remove(["job-0"])
    assert 1 == found.room(AT_ONCE)


def test_a_recorded_result_makes_room_before_it_is_acknowledged() -> None:
    found, begun = full(2), []
    found.begin("next", lambda: begun.append("next"))
    found.end(["job-0"])
    assert (["next"], 2) == (begun, len(found))
    assert ["job-0", "job-1"] == [job.job_id for job in found.jobs(younger_than=timedelta(minutes=1))]


def test_what_ended_makes_room_once() -> None:
    found = full(8)
    found.end(["job-0"])
    found.remove(["job-0"])
    assert (2, 7) == (found.room(AT_ONCE), len(found))


def test_slow_calls_keep_no_others_from_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    found, begun = full(8), []
    found.begin("next", lambda: begun.append("next"))
    assert ([], 0) == (begun, found.room(AT_ONCE))
    monkeypatch.setattr(flight, "SLOW", timedelta(0))
    assert (2, ["next"]) == (found.room(AT_ONCE), begun)


def test_no_more_than_a_quarter_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight, "SLOW", timedelta(0))
    found = Flight(8)
    begun: list[int] = []
    for number in range(20):
        found.begin(f"job-{number}", lambda: begun.append(1))
    assert (10, 10) == (len(begun), found.most)


def test_a_quarter_of_them_may_risk_at_once() -> None:
    flight = Flight(8)
    assert 2 == flight.may_risk()
    flight.add([InFlight(job_id="calls"), InFlight(job_id="hangs", is_risky=True)])
    assert 1 == flight.may_risk()
    flight.end(["hangs"])
    flight.remove(["hangs"])
    assert 2 == flight.may_risk()


def test_one_may_risk_in_the_smallest_flight() -> None:
    assert 1 == Flight(1).may_risk()
