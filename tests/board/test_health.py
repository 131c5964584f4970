"""`/healthz` and `/metrics` tell how things are, to those who may know, without waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.states import Status
from jobbird.board.models import Vacancy

from .conftest import a_delivery, an_application

pytestmark = pytest.mark.django_db

FAR = "203.0.113.9"


def refuse(*_: Any) -> None:
    raise OperationalError("the database at db.internal is away")


def test_without_redis_the_site_is_degraded_but_there(client: Client) -> None:
    start = time.monotonic()
    answer = client.get("/healthz")

    assert 200 == answer.status_code
    assert {
        "status": "degraded",
        "database": "ok",
        "redis": "down",
        "queues": {},
        "oldest_due_seconds": 0.0,
    } == answer.json()
    assert time.monotonic() - start < 2


def test_without_the_database_the_site_is_down(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/healthz")

    assert 503 == answer.status_code
    assert ("down", "down") == (answer.json()["status"], answer.json()["database"])
    assert b"db.internal" not in answer.content


@pytest.mark.parametrize(
    ("status", "field", "expected"),
    [
        (Status.PENDING, "created_at", 60),
        (Status.QUEUED, "queued_at", 60),
        (Status.RETRYING, "next_try_at", 60),
        (Status.DELIVERED, "queued_at", 0),
        (Status.DEAD, "queued_at", 0),
        (Status.HELD, "queued_at", 0),
    ],
)
def test_tells_how_late_the_oldest_delivery_is(
    client: Client, vacancy: Vacancy, connection: ATSConfig, status: Status, field: str, expected: int
) -> None:
    a_delivery(an_application(vacancy), connection, status=status)
    Delivery.objects.update(**{field: timezone.now() - timedelta(seconds=60)})

    assert expected == pytest.approx(client.get("/healthz").json()["oldest_due_seconds"], abs=5)


def test_a_try_in_the_future_is_not_late(client: Client, vacancy: Vacancy, connection: ATSConfig) -> None:
    soon = timezone.now() + timedelta(seconds=60)
    a_delivery(an_application(vacancy), connection, status=Status.RETRYING, next_try_at=soon)

    assert 0 == client.get("/healthz").json()["oldest_due_seconds"]


def test_metrics_count_deliveries_and_dead_letters(client: Client, vacancy: Vacancy, connection: ATSConfig) -> None:
    a_delivery(an_application(vacancy), connection, status=Status.DELIVERED)
    dead = a_delivery(an_application(vacancy), connection, status=Status.DEAD)
    DeadLetter.objects.create(
        message_id=dead.pk,
        customer=connection.customer,
        provider="greenhouse",
        key="k",
        reason="rejected",
        try_count=1,
        died_at=timezone.now(),
    )

    answer = client.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    for line in (
        'ats_deliveries{status="delivered"} 1.0',
        'ats_deliveries{status="dead"} 1.0',
        'ats_deliveries{status="held"} 0.0',
        "ats_dead_letters_waiting 1.0",
        "ats_oldest_due_seconds 0.0",
        "ats_redis_up 0.0",
    ):
        assert line in lines


def test_metrics_are_not_for_everybody(client: Client, member: User) -> None:
    client.force_login(member)

    assert 403 == client.get("/metrics", REMOTE_ADDR=FAR).status_code


def test_metrics_are_for_staff(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)

    assert 200 == client.get("/metrics", REMOTE_ADDR=FAR).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_without_a_token_this_machine_may_read(client: Client, address: str) -> None:
    assert 200 == client.get("/metrics", REMOTE_ADDR=address).status_code


def test_a_proxy_on_this_machine_is_not_this_machine(client: Client) -> None:
    assert 403 == client.get("/metrics", headers={"X-Forwarded-For": FAR}).status_code


def test_with_a_token_only_its_holder_may_read(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-token"

    assert 403 == client.get("/metrics").status_code
    assert 403 == client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code
    far = {"headers": {"Authorization": "Bearer a-long-token"}, "REMOTE_ADDR": FAR}
    assert 200 == client.get("/metrics", **far).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["/healthz", "/metrics"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_possible(client: Client, address: str, method: str) -> None:
    ask: Callable[[str], Any] = getattr(client, method)

    assert 405 == ask(address).status_code


def test_with_redis_all_is_well(client: Client, valkey: Redis, settings: Settings) -> None:
    settings.RQ_QUEUES = {"happy": settings.QUEUE, "retry": settings.QUEUE}
    valkey.rpush("rq:queue:happy", "a job")

    health = client.get("/healthz").json()

    assert ("ok", "ok", 1) == (health["status"], health["redis"], health["queues"]["happy"])
    lines = client.get("/metrics").content.decode().splitlines()
    assert "ats_redis_up 1.0" in lines
    assert 'ats_queue_depth{queue="happy"} 1.0' in lines
