"""Between the first failed try and the end of the budget: when again, how often, with which connection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.db import OperationalError
from django.utils import timezone

from ats_integration import jobs, patience, settlement
from ats_integration.models import ATSConfig, Attempt
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.flows.conftest import Tune
from tests.queue_steps import (
    SCHEDULE,
    job_ids,
    last_attempt,
    message_of_job,
    move_due,
    retry_until_settled,
    scheduled,
    scheduled_ids,
    step,
    the_delivery,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def failed(valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> redis.Redis:
    """Hand in an application and let its first try fail."""
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    return valkey


def try_again(valkey: redis.Redis) -> str:
    """Work the message that waits for its time as if that had come."""
    job_id = scheduled_ids(valkey)[0]
    message = message_of_job(valkey, job_id)
    valkey.zrem(SCHEDULE, job_id)
    return jobs.deliver(message)


def seconds_from_now(moment: datetime | None) -> float:
    """Return how far away a moment is."""
    assert moment
    return (moment - timezone.now()).total_seconds()


def test_the_first_failure_starts_the_budget(failed: redis.Redis) -> None:
    assert 295 < seconds_from_now(the_delivery().deadline_at) <= 300


def test_a_later_failure_does_not_move_the_deadline(failed: redis.Redis) -> None:
    deadline = the_delivery().deadline_at
    try_again(failed)
    assert (deadline, 2) == (the_delivery().deadline_at, the_delivery().try_count)


def test_the_message_carries_deadline_and_try_count(failed: redis.Redis) -> None:
    message = scheduled(failed)[0]
    assert 1 == message["tryCount"]
    assert the_delivery().deadline_at == datetime.fromisoformat(message["deadlineAt"])
    assert the_delivery().message == message


def test_the_first_wait_is_between_half_and_all_of_the_base(failed: redis.Redis) -> None:
    assert 1.5 < seconds_from_now(the_delivery().next_try_at) <= 5


def test_the_schedule_never_moves_a_message_before_the_moment_of_the_row(failed: Any) -> None:
    ((_name, score),) = failed.zrange(SCHEDULE, 0, -1, withscores=True)
    at = the_delivery().next_try_at
    assert at
    assert 0 <= score - at.timestamp() < 1


@pytest.mark.parametrize("asked", [40, 120])
def test_retry_after_is_honoured(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox, asked: int
) -> None:
    ats.behave("recruitee", "throttle", retry_after=asked)
    apply()
    step(valkey)
    assert asked - 5 < seconds_from_now(the_delivery().next_try_at) <= asked + 5


def test_a_429_without_a_wish_waits_at_least_the_floor(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "throttle", retry_after=None)
    apply()
    step(valkey)
    assert 10 < seconds_from_now(the_delivery().next_try_at) <= 20


def test_a_wish_past_the_deadline_ends_the_message(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "throttle", retry_after=3600)
    apply()
    assert "rate_limited" == step(valkey)
    assert ("dead", "rate_limited") == (the_delivery().status, the_letter().reason)


def test_the_budget_ends_by_the_clock(failed: redis.Redis) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert "unavailable" == try_again(failed)
    assert ("dead", 2) == (the_delivery().status, the_delivery().try_count)


def test_the_budget_ends_by_try_count(failed: redis.Redis, tune: Tune) -> None:
    tune(RETRY_MAX_TRIES=4)
    retry_until_settled(failed)
    assert ("dead", 4) == (the_delivery().status, the_delivery().try_count)
    assert 4 == Attempt.objects.count()


def test_each_try_is_numbered(failed: redis.Redis, tune: Tune) -> None:
    tune(RETRY_MAX_TRIES=4)
    retry_until_settled(failed)
    assert [1, 2, 3, 4] == list(Attempt.objects.order_by("pk").values_list("number", flat=True))


def test_a_success_after_failures_ends_the_waiting(failed: redis.Redis, ats: Sandbox) -> None:
    ats.behave("recruitee", "ok")
    assert "delivered" == try_again(failed)
    delivery = the_delivery()
    assert ("delivered", 1, None) == (delivery.status, delivery.try_count, delivery.next_try_at)
    assert 2 == last_attempt().number


def test_a_mended_credential_helps_what_already_waits(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.register("recruitee", account="", key="the-new-token")
    apply()
    assert "unauthorized" == step(valkey)
    config.credentials = {"careers_token": "the-new-token"}
    config.save()
    assert "delivered" == try_again(valkey)


def test_a_mended_address_helps_what_already_waits(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ATSConfig.objects.update(base_url="http://127.0.0.1:1")
    apply()
    assert "unavailable" == step(valkey)
    ATSConfig.objects.update(base_url=ats.url("recruitee"))
    assert "delivered" == try_again(valkey)


def test_without_redis_the_row_says_when_to_try_again(
    redis_away: None, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "down")
    apply()
    assert "unavailable" == jobs.deliver(the_delivery().message)
    assert ("retrying", 1) == (the_delivery().status, the_delivery().try_count)
    assert the_delivery().next_try_at


def test_a_scheduler_that_died_between_moving_and_forgetting_leads_to_one_call(failed: Any, ats: Sandbox) -> None:
    ats.behave("recruitee", "ok")
    waiting = scheduled_ids(failed)[0]
    move_due(failed)
    failed.zadd(SCHEDULE, {waiting: 1})
    assert "delivered" == step(failed, "retry")
    move_due(failed)
    assert ([], []) == (scheduled_ids(failed), job_ids(failed, "retry"))
    assert 1 == ats.stats()["recruitee"]["accepted"]


def test_a_short_outage_of_the_database_loses_no_result(
    failed: redis.Redis, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages = [OperationalError("away"), OperationalError("still away")]
    settle = settlement.settle

    def flaky(*args: Any) -> None:
        if outages:
            raise outages.pop()
        settle(*args)

    monkeypatch.setattr(patience, "WAITS", (timedelta(0), timedelta(0), timedelta(0)))
    monkeypatch.setattr(settlement, "settle", flaky)
    ats.behave("recruitee", "ok")
    assert "delivered" == try_again(failed)
    assert 1 == ats.stats()["recruitee"]["accepted"]
    assert "delivered" == the_delivery().status
