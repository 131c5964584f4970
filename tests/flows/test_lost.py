"""What the database says is due and Redis does not know comes back; what Redis knows does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ats_integration import claims, jobs, lost, queues, sweep
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import (
    SCHEDULE,
    age,
    at_once,
    job_ids,
    messages,
    move_due,
    scheduled_ids,
    step,
    take,
    the_delivery,
)

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def queued(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> redis.Redis:
    """Hand in an application a minute ago; its message stands on happy."""
    apply()
    age(Delivery.objects.all())
    return valkey


@pytest.fixture
def retrying(queued: redis.Redis, ats: Sandbox) -> redis.Redis:
    """Let the first try fail; the next one has been due for a while."""
    ats.behave("recruitee", "down")
    step(queued)
    age(Delivery.objects.all())
    return queued


def enqueued() -> int:
    """Sweep now; return how many deliveries were put back."""
    report = sweep.sweep()
    assert () == report.faults
    return report.enqueued


def test_an_emptied_redis_is_filled_again(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    for _ in range(5):
        apply()
    before = messages(valkey, "happy")
    valkey.flushall()
    age(Delivery.objects.all())
    assert 5 == enqueued()
    assert before == messages(valkey, "happy")


def test_more_than_one_batch_comes_back(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH", 2)
    for _ in range(5):
        apply()
    valkey.flushall()
    age(Delivery.objects.all())
    assert 5 == enqueued()


def test_a_message_whose_worker_died_before_the_claim_comes_back(queued: redis.Redis) -> None:
    taken = take(queued)
    assert 1 == enqueued()
    assert [taken] == messages(queued, "happy")


def test_a_message_whose_job_hash_is_gone_comes_back(queued: redis.Redis) -> None:
    queued.delete(f"rq:job:{job_ids(queued, 'happy')[0]}")
    assert 1 == enqueued()


def test_what_stands_on_happy_is_not_put_back(queued: redis.Redis) -> None:
    assert 0 == enqueued()
    assert 1 == len(job_ids(queued, "happy"))


def test_what_stands_on_happy_is_noted_as_queued(queued: redis.Redis) -> None:
    before = the_delivery()
    enqueued()
    row = the_delivery()
    assert ("pending", "queued") == (before.status, row.status)
    assert row.queued_at


def test_what_redis_does_not_have_is_not_noted(queued: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    queued.flushall()
    monkeypatch.setattr(queues, "put", lambda messages: False)
    assert 0 == enqueued()
    assert "pending" == the_delivery().status


def test_a_long_line_is_noted_piece_by_piece_without_a_gap(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH", 1)
    monkeypatch.setattr(lost, "WINDOW", 1)
    for _ in range(6):
        apply()
    age(Delivery.objects.all())
    scan, now = lost.Scan(lost.due_first), timezone.now()
    noted = []
    for _ in range(3):
        scan.put_back(now)
        noted.append(Delivery.objects.filter(status="queued").count())
    assert [2, 4, 6] == noted


def test_a_long_line_is_sorted_twice_a_sweep_however_far_it_is_looked_at(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH", 1)
    for _ in range(6):
        apply()
    age(Delivery.objects.all())
    with CaptureQueriesContext(connection) as asked:
        lost.Scan(lost.due_first).put_back(timezone.now())
    assert 2 == sum("ORDER BY" in query["sql"] for query in asked)


def test_what_waits_for_its_time_is_not_put_back(retrying: redis.Redis) -> None:
    assert 0 == enqueued()
    assert 1 == len(scheduled_ids(retrying))


def test_what_stands_on_retry_is_not_put_back(retrying: redis.Redis) -> None:
    move_due(retrying)
    assert 0 == enqueued()
    assert 1 == len(job_ids(retrying, "retry"))


def test_sweeping_twice_puts_back_once(queued: redis.Redis) -> None:
    queued.flushall()
    assert [1, 0] == [enqueued(), enqueued()]
    assert 1 == len(job_ids(queued, "happy"))


def test_sweepers_at_once_lead_to_one_call(queued: redis.Redis, ats: Sandbox) -> None:
    queued.flushall()
    at_once(enqueued, enqueued, enqueued)
    while job_ids(queued, "happy"):
        jobs.deliver(take_again(queued))
    assert 1 == ats.stats()["recruitee"]["calls"]


def take_again(valkey: redis.Redis) -> object:
    """Take a message off happy, leaving its hash for another copy."""
    message = messages(valkey, "happy")[0]
    valkey.lpop("rq:queue:happy")
    return message


def test_a_fresh_delivery_is_left_alone(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    valkey.flushall()
    assert 0 == enqueued()


def test_a_pending_delivery_comes_back(queued: redis.Redis) -> None:
    Delivery.objects.update(status="pending", queued_at=None)
    queued.flushall()
    assert 1 == enqueued()
    assert "queued" == the_delivery().status


def test_a_worker_that_takes_it_at_once_is_no_fault_of_the_sweep(
    queued: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    Delivery.objects.update(status="pending", queued_at=None)
    queued.flushall()
    put = queues.put

    def put_and_work(found: list[object]) -> bool:
        taken = put(found)  # type: ignore[arg-type]
        step(queued)
        return taken

    monkeypatch.setattr(queues, "put", put_and_work)
    assert 1 == enqueued()
    assert "delivered" == the_delivery().status


def test_a_due_retry_comes_back_with_its_try_count(retrying: redis.Redis) -> None:
    retrying.flushall()
    assert 1 == enqueued()
    assert [1] == [message["tryCount"] for message in messages(retrying, "retry")]
    assert [] == job_ids(retrying, "happy")


def test_a_retry_that_is_not_due_stays_away(retrying: redis.Redis) -> None:
    retrying.flushall()
    Delivery.objects.update(next_try_at=timezone.now() + timedelta(minutes=1))
    assert 0 == enqueued()


def test_a_claimed_delivery_is_left_alone(queued: redis.Redis) -> None:
    claim_of(take(queued))
    assert 0 == enqueued()


def test_an_expired_claim_is_sent_again(queued: redis.Redis) -> None:
    claim_of(take(queued))
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        assert 1 == enqueued()


def test_what_was_interrupted_may_be_a_duplicate(queued: redis.Redis) -> None:
    claim_of(take(queued))
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        enqueued()
        assert "delivered" == step(queued)
    assert the_delivery().possible_duplicate


@pytest.mark.parametrize("status", ["delivered", "dead", "held", "erased"])
def test_what_has_nowhere_to_go_stays_where_it_is(queued: redis.Redis, status: str) -> None:
    queued.flushall()
    Delivery.objects.update(status=status)
    assert 0 == lost.enqueue(timezone.now())


def test_a_backlog_of_retries_hides_no_lost_first_try(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH", 2)
    ats.behave("recruitee", "down")
    for _ in range(3):
        apply()
        step(valkey)
    move_due(valkey)
    age(Delivery.objects.all())
    apply()
    age(Delivery.objects.filter(status="pending"), by=timedelta(seconds=30))
    take(valkey)
    assert 1 == enqueued()


def test_a_backlog_of_first_tries_hides_no_lost_retry(
    retrying: redis.Redis, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH", 2)
    retrying.delete(SCHEDULE)
    for _ in range(3):
        apply()
    age(Delivery.objects.filter(status="pending"), by=timedelta(hours=1))
    assert 1 == enqueued()


def test_retries_that_were_put_back_hide_no_other_lost_one(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.behave("recruitee", "down")
    for _ in range(3):
        apply()
        step(valkey)
    valkey.delete(SCHEDULE)
    age(Delivery.objects.all(), by=timedelta(minutes=5))
    enqueued()
    Delivery.objects.update(queued_at=timezone.now() - timedelta(seconds=20))
    apply()
    step(valkey)
    last = Delivery.objects.order_by("created_at").last()
    assert last
    age([last], by=timedelta(minutes=2))
    valkey.delete(SCHEDULE)
    monkeypatch.setattr(lost, "BATCH", 2)
    assert 1 == enqueued()


def test_without_redis_the_step_fails_and_says_so(redis_away: None, config: ATSConfig, apply: Apply) -> None:
    apply()
    age(Delivery.objects.all())
    assert ("enqueued",) == sweep.sweep().faults


def claim_of(message: dict[str, object]) -> None:
    """Claim a message's delivery, as a worker that dies right after would."""
    found = decode(message)
    assert claims.claim(found.message_id, found.try_count)
