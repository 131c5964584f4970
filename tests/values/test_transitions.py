"""The one function that moves a delivery: legal moves only, and only if nobody was faster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from ats_integration.errors import IllegalTransition, StaleDelivery
from ats_integration.models import ATSConfig, Delivery
from ats_integration.states import Status
from ats_integration.transitions import move, require_legal

pytestmark = pytest.mark.django_db

#: Section 3 of the contract, written out.
LEGAL = {
    ("pending", "queued"),
    ("pending", "held"),
    ("queued", "delivered"),
    ("queued", "retrying"),
    ("queued", "dead"),
    ("queued", "held"),
    ("retrying", "retrying"),
    ("retrying", "delivered"),
    ("retrying", "dead"),
    ("retrying", "held"),
    ("held", "queued"),
    ("held", "retrying"),
    ("dead", "queued"),
    *((status, "erased") for status in ("pending", "queued", "retrying", "held", "dead", "delivered")),
}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def delivery_at(connection: ATSConfig) -> Callable[..., Delivery]:
    """Give a function that stores a delivery with some status."""

    def delivery_at(status: str, **values: object) -> Delivery:
        made = Delivery.objects.create(config=connection, application_id=1, status=status, **values)
        Delivery.objects.filter(pk=made.pk).update(updated_at=LONG_AGO)
        return Delivery.objects.get(pk=made.pk)

    return delivery_at


@pytest.mark.parametrize(("start", "to"), list(product(Status.values, Status.values)))
def test_goes_where_the_contract_says_and_nowhere_else(
    delivery_at: Callable[..., Delivery], start: str, to: str
) -> None:
    delivery = delivery_at(start)
    if (start, to) in LEGAL:
        move(delivery, Status(to))
        assert (to, to) == (delivery.status, Delivery.objects.get().status)
        return
    with pytest.raises(IllegalTransition, match=f"from {start} to {to}"):
        move(delivery, Status(to))
    assert (start, start) == (delivery.status, Delivery.objects.get().status)


@pytest.mark.parametrize(("start", "to"), sorted(LEGAL))
def test_can_be_asked_beforehand(start: str, to: str) -> None:
    require_legal(Status(start), Status(to))


def test_changes_other_fields_along(delivery_at: Callable[..., Delivery]) -> None:
    delivery = delivery_at("queued")
    moved = move(delivery, Status.RETRYING, try_count=1, last_error_code="unavailable")
    stored = Delivery.objects.get()

    assert moved is delivery
    for seen in (delivery, stored):
        assert ("retrying", 1, "unavailable") == (seen.status, seen.try_count, seen.last_error_code)
        assert seen.updated_at > LONG_AGO


def test_leaves_fields_alone_that_somebody_else_wrote(delivery_at: Callable[..., Delivery]) -> None:
    delivery = delivery_at("queued")
    Delivery.objects.update(ats_reference="written meanwhile")
    move(delivery, Status.DELIVERED)

    assert "written meanwhile" == Delivery.objects.get().ats_reference


@pytest.mark.parametrize(
    "meanwhile", [{"status": "delivered"}, {"status": "retrying"}, {"try_count": 1}], ids=["status", "other", "tries"]
)
def test_gives_way_where_somebody_was_faster(
    delivery_at: Callable[..., Delivery], meanwhile: dict[str, object]
) -> None:
    delivery = delivery_at("queued")
    Delivery.objects.update(**meanwhile)
    before = Delivery.objects.values().get()
    with pytest.raises(StaleDelivery, match=str(delivery.pk)):
        move(delivery, Status.DEAD, last_error="never written")

    assert before == Delivery.objects.values().get()
    assert ("queued", "") == (delivery.status, delivery.last_error)


def test_gives_way_where_the_row_is_gone(delivery_at: Callable[..., Delivery]) -> None:
    delivery = delivery_at("queued")
    Delivery.objects.all().delete()
    with pytest.raises(StaleDelivery):
        move(delivery, Status.DELIVERED)


def test_lets_only_one_of_two_move_the_same_row(delivery_at: Callable[..., Delivery]) -> None:
    delivery = delivery_at("retrying", try_count=1)
    same = Delivery.objects.get()
    move(delivery, Status.RETRYING, try_count=2)
    with pytest.raises(StaleDelivery):
        move(same, Status.RETRYING, try_count=2)


def test_asks_the_database_once(delivery_at: Callable[..., Delivery], django_assert_num_queries: Callable) -> None:
    delivery = delivery_at("queued")
    with django_assert_num_queries(1):
        move(delivery, Status.DELIVERED)


@pytest.mark.parametrize("word", ["lost", "", "Queued"])
def test_the_database_knows_no_other_status(delivery_at: Callable[..., Delivery], word: str) -> None:
    delivery_at("queued")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(status=word)
