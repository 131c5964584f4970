"""A paused connection holds what comes, without a try or a second of budget; switched on, it sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
import time_machine
from django.utils import timezone

from ats_integration import holding, sweep
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import at_once, job_ids, messages, move_due, step, the_delivery

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def held(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> redis.Redis:
    """Hold a delivery before its first try."""
    apply()
    ATSConfig.objects.update(is_active=False)
    step(valkey)
    return valkey


@pytest.fixture
def held_retry(valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox) -> redis.Redis:
    """Hold a delivery before its second try."""
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    ATSConfig.objects.update(is_active=False)
    move_due(valkey)
    assert "held" == step(valkey, "retry")
    return valkey


def switch_on() -> None:
    """Switch the connection on again."""
    ATSConfig.objects.update(is_active=True)


def test_what_is_held_stays_while_the_connection_is_off(held: redis.Redis) -> None:
    assert 0 == sweep.sweep().released
    assert "held" == the_delivery().status
    assert [] == job_ids(held, "happy")


def test_what_is_held_goes_to_happy_once_it_is_on(held: redis.Redis) -> None:
    switch_on()
    assert 1 == sweep.sweep().released
    assert ("queued", None) == (the_delivery().status, the_delivery().held_at)
    assert "delivered" == step(held)


def test_a_held_retry_goes_back_to_retry_with_its_try_count(held_retry: redis.Redis) -> None:
    switch_on()
    sweep.sweep()
    assert "retrying" == the_delivery().status
    assert [1] == [message["tryCount"] for message in messages(held_retry, "retry")]
    assert [] == job_ids(held_retry, "happy")


def test_being_held_costs_no_try(held_retry: redis.Redis) -> None:
    assert 1 == the_delivery().try_count


def test_being_held_costs_no_budget(held_retry: redis.Redis) -> None:
    before = the_delivery()
    assert before.deadline_at
    assert before.held_at
    now = timezone.now() + timedelta(hours=2)
    switch_on()
    sweep.sweep(now)
    assert before.deadline_at + (now - before.held_at) == the_delivery().deadline_at


def test_the_message_that_goes_on_knows_its_new_deadline(held_retry: redis.Redis) -> None:
    switch_on()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        sweep.sweep()
        assert the_delivery().message == messages(held_retry, "retry")[0]
        assert "unavailable" == step(held_retry, "retry")
    assert ("retrying", 2) == (the_delivery().status, the_delivery().try_count)


def test_the_message_that_goes_on_has_todays_connection(held: redis.Redis) -> None:
    ATSConfig.objects.update(settings={"company": "acme-nieuw"})
    switch_on()
    sweep.sweep()
    assert {"company": "acme-nieuw"} == messages(held, "happy")[0]["ats"]["settings"]


def test_sweepers_at_once_send_it_once(held: redis.Redis) -> None:
    switch_on()
    released = at_once(*[lambda: holding.release(timezone.now())] * 4)
    assert 1 == sum(released)
    assert 1 == len(job_ids(held, "happy"))


def test_without_redis_it_waits_in_its_row(redis_away: None, config: ATSConfig, apply: Apply) -> None:
    apply()
    Delivery.objects.update(status="held", held_at=timezone.now())
    assert 1 == sweep.sweep().released
    assert "queued" == the_delivery().status


def test_a_fault_with_one_keeps_no_other_waiting(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(), apply()
    ATSConfig.objects.update(is_active=False)
    step(valkey), step(valkey)
    ATSConfig.objects.update(is_active=True)
    first = Delivery.objects.order_by("held_at")[0].pk
    resumed = holding.resumed
    monkeypatch.setattr(holding, "resumed", lambda one, now: 1 / 0 if one.pk == first else resumed(one, now))
    report = sweep.sweep()
    assert (1, ()) == (report.released, report.faults)
    assert "held" == Delivery.objects.get(pk=first).status
