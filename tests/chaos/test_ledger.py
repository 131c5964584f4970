"""The ledger sees what is lost and what came twice, wherever it happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from jobbird.demo.ats import Arrived

from .ledger import Books, Ledger, Saved

ID = UUID(int=7)
SANNE = "sanne@example.org"


def arrived(*emails: str, sha256: str = "a") -> list[Arrived]:
    """Return what an ATS holds."""
    return [Arrived(provider="recruitee", account="acme", email=email, sha256=sha256) for email in emails]


def saved(**changes: Any) -> Saved:
    """Return one saved and delivered application."""
    values = {"email": SANNE, "provider": "recruitee", "status": "delivered", "message_id": ID}
    return Saved(**{**values, **changes})


def closed(
    rows: Sequence[Saved] = (saved(),),
    at_ats: Sequence[Arrived] = tuple(arrived(SANNE)),
    *,
    letters: Sequence[str] = (),
    in_flight: Sequence[UUID] | None = (),
) -> Ledger:
    """Close the books about somebody whose application was confirmed."""
    books = Books(confirmed={SANNE: "a"}, saved=rows, arrived=at_ats, letters=letters, asked=("workable",))
    return books.close(in_flight=in_flight)


def test_what_was_delivered_once_is_in_order() -> None:
    assert Ledger(lost={}, twice=frozenset(), unexplained={}) == closed()


@pytest.mark.parametrize("status", ["pending", "queued", "retrying", "held", "erased"])
def test_what_is_on_its_way_is_not_lost(status: str) -> None:
    assert {} == closed([saved(status=status)], []).lost


def test_who_was_confirmed_and_not_saved_is_lost() -> None:
    assert {SANNE: "confirmed, not saved"} == closed([], []).lost


def test_who_was_saved_without_a_delivery_is_lost() -> None:
    assert {SANNE: "saved, without a delivery"} == closed([saved(message_id=None, status="")], []).lost


def test_who_counts_as_delivered_and_is_not_at_the_ats_is_lost() -> None:
    assert {SANNE: "delivered, not at the ATS"} == closed(at_ats=[]).lost


def test_who_is_dead_and_not_in_s3_is_lost() -> None:
    assert {SANNE: "dead, not in S3"} == closed([saved(status="dead")], []).lost
    assert {} == closed([saved(status="dead")], [], letters=[str(ID)]).lost


def test_who_was_never_saved_must_not_arrive_twice() -> None:
    assert {"anna@example.org": "was never saved"} == closed(at_ats=arrived("anna@example.org") * 2).unexplained


def test_an_ats_that_can_be_asked_must_never_get_one_twice() -> None:
    twice = arrived(SANNE, SANNE)
    row = saved(provider="workable", possible_duplicate=True)
    for in_flight in ([ID], None):
        assert {SANNE: "its ATS could have been asked"} == closed([row], twice, in_flight=in_flight).unexplained


def test_only_what_was_in_flight_may_arrive_twice() -> None:
    twice = arrived(SANNE, SANNE)
    ledger = closed(at_ats=twice, in_flight=[ID])
    assert (1, 0) == (len(ledger.twice), len(ledger.unexplained))
    assert {SANNE: "it was not in flight"} == closed(at_ats=twice, in_flight=[]).unexplained


def test_where_calls_went_unanswered_the_row_must_say_that_it_may_be_there_twice() -> None:
    twice = arrived(SANNE, SANNE)
    assert {} == closed([saved(possible_duplicate=True)], twice, in_flight=None).unexplained
    assert {SANNE: "its delivery says nothing of it"} == closed(at_ats=twice, in_flight=None).unexplained


def test_who_was_erased_must_not_arrive() -> None:
    assert {SANNE} == closed([saved(status="erased")]).unwanted
    assert frozenset() == closed([saved(status="erased")], []).unwanted


def test_a_cv_that_changed_on_the_way_is_damaged() -> None:
    assert {SANNE} == closed(at_ats=arrived(SANNE, sha256="b")).damaged
    assert frozenset() == closed().damaged
