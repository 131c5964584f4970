"""The words: those of the contract, and where each one leads."""

from __future__ import annotations

import pytest

from ats_integration.states import DELIVERABLE, OPEN, TRANSITIONS, Outcome, Status


def reachable(start: Status) -> set[Status]:
    """Return every status that a delivery may come to."""
    found = {start}
    while more := {to for status in found for to in TRANSITIONS[status]} - found:
        found |= more
    return found


def test_a_delivery_stands_where_the_contract_says() -> None:
    assert ["pending", "queued", "retrying", "delivered", "dead", "held", "erased"] == Status.values


def test_a_try_ends_as_the_contract_says() -> None:
    assert [
        "delivered",
        "rejected",
        "job_closed",
        "unauthorized",
        "rate_limited",
        "unavailable",
        "uncertain",
        "bug",
    ] == Outcome.values


@pytest.mark.parametrize("words", [Status, Outcome])
def test_every_word_is_explained(words: type[Status] | type[Outcome]) -> None:
    assert all(word.label and "_" not in word.label for word in words)


def test_every_status_leads_somewhere_known() -> None:
    assert set(Status) == set(TRANSITIONS)


def test_every_status_is_reached_from_the_first() -> None:
    assert set(Status) == reachable(Status.PENDING)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_is_open_can_still_be_delivered(status: Status) -> None:
    assert Status.DELIVERED in reachable(status)


def test_erased_is_the_end() -> None:
    assert {Status.ERASED} == reachable(Status.ERASED)


def test_everything_can_be_erased() -> None:
    assert all(Status.ERASED in TRANSITIONS[status] for status in set(Status) - {Status.ERASED})


def test_what_a_worker_takes_up_is_open() -> None:
    assert DELIVERABLE < OPEN
