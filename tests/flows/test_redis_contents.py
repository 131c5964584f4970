"""What stands in Redis, read without RQ: tryCount by queue, JSON only, no secret, no name in a key."""

from __future__ import annotations

import json
import pickletools
import zlib
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.utils import timezone

from ats_integration import queues, sweep
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import SCHEDULE, age, job_ids, messages, scheduled, scheduled_ids, step, values

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
PERSONAL = ("Sanne", "sanne", "Vries", "example.org", "12345678", "06 ")
SECRET = "token-of-acme-1234"


@pytest.fixture
def full_redis(valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> Any:
    """Fill Redis: three messages on happy, one on retry, one that waits for its time."""
    ats.behave("recruitee", "down")
    for _ in range(2):
        apply()
        step(valkey)
    first, _second = scheduled_ids(valkey)
    valkey.zadd(SCHEDULE, {first: 1})
    queues.scheduler().enqueue_jobs()
    for _ in range(3):
        apply()
    return valkey


def test_every_message_on_happy_has_try_count_0(full_redis: Any) -> None:
    assert [0, 0, 0] == [message["tryCount"] for message in messages(full_redis, "happy")]


def test_every_message_on_retry_has_a_try_count_above_0(full_redis: Any) -> None:
    assert [1] == [message["tryCount"] for message in messages(full_redis, "retry")]
    assert [1] == [message["tryCount"] for message in scheduled(full_redis)]


def test_what_the_sweeper_puts_back_stands_on_its_own_queue(full_redis: Any) -> None:
    full_redis.flushall()
    age(Delivery.objects.all())
    assert 5 == sweep.sweep().enqueued
    assert [0, 0, 0] == [message["tryCount"] for message in messages(full_redis, "happy")]
    assert [1, 1] == [message["tryCount"] for message in messages(full_redis, "retry")]


def test_a_timed_message_belongs_to_the_retry_queue(full_redis: Any) -> None:
    waiting = f"rq:job:{scheduled_ids(full_redis)[0]}"
    assert (b"retry", b"scheduled") == tuple(full_redis.hmget(waiting, "origin", "status"))


def test_the_happy_queue_is_first_in_first_out(full_redis: Any) -> None:
    in_order = Delivery.objects.filter(status="pending").order_by("created_at").values_list("pk", flat=True)
    assert [f"ats-{pk}-0" for pk in in_order] == job_ids(full_redis, "happy")


def test_nothing_is_pickled(full_redis: Any) -> None:
    for value in values(full_redis):
        with pytest.raises((ValueError, IndexError)):
            pickletools.dis(value, out=StringIO())


def test_every_job_is_json(full_redis: Any) -> None:
    jobs = [full_redis.hgetall(key) for key in full_redis.scan_iter("rq:job:*")]
    assert 5 == len(jobs)
    for job in jobs:
        function, _instance, (message,), _kwargs = json.loads(zlib.decompress(job[b"data"]))
        assert "ats_integration.jobs.deliver" == function
        assert decode(message).candidate.first_name == "Sanne"


def test_the_credentials_travel_sealed(full_redis: Any, config: ATSConfig) -> None:
    assert config.credentials.token == messages(full_redis, "happy")[0]["ats"]["credentials"]
    assert not [value for value in values(full_redis) if SECRET.encode() in value]


def test_no_key_names_the_candidate(full_redis: Any) -> None:
    keys = " ".join(key.decode() for key in full_redis.keys("*"))
    assert not [word for word in PERSONAL if word in keys]


def test_no_job_description_names_the_candidate(full_redis: Any) -> None:
    described = {full_redis.hget(key, "description") for key in full_redis.scan_iter("rq:job:*")}
    assert {b"ATS delivery"} == described


def test_a_delivered_message_leaves_nothing_behind(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    apply()
    step(valkey)
    assert [] == valkey.keys("rq:job:*")


def test_the_worker_leaves_nothing_of_a_delivered_message_behind(
    valkey: Any, config: ATSConfig, apply: Apply, drain: Callable[[], None]
) -> None:
    apply()
    drain()
    assert not [key for pattern in ("rq:job:*", "rq:results:*", "rq:wip:*") for key in valkey.keys(pattern)]


def test_the_same_message_and_try_stands_in_redis_once(full_redis: Any) -> None:
    waiting = [decode(message) for message in scheduled(full_redis)]
    queues.put_later([(waiting[0], timezone.now())])
    queues.put_later([(waiting[0], timezone.now())])
    assert 1 == len(scheduled_ids(full_redis))
