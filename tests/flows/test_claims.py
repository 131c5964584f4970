"""One try, one worker: the lease in the row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import redis
import time_machine
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ats_integration import claims, jobs, transitions
from ats_integration.claims import Claim
from ats_integration.errors import IllegalTransition, StaleDelivery
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import at_once, messages, take, the_delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(valkey: redis.Redis, config: ATSConfig, apply: Callable[..., Application]) -> Delivery:
    """Hand in an application; its message stands on happy."""
    apply()
    return the_delivery()


def test_of_many_threads_exactly_one_claims(delivery: Delivery) -> None:
    claimed = at_once(*[partial(claims.claim, delivery.pk, 0)] * 8)
    assert 1 == sum(claim is not None for claim in claimed)


def test_of_two_who_find_a_lease_run_out_one_takes_it(delivery: Delivery) -> None:
    Delivery.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claimed = at_once(*[partial(claims.claim, delivery.pk, 0)] * 4)
    assert 1 == sum(claim is not None for claim in claimed)


def test_a_claim_reads_what_a_try_needs(delivery: Delivery, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Delivery.objects.update(kept={"candidate": "c_1"})
    with django_assert_num_queries(1):
        taken, _version = next(claims.take({delivery.pk: 0}, timezone.now()))
        read = {name: repr(getattr(taken, name)) for name in claims.READ}
    row = the_delivery()
    assert {name: repr(getattr(row, name)) for name in claims.READ} == read
    assert row.claimed_until == taken.claimed_until


def test_a_claim_is_one_statement_however_many_it_takes(
    delivery: Delivery, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = {uuid4(): 0 for _ in range(20)}
    with django_assert_num_queries(1):
        taken = list(claims.take({delivery.pk: 0, **others}, timezone.now()))
    assert [delivery] == [one for one, _version in taken]


def test_no_column_of_a_delivery_is_indexed_twice() -> None:
    alone = {field.name for field in Delivery._meta.local_fields if field.db_index}
    lists = [*Delivery._meta.indexes, *Delivery._meta.total_unique_constraints]
    assert ({"config", "application", "status"}, set()) == ({one.fields[0].lstrip("-") for one in lists}, alone)


def test_of_two_copies_of_a_message_one_is_sent(delivery: Delivery, valkey: redis.Redis, ats: Sandbox) -> None:
    message = take(valkey)
    outcomes = at_once(*[partial(jobs.deliver, message)] * 4)
    assert ["delivered", "nothing_to_do", "nothing_to_do", "nothing_to_do"] == sorted(outcomes)
    assert 1 == ats.stats()["recruitee"]["calls"]


def test_a_claim_lasts_for_its_lease(delivery: Delivery) -> None:
    assert claims.claim(delivery.pk, 0)
    assert claims.claim(delivery.pk, 0) is None
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        assert claims.claim(delivery.pk, 0)


def test_what_is_claimed_for_the_first_time_is_no_duplicate(delivery: Delivery) -> None:
    assert not claimed(delivery).delivery.possible_duplicate


def test_what_is_claimed_after_another_claim_ran_out_may_be_a_duplicate(delivery: Delivery) -> None:
    claimed(delivery)
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        assert claimed(delivery).delivery.possible_duplicate
    assert the_delivery().possible_duplicate


def test_what_is_claimed_while_the_database_goes_is_not_claimed(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(claims, "current_configs", away)
        with pytest.raises(OperationalError):
            claims.claim(delivery.pk, 0)
    assert not claimed(delivery).delivery.possible_duplicate


@pytest.mark.parametrize("try_count", [1, 2, 11])
def test_a_message_of_another_try_does_nothing(delivery: Delivery, try_count: int) -> None:
    assert claims.claim(delivery.pk, try_count) is None


@pytest.mark.parametrize("status", ["delivered", "dead", "held", "erased"])
def test_what_is_settled_or_held_cannot_be_claimed(delivery: Delivery, status: str) -> None:
    Delivery.objects.update(status=status)
    assert claims.claim(delivery.pk, 0) is None


def test_a_message_without_a_row_does_nothing(delivery: Delivery, valkey: redis.Redis) -> None:
    message = take(valkey)
    Delivery.objects.all().delete()
    assert "nothing_to_do" == jobs.deliver(message)


def test_a_claimed_pending_delivery_is_queued(delivery: Delivery) -> None:
    assert ("pending", None) == (delivery.status, delivery.queued_at)
    assert "queued" == claimed(delivery).delivery.status
    row = the_delivery()
    assert ("queued", row.created_at) == (row.status, row.queued_at)


def test_a_claimed_delivery_keeps_when_it_went_to_its_queue(delivery: Delivery) -> None:
    put_back = timezone.now()
    Delivery.objects.update(queued_at=put_back)
    claimed(delivery)
    assert put_back == the_delivery().queued_at


def test_a_delivery_that_was_noted_as_queued_can_be_claimed(delivery: Delivery) -> None:
    transitions.queued([delivery.pk])
    assert claims.claim(delivery.pk, 0)


def test_a_delivery_that_was_delivered_is_not_noted_as_queued_again(delivery: Delivery, valkey: redis.Redis) -> None:
    jobs.deliver(take(valkey))
    transitions.queued([delivery.pk])
    assert "delivered" == the_delivery().status


def test_a_message_that_came_twice_after_the_delivery_is_not_sent_again(
    delivery: Delivery, valkey: redis.Redis, ats: Sandbox
) -> None:
    message = messages(valkey, "happy")[0]
    assert ["delivered", "nothing_to_do"] == [jobs.deliver(message), jobs.deliver(message)]
    assert 1 == ats.stats()["recruitee"]["calls"]


def test_a_result_that_comes_after_somebody_else_settled_is_dropped(delivery: Delivery) -> None:
    mine = claimed(delivery).delivery
    Delivery.objects.update(status="delivered")
    with pytest.raises(StaleDelivery):
        transitions.move(mine, "retrying")  # type: ignore[arg-type]


def test_a_delivery_cannot_move_where_its_status_does_not_lead(delivery: Delivery) -> None:
    Delivery.objects.update(status="delivered")
    with pytest.raises(IllegalTransition, match="from delivered to queued"):
        transitions.move(the_delivery(), "queued")  # type: ignore[arg-type]


def claimed(delivery: Delivery) -> Claim:
    """Claim a delivery for its first try."""
    found = claims.claim(delivery.pk, 0)
    assert found
    return found
