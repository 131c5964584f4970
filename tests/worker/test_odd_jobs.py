"""Whatever stands in Redis, and whatever one message does to the worker: the others are delivered."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as RedisAway

from ats_integration import claims, sweep
from ats_integration.dispatch import Dispatch
from ats_integration.engine import Engine
from ats_integration.models import ATSConfig, Delivery
from jobbird.board.models import Application
from tests.queue_steps import age, job_ids

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]

METAS = ["", "{]", "[]", "null", '{"config": 9007199254740991}', '{"config": 1e300}', '{"config": NaN}', "\xff"]


@pytest.fixture
def three(valkey: Any, config: ATSConfig, apply: Apply) -> list[str]:
    """Hand in three applications a minute ago; return the RQ ids of their messages."""
    for number in range(3):
        apply(email=f"candidate-{number}@example.org")
    age(Delivery.objects.all())
    return job_ids(valkey, "happy")


def statuses() -> list[str]:
    """Return where the deliveries stand, the oldest first."""
    return list(Delivery.objects.order_by("created_at").values_list("status", flat=True))


@pytest.mark.parametrize("meta", METAS)
def test_a_message_with_another_meta_is_delivered_all_the_same(
    three: list[str], valkey: Any, meta: str, drain: Drain
) -> None:
    valkey.hset(f"rq:job:{three[1]}", "meta", meta)
    drain()
    assert ["delivered"] * 3 == statuses()


@pytest.mark.parametrize("kind", ["set", "string"])
def test_a_key_of_another_kind_in_the_place_of_a_message_loses_nothing(
    three: list[str], valkey: Any, kind: str, drain: Drain
) -> None:
    key = f"rq:job:{three[1]}"
    valkey.delete(key)
    valkey.sadd(key, "x") if kind == "set" else valkey.set(key, "x")
    drain()
    assert ["delivered", "pending", "delivered"] == statuses()
    sweep.sweep()
    drain()
    assert ["delivered"] * 3 == statuses()


def test_a_message_of_a_connection_that_cannot_be_takes_no_other_with_it(
    three: list[str], valkey: Any, drain: Drain
) -> None:
    call = json.loads(zlib.decompress(valkey.hget(f"rq:job:{three[1]}", "data")))
    call[2][0]["ats"]["configId"] = 10**30
    valkey.hset(f"rq:job:{three[1]}", "data", zlib.compress(json.dumps(call, separators=(",", ":")).encode()))
    drain()
    age(Delivery.objects.all())
    sweep.sweep()
    drain()
    assert ["delivered"] * 3 == statuses()


def test_a_message_that_cannot_be_claimed_takes_no_other_with_it(
    three: list[str], valkey: Any, drain: Drain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as one whose connection is deleted between two queries."""
    bad, original = Delivery.objects.order_by("created_at")[1].pk, claims.claim_all

    def claim_all(wanted: Mapping[UUID, int], configs_of: Any) -> Any:
        if bad in wanted:
            raise KeyError("Sanne")
        return original(wanted, configs_of)

    with monkeypatch.context() as patched:
        patched.setattr(claims, "claim_all", claim_all)
        drain()
    assert ["delivered", "pending", "delivered"] == statuses()
    assert [] == valkey.keys("rq:job:*") + valkey.keys("ats:leases")
    assert "Sanne" not in caplog.text
    sweep.sweep()
    drain()
    assert ["delivered"] * 3 == statuses()


def test_a_message_whose_delivery_is_gone_is_dropped(three: list[str], valkey: Any, drain: Drain) -> None:
    Delivery.objects.order_by("created_at")[1].delete()
    drain()
    assert ["delivered"] * 2 == statuses()
    assert [] == valkey.keys("rq:job:*") + valkey.keys("ats:slots:*")


def test_limits_that_cannot_be_published_are_asked_for_again(
    three: list[str], drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages, original = [RedisAway("refused"), OperationalError("away")], Dispatch.publish

    def publish(*args: Any) -> None:
        if outages and args[1]:
            raise outages.pop()
        original(*args)

    monkeypatch.setattr(Dispatch, "publish", publish)
    drain()
    assert ["delivered"] * 3 == statuses()


def test_an_outage_of_the_database_leaves_the_queue_as_it_was(
    three: list[str], valkey: Any, config: ATSConfig, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues: list[list[str]] = []

    def away(*_: Any) -> None:
        queues.append(job_ids(valkey, "happy"))
        raise OperationalError("away")

    engine = Engine(valkey, "one", lambda _job: None)
    engine.publish_limits([config.pk])
    with monkeypatch.context() as patched:
        patched.setattr(claims, "claim_all", away)
        for _ in range(3):
            with pytest.raises(OperationalError):
                engine.take(["happy", "retry"], 2)
    assert [three[2:]] * 3 == queues
    assert three == job_ids(valkey, "happy")
    drain()
    assert ["delivered"] * 3 == statuses()


def test_an_outage_of_the_database_between_two_of_a_claims_queries_leaves_no_lease_behind(
    three: list[str], valkey: Any, config: ATSConfig, drain: Drain
) -> None:
    engine = Engine(valkey, "one", lambda _job: None)
    engine.publish_limits([config.pk])
    with connection.execute_wrapper(not_to_be_read), pytest.raises(OperationalError):
        engine.take(["happy", "retry"], 2)
    assert three == job_ids(valkey, "happy")
    drain()
    assert [("delivered", False)] * 3 == list(Delivery.objects.values_list("status", "possible_duplicate"))


@pytest.mark.parametrize(("looks", "queries"), [(1, 2), (2, 1)])
def test_a_claim_is_one_query_and_one_more_where_a_connection_is_not_known(
    three: list[str],
    valkey: Any,
    config: ATSConfig,
    looks: int,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    engine = Engine(valkey, "one", lambda _job: None)
    engine.publish_limits([config.pk])
    for _ in range(looks - 1):
        engine.take(["happy", "retry"], 1)
    with django_assert_num_queries(queries):
        assert 1 == len(engine.take(["happy", "retry"], 1).jobs)


def not_to_be_read(execute: Any, sql: str, *args: Any) -> Any:
    """Fail where something is to be read, as a database does that has just gone; what is written arrives."""
    if sql.startswith("SELECT"):
        raise OperationalError("away")
    return execute(sql, *args)
