"""Whatever somebody put into Redis: the worker goes on, the scheduler goes on, nothing is lost."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import django_rq
import pytest
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer

from ats_integration import jobs, sweep
from ats_integration.models import ATSConfig, Delivery
from ats_integration.rq_json import JSONJob
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.factories import message
from tests.queue_steps import SCHEDULE, age, job_ids, messages, scheduled_ids, step

pytestmark = pytest.mark.django_db(transaction=True)
Drain = Callable[[], None]

PICKLE = b"\x80\x05\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94."
#: What may stand in a job's `data` instead of a call.
DATA = {
    "nothing": b"",
    "no JSON": b"{]",
    "compressed nonsense": zlib.compress(b"\x00\xff"),
    "a pickle": PICKLE,
    "a compressed pickle": zlib.compress(PICKLE),
    "another shape": zlib.compress(b'{"a": 1}'),
    "another function": zlib.compress(b'["os.system", null, ["true"], {}]'),
    "an unknown function": zlib.compress(b'["nowhere.at_all", null, [], {}]'),
    "no argument": zlib.compress(b'["ats_integration.jobs.deliver", null, [], {}]'),
    "no message": zlib.compress(b'["ats_integration.jobs.deliver", null, [{"a": 1}], {}]'),
    "text for a message": zlib.compress(b'["ats_integration.jobs.deliver", null, ["x"], {}]'),
    "deep nesting": zlib.compress(b'["ats_integration.jobs.deliver", null, [' + b"[" * 5000 + b"]" * 5000 + b"], {}]"),
}


@pytest.fixture
def first(valkey: Any, config: ATSConfig, apply: Callable[..., Application]) -> str:
    """Hand in two applications a minute ago; return the RQ id of the first."""
    apply()
    apply()
    age(Delivery.objects.all())
    return job_ids(valkey, "happy")[0]


def statuses() -> list[str]:
    """Return where the deliveries stand, the oldest first."""
    return list(Delivery.objects.order_by("created_at").values_list("status", flat=True))


@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_the_worker_goes_on_past_a_broken_job(valkey: Any, first: str, data: bytes, drain: Drain) -> None:
    valkey.hset(f"rq:job:{first}", "data", data)
    drain()
    assert ["pending", "delivered"] == statuses()


@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_a_broken_job_is_not_lost(valkey: Any, first: str, data: bytes, drain: Drain) -> None:
    valkey.hset(f"rq:job:{first}", "data", data)
    drain()
    sweep.sweep()
    drain()
    assert ["delivered", "delivered"] == statuses()


@pytest.mark.parametrize("field", ["created_at", "enqueued_at", "timeout", "status", "meta", "result_ttl"])
def test_the_worker_goes_on_past_a_job_with_a_broken_field(valkey: Any, first: str, field: str, drain: Drain) -> None:
    valkey.hset(f"rq:job:{first}", field, b"\xff not what it should be")
    drain()
    sweep.sweep()
    drain()
    assert ["delivered", "delivered"] == statuses()


def test_the_worker_goes_on_past_a_job_without_data(valkey: Any, first: str, drain: Drain) -> None:
    valkey.hdel(f"rq:job:{first}", "data")
    drain()
    assert ["pending", "delivered"] == statuses()


@pytest.mark.parametrize("odd", [b"not a valid id!", b"a:b", b"", b"\xff\xfe", b"ats-unknown-0"])
def test_the_worker_goes_on_past_what_is_no_id(valkey: Any, first: str, odd: bytes, drain: Drain) -> None:
    valkey.lpush("rq:queue:happy", odd)
    drain()
    assert ["delivered", "delivered"] == statuses()


@pytest.mark.parametrize("odd", [b"not a valid id!", b"a:b", b"", b"ats-unknown-0"])
def test_the_scheduler_goes_on_past_what_is_no_id(valkey: Any, first: str, ats: Sandbox, odd: bytes) -> None:
    fail_once(valkey, ats)
    valkey.zadd(SCHEDULE, {odd: 0, scheduled_ids(valkey)[0]: 1})
    django_rq.get_scheduler("retry").enqueue_jobs()
    assert ([], 1) == (scheduled_ids(valkey), len(job_ids(valkey, "retry")))


@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_the_scheduler_goes_on_past_a_broken_job(valkey: Any, first: str, ats: Sandbox, data: bytes) -> None:
    fail_once(valkey, ats)
    fail_once(valkey, ats)
    broken, good = scheduled_ids(valkey)
    valkey.hset(f"rq:job:{broken}", "data", data)
    valkey.zadd(SCHEDULE, {broken: 1, good: 2})
    django_rq.get_scheduler("retry").enqueue_jobs()
    assert [] == scheduled_ids(valkey)
    assert good in job_ids(valkey, "retry")


def test_a_message_of_an_unknown_delivery_is_dropped(first: str) -> None:
    assert "nothing_to_do" == jobs.deliver(message().to_dict())


def test_a_message_with_the_wrong_try_count_is_dropped(valkey: Any, first: str) -> None:
    assert "nothing_to_do" == jobs.deliver({**messages(valkey, "happy")[0], "tryCount": 3})


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"messageId": "x"}, b"\xff"])
def test_what_is_no_message_is_dropped(db: None, raw: Any) -> None:
    assert "message_invalid" == jobs.deliver(raw)


def test_a_dropped_message_is_logged_by_its_fields_alone(
    valkey: Any, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = messages(valkey, "happy")[0]
    broken["candidate"]["email"] = ["sanne@example.org"]
    jobs.deliver(broken)
    assert "message.invalid fields=candidate.email" in caplog.text
    assert "sanne@" not in caplog.text


def test_a_broken_job_is_logged_by_its_id_alone(
    valkey: Any, first: str, drain: Drain, caplog: pytest.LogCaptureFixture
) -> None:
    broken = json.dumps(["ats_integration.jobs.deliver", None, ["Sanne"], {"extra": "Sanne"}]).encode()
    valkey.hset(f"rq:job:{first}", "data", zlib.compress(broken))
    drain()
    assert "Sanne" not in caplog.text


def test_an_unreadable_job_is_removed(valkey: Any, first: str) -> None:
    valkey.hset(f"rq:job:{first}", "created_at", "yesterday")
    with pytest.raises(NoSuchJobError, match="unreadable"):
        JSONJob.fetch(first, connection=valkey)
    assert not valkey.exists(f"rq:job:{first}")


def test_a_job_is_json_whatever_serializer_is_asked_for(valkey: Any) -> None:
    assert JSONSerializer is JSONJob("ats-x", connection=valkey, serializer="pickle").serializer


def fail_once(valkey: Any, ats: Sandbox) -> None:
    """Let the first try of the next message fail."""
    ats.behave("recruitee", "down")
    assert "unavailable" == step(valkey)
