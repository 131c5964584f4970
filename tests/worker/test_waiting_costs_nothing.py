"""A rate that an ATS documents, kept end to end; waiting for it costs no try, no budget and no place."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ats_integration.engine import after_waiting
from ats_integration.models import ATSConfig, Attempt, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer
from tests.factories import message
from tests.queue_steps import move_due, step, the_delivery, wait_until
from tests.worker.clock import advance
from tests.worker.conftest import Connect
from tests.worker.running import in_threads, worker

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
AT = timezone.now()


@pytest.fixture
def lever(config: ATSConfig, ats: Sandbox) -> ATSConfig:
    """Connect the company with Lever instead, which takes two calls a second and no more."""
    config.delete()
    ats.behave("lever", "ok", limit={"calls": 2, "per_seconds": 1.0})
    return ATSConfig.objects.create(
        customer=config.customer,
        provider="lever",
        settings={"site": "acme"},
        credentials={"api_key": "lever-key-5678"},
        base_url=ats.url("lever"),
    )


def test_eight_applications_to_a_lever_site_arrive_in_order_without_a_429(
    valkey: Any, lever: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    emails = [f"candidate-{number}@example.org" for number in range(8)]
    for email in emails:
        apply(email=email)
    started = time.monotonic()
    with in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 8)
    assert time.monotonic() - started >= 3
    assert ["delivered"] * 8 == list(Attempt.objects.values_list("outcome", flat=True))
    assert in_pairs(emails) == in_pairs([taken.email for taken in ats.received("lever")])


def in_pairs(emails: list[str]) -> list[set[str]]:
    """Return who went together: two may go in the same moment."""
    return [set(emails[i : i + 2]) for i in range(0, len(emails), 2)]


def test_other_customers_feel_nothing_of_a_long_line(
    valkey: Any,
    lever: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    other_customer: Customer,
    connect: Connect,
    apply_to_other: Apply,
) -> None:
    connect(other_customer)
    for _ in range(30):
        apply()
    for _ in range(5):
        apply_to_other()
    with in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(config__customer=other_customer, status="delivered").count() == 5)
        assert Delivery.objects.filter(config=lever, status="delivered").count() <= 8


def test_a_rate_of_the_connection_stands_before_that_of_the_ats(
    valkey: Any, lever: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("lever", "ok")
    ATSConfig.objects.update(rate_per_second=50)
    for _ in range(20):
        apply()
    started = time.monotonic()
    with in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 20)
    assert time.monotonic() - started < 8  # at two a second it takes 9.5


def test_a_429_leaves_the_ats_alone_for_as_long_as_it_asks(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "throttle", retry_after=60, times=1)
    apply()
    with in_threads(worker()):
        wait_until(lambda: Delivery.objects.filter(status="retrying").count() == 1)
        wait_until(lambda: valkey.zcard("ats:leases") == 0)
        apply()
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 1)
    assert 1 == ats.stats()["recruitee"]["calls"]
    assert 50_000 < valkey.pttl(f"ats:pause:config-{config.pk}") <= 60_000


def test_waiting_costs_a_retried_message_nothing_of_its_budget(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Callable[[], None]
) -> None:
    """Given a message that failed once and then waited longer than its budget for its connection's turn."""
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    move_due(valkey)
    deadline = the_delivery().deadline_at
    assert deadline
    valkey.set(f"ats:pause:config-{config.pk}", 1, px=3_600_000)
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 1)
    advance(valkey, timedelta(minutes=59, seconds=59, milliseconds=500))
    Delivery.objects.update(deadline_at=deadline)
    drain()
    delivery = the_delivery()
    assert ("retrying", 2) == (delivery.status, delivery.try_count)
    assert delivery.deadline_at
    assert delivery.deadline_at - deadline > timedelta(minutes=59)


@pytest.mark.parametrize("waited", [0, 90])
def test_a_deadline_moves_by_what_was_waited(waited: int) -> None:
    wait = timedelta(seconds=waited)
    timed = message(deadline_at=AT, try_count=1)
    moved = after_waiting(timed, wait)
    assert timed.but(deadline_at=AT + wait) == moved


def test_where_there_is_no_deadline_yet_there_is_nothing_to_move() -> None:
    first = message()
    assert first is after_waiting(first, timedelta(hours=1))
    assert "os.system" == after_waiting("os.system", timedelta(hours=1))
