"""Failures beside successes: people hear of them once an hour, and of an end only when it is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ats_integration import incidents, notices
from ats_integration.models import ATSConfig, DeadLetter, Delivery, Incident
from tests.flows.conftest import Connect
from tests.flows.test_notices import HOUR, MINUTE, Fail, fail, send
from tests.flows.test_recovered import succeed, told

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fail", "told"]
FAILED = "Acme BV's Recruitee refused the API key: {} not delivered"
OVER = "Acme BV's Recruitee takes applications again"
Each = Callable[[datetime], Any]


@pytest.fixture
def second(config: ATSConfig, connect: Connect) -> ATSConfig:
    """Connect the same customer with the same ATS once more."""
    return connect(config.customer, notify_emails=["second@acme.example"])


def live(minutes: int, *, failing: Each, arriving: Each, every: int = 3) -> list[str]:
    """Let one application die now and then while others arrive; return the subjects of the mails."""
    begun, before = timezone.now(), len(mail.outbox)
    for second in range(0, minutes * 60, 10):
        moment = begun + timedelta(seconds=second)
        if second % (every * 60) == 0:
            failing(moment)
        if second % 60 == 30:
            arriving(moment)
        notices.send_due(moment)
    return [str(sent.subject) for sent in mail.outbox[before:]]


def arrives(config: ATSConfig) -> Each:
    """Give a function that lets an application arrive at a moment."""
    return lambda moment: succeed(config, at=moment - timezone.now())


def fails(fail: Fail, config: ATSConfig) -> Each:
    """Give a function that lets an application die at a moment."""
    return lambda moment: fail(config, at=moment)


def test_one_that_fails_beside_others_that_arrive_is_one_mail_an_hour(config: ATSConfig, fail: Fail) -> None:
    subjects = live(62, failing=fails(fail, config), arriving=arrives(config))
    assert [FAILED.format("1 application"), FAILED.format("20 applications")] == subjects


def test_rare_failures_end_once_and_are_told_hourly(config: ATSConfig, fail: Fail) -> None:
    subjects = live(62, failing=fails(fail, config), arriving=arrives(config), every=10)
    assert [FAILED.format("1 application"), OVER, FAILED.format("6 applications")] == subjects


def test_what_came_back_is_over_after_an_hour_of_silence_only(told: ATSConfig, fail: Fail) -> None:
    succeed(told)
    send()
    fail(told)
    assert 1 == len(send(MINUTE * 61))
    fail(told, at=timezone.now() + MINUTE)
    succeed(told, at=MINUTE * 2)
    assert [] == send(MINUTE * 60)
    assert OVER in [sent.subject for sent in send(MINUTE * 62)]


def test_nothing_is_over_while_an_application_may_still_be_tried(told: ATSConfig, fail: Fail) -> None:
    fail(told)
    succeed(told, at=MINUTE)
    assert [] == send(timedelta(minutes=4, seconds=50))
    assert [OVER] == [sent.subject for sent in send(timedelta(minutes=5, seconds=10))]


def test_a_success_of_another_connection_is_no_end(config: ATSConfig, fail: Fail, second: ATSConfig) -> None:
    subjects = live(30, failing=fails(fail, config), arriving=arrives(second), every=20)
    assert [FAILED.format("1 application")] == subjects


def test_it_is_over_once_every_connection_that_failed_takes_applications(
    told: ATSConfig, fail: Fail, second: ATSConfig
) -> None:
    fail(second, at=timezone.now() - MINUTE * 10)
    succeed(told)
    assert [] == send()
    succeed(second)
    assert 1 == len(send())


def test_a_paused_connection_holds_up_no_end(told: ATSConfig, fail: Fail, connect: Connect) -> None:
    fail(connect(told.customer, is_active=False), at=timezone.now() - MINUTE * 10)
    succeed(told)
    assert 1 == len(send())


def test_a_connection_that_is_paused_ends_with_its_next_success(told: ATSConfig) -> None:
    ATSConfig.objects.update(is_active=False)
    assert [] == send(HOUR * 5)
    succeed(told)
    assert 1 == len(send(HOUR * 5))


def test_a_connection_that_is_gone_ends_in_silence(told: ATSConfig) -> None:
    told.delete()
    assert [] == send(HOUR * 2)
    assert Incident.objects.get().closed_at


def test_the_end_is_told_to_those_who_heard_of_the_failure(told: ATSConfig, second: ATSConfig) -> None:
    succeed(told)
    (sent,) = send()
    assert ["hr@acme.example", "support@jobbird.example"] == sent.to


def test_who_heard_of_no_failure_hears_of_it_before_its_end(told: ATSConfig, fail: Fail, second: ATSConfig) -> None:
    fail(second, at=timezone.now() - MINUTE * 10)
    succeed(told)
    succeed(second)
    (over,) = send()
    assert "second@acme.example" not in over.to
    failed, over = send(MINUTE * 61)
    assert [FAILED.format("1 application"), OVER] == [failed.subject, over.subject]
    assert ["second@acme.example", "support@jobbird.example"] == failed.to == over.to


def test_who_heard_before_it_was_sent_again_and_failed_again_hears_of_the_end(told: ATSConfig) -> None:
    DeadLetter.objects.update(notified_at=None, resend_count=1)
    succeed(told)
    (sent,) = send()
    assert (OVER, True) == (sent.subject, "hr@acme.example" in sent.to)


def test_the_end_counts_what_waits_of_its_own_failures_only(told: ATSConfig, fail: Fail, second: ATSConfig) -> None:
    succeed(told)
    fail(told, 2, at=timezone.now() - HOUR * 20)
    (sent,) = send()
    assert "3 of them still wait to be sent again" in sent.body


def test_an_application_that_was_sent_again_shows_an_end_however_old_it_is(told: ATSConfig) -> None:
    DeadLetter.objects.update(resent_at=timezone.now())
    old, now = timezone.now() - timedelta(days=90), timezone.now()
    Delivery.objects.update(status="delivered", created_at=old, delivered_at=now)
    assert 1 == len(send())


def test_a_second_mail_within_the_hour_is_refused_whoever_writes_it(told: ATSConfig) -> None:
    assert not incidents.lease(Incident.objects.get(), timezone.now() + MINUTE * 58)
    assert incidents.lease(Incident.objects.get(), timezone.now() + MINUTE * 61)


def test_looking_for_a_success_reads_an_index_and_not_all_that_ever_arrived(told: ATSConfig) -> None:
    with CaptureQueriesContext(connection) as asked:
        send()
    plans = [plan(query["sql"]) for query in asked.captured_queries if '"delivered_at" >' in query["sql"]]
    assert 2 == len(plans)
    assert "ats_delivery_by_config" in plans[0]
    assert "created_at" in plans[0]
    assert [] == [one for one in plans if "SCAN" in one or "Seq Scan" in one]


def plan(statement: str) -> str:
    """Return how the database would answer, were the tables large."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{how} {statement}")
        lines = "\n".join(str(row[-1]) for row in cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")
    return lines
