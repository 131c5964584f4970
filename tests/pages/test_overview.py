"""What the list of connections says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ats_integration import overview
from ats_integration.models import ATSConfig, Delivery
from ats_integration.states import Status

from . import rows

LIST = "/customer/ats/"


def test_tells_a_newcomer_what_to_do(pages: Client) -> None:
    body = pages.get(LIST).content.decode()
    assert (True, True) == ("No connection yet" in body, 'href="/customer/ats/new/"' in body)


def test_counts_the_last_thirty_days_by_status(connection: ATSConfig) -> None:
    for status in (Status.DELIVERED, Status.DELIVERED, Status.DEAD, Status.QUEUED):
        rows.delivery(connection, status)
    old = rows.delivery(connection, Status.DEAD)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    tallies = overview.of([connection])[0].tallies
    assert [("queued", 1, ""), ("delivered", 2, "ok"), ("dead", 1, "bad")] == [
        (tally.status, tally.count, tally.tone) for tally in tallies
    ]


def test_keeps_connections_apart(connection: ATSConfig, foreign: ATSConfig) -> None:
    rows.delivery(connection, Status.DELIVERED)
    assert [1, 0] == [len(found.tallies) for found in overview.of([connection, foreign])]


def test_knows_the_last_success(connection: ATSConfig) -> None:
    now = timezone.now()
    for days in (3, 1, 2):
        rows.delivery(connection, Status.DELIVERED, delivered_at=now - timedelta(days=days))
    assert now - timedelta(days=1) == overview.of([connection])[0].last_delivered_at


def test_tells_the_last_failure_in_plain_words(pages: Client, connection: ATSConfig) -> None:
    rows.delivery(connection, Status.DEAD, last_error_code="rate_limited")
    rows.delivery(connection, Status.DEAD, last_error_code="unauthorized")
    body = pages.get(LIST).content.decode()
    assert (True, False) == ("Tiny ATS refused the API key." in body, "asked for fewer calls" in body)


def test_says_nothing_about_a_failure_that_went_well_in_the_end(connection: ATSConfig) -> None:
    rows.delivery(connection, Status.DELIVERED, last_error_code="unavailable")
    assert overview.of([connection])[0].last_failure is None


@pytest.mark.parametrize("connections", [1, 5])
def test_asks_the_database_the_same_few_questions_for_any_number(
    pages: Client,
    make_connection: Callable[..., ATSConfig],
    django_assert_num_queries: DjangoAssertNumQueries,
    connections: int,
) -> None:
    for config in [make_connection() for _ in range(connections)]:
        rows.delivery(config, Status.DELIVERED)
        rows.delivery(config, Status.DEAD, last_error_code="unauthorized")
    with django_assert_num_queries(7):  # session, user, customers, connections, counts, successes, failures
        pages.get(LIST)
