"""Many rows with one statement: each gets its own values, and only where it is as it was read."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from ats_integration import history, transitions
from ats_integration.bulk_writes import Column, Update, update_and_insert
from ats_integration.delivery import Result
from ats_integration.models import ATSConfig, Attempt, Delivery
from ats_integration.states import Outcome, Status
from ats_integration.transitions import Move
from tests.pages import rows

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
CHANGES = st.fixed_dictionaries(
    {
        "ats_reference": TEXTS,
        "dropped": st.lists(st.sampled_from(["answers", "phone"]), max_size=2),
        "possible_duplicate": st.booleans(),
        "claimed_until": st.none() | st.just(timezone.now()),
    }
)


def queued(config: ATSConfig, count: int) -> list[Delivery]:
    """Write deliveries that a worker has taken up."""
    return [rows.delivery(config, Status.QUEUED) for _ in range(count)]


def moves(deliveries: list[Delivery], changes: list[dict[str, Any]]) -> list[Move]:
    """Describe how each of these is delivered."""
    pairs = zip(deliveries, changes, strict=True)
    return [Move(delivery=delivery, to=Status.DELIVERED, changes=change) for delivery, change in pairs]


def result(**values: Any) -> Result:
    """Return how a try ended."""
    given = {"outcome": Outcome.DELIVERED, "started_at": timezone.now(), "duration": timedelta(seconds=1)}
    return Result(**{**given, **values})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(CHANGES, min_size=1, max_size=5))
def test_each_row_gets_its_own_values(config: ATSConfig, changes: list[dict[str, Any]]) -> None:
    deliveries = queued(config, len(changes))
    transitions.update(moves(deliveries, changes)).run()
    written = [Delivery.objects.filter(pk=one.pk).values(*changes[0], "status").get() for one in deliveries]
    assert [{**change, "status": "delivered"} for change in changes] == written


def test_only_rows_that_are_as_they_were_read_are_written(config: ATSConfig) -> None:
    deliveries = queued(config, 3)
    Delivery.objects.filter(pk=deliveries[1].pk).update(status=Status.ERASED)
    moved = transitions.update(moves(deliveries, [{"ats_reference": str(number)} for number in range(3)])).run()
    assert {deliveries[0].pk, deliveries[2].pk} == moved
    assert ["0", "", "2"] == [Delivery.objects.get(pk=one.pk).ats_reference for one in deliveries]


def test_a_row_at_another_try_is_left_alone(config: ATSConfig) -> None:
    delivery = rows.delivery(config, Status.QUEUED)
    Delivery.objects.update(try_count=1)
    assert set() == transitions.update(moves([delivery], [{"ats_reference": "late"}])).run()


def test_other_rows_are_left_alone(config: ATSConfig) -> None:
    delivery, other = queued(config, 2)
    transitions.update(moves([delivery], [{"ats_reference": "mine"}])).run()
    assert ("queued", "") == Delivery.objects.values_list("status", "ats_reference").get(pk=other.pk)


def test_many_rows_are_one_statement(config: ATSConfig, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    deliveries = queued(config, 50)
    with django_assert_num_queries(1):
        transitions.update(moves(deliveries, [{"ats_reference": str(number)} for number in range(50)])).run()


def test_a_shared_value_goes_out_once() -> None:
    fields = {field.name: field for field in Delivery._meta.concrete_fields}
    ids = [uuid.uuid4() for _ in range(3)]
    marked = Column(fields["status"], ["queued"] * 3)
    assert 1 == str(list(Update(Delivery, fresh=[marked], known=[Column(fields["id"], ids)]).parameters())).count(
        "queued"
    )


def test_the_same_history_is_written_together_as_one_by_one(config: ATSConfig) -> None:
    together, alone = queued(config, 2)
    results = [
        result(status=200, excerpt="ok"),
        result(outcome=Outcome.UNAVAILABLE, code="dns_error", detail="The name could not be resolved."),
        result(outcome=Outcome.REJECTED, status=422, duration=timedelta(milliseconds=3)),
    ]
    history.insert([history.line_of(together, one, number) for number, one in enumerate(results, 1)]).run([together.pk])
    for number, one in enumerate(results, 1):
        history.line_of(alone, one, number).row().save()
    assert told(alone) == told(together)


def test_tries_that_all_failed_alike_are_written(config: ATSConfig) -> None:
    deliveries = queued(config, 2)
    refused = result(outcome=Outcome.UNAVAILABLE, code="connection_refused")
    history.insert([history.line_of(one, refused, 1) for one in deliveries]).run([one.pk for one in deliveries])
    assert [None, None] == list(Attempt.objects.values_list("http_status", flat=True))


def test_nobody_gets_a_history_who_is_not_named(
    config: ATSConfig, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine, other = queued(config, 2)
    lines = history.insert([history.line_of(one, result(), 1) for one in (mine, other)])
    lines.run([mine.pk])
    with django_assert_num_queries(0):
        lines.run([])
    assert [mine.pk] == list(Attempt.objects.values_list("delivery_id", flat=True))


@pytest.mark.parametrize("stale", [[], [0], [1], [0, 1, 2]])
def test_what_somebody_else_moved_gets_neither_receipt_nor_history(config: ATSConfig, stale: list[int]) -> None:
    deliveries = queued(config, 3)
    Delivery.objects.filter(pk__in=[deliveries[which].pk for which in stale]).update(status=Status.ERASED)
    mine = {one.pk for number, one in enumerate(deliveries) if number not in stale}
    receipts = transitions.update(moves(deliveries, [{"ats_reference": str(number)} for number in range(3)]))
    lines = history.insert([history.line_of(one, result(excerpt=str(one.pk)), 1) for one in deliveries])
    assert mine == update_and_insert(receipts, lines)
    assert {(one, str(one)) for one in mine} == set(Attempt.objects.values_list("delivery_id", "excerpt"))
    assert mine == set(Delivery.objects.filter(status=Status.DELIVERED).values_list("pk", flat=True))


def test_one_receipt_and_its_history(config: ATSConfig) -> None:
    delivery = queued(config, 1)[0]
    lines = history.insert([history.line_of(delivery, result(), 1)])
    assert {delivery.pk} == update_and_insert(transitions.update(moves([delivery], [{"ats_reference": "x"}])), lines)
    assert (1, "x") == (Attempt.objects.count(), Delivery.objects.get().ats_reference)


def test_where_the_history_cannot_be_written_no_receipt_is(config: ATSConfig) -> None:
    delivery = queued(config, 1)[0]
    lines = history.insert([history.line_of(delivery, result(status=-1), 1)])
    with pytest.raises(DatabaseError):
        update_and_insert(transitions.update(moves([delivery], [{"ats_reference": "x"}])), lines)
    assert "queued" == Delivery.objects.get().status


def told(delivery: Delivery) -> list[tuple[Any, ...]]:
    """Return a delivery's history."""
    return list(
        delivery.attempts.values_list(
            "number", "outcome", "http_status", "duration", "error_code", "error", "excerpt", "started_at"
        )
    )
