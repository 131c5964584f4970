"""One mail when it is over: after a success, once, for causes whose end a success can show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from ats_integration import incidents, mails, notices
from ats_integration.models import ATSConfig, DeadLetter, Delivery, Incident
from jobbird.board.models import Application, Customer, Vacancy
from tests.flows.conftest import Connect
from tests.flows.test_notices import BROKEN, HOUR, MINUTE, WORKING, Fail, fail, send
from tests.queue_steps import at_once

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fail"]


@pytest.fixture
def told(config: ATSConfig, fail: Fail) -> ATSConfig:
    """Let 3 applications die ten minutes ago, and tell."""
    fail(config, 3, at=timezone.now() - MINUTE * 10)
    assert 1 == len(send(timedelta(0)))
    return config


def succeed(config: ATSConfig, at: timedelta = timedelta(0)) -> Delivery:
    """Let an application arrive."""
    vacancy = Vacancy.objects.filter(customer=config.customer)[0]
    application = Application.objects.bulk_create([Application(vacancy=vacancy, first_name="A", email="a@b.nl")])[0]
    return Delivery.objects.create(
        config=config, application=application, status="delivered", delivered_at=timezone.now() + at
    )


def test_a_success_after_the_failures_is_told(told: ATSConfig) -> None:
    succeed(told)
    (sent,) = send()
    assert "Acme BV's Recruitee takes applications again" == sent.subject
    assert "3 applications could not be delivered in that time" in sent.body
    assert ["hr@acme.example", "support@jobbird.example"] == sent.to


def test_the_end_is_told_once(told: ATSConfig) -> None:
    succeed(told)
    send()
    succeed(told)
    assert [] == send(HOUR * 2)


def test_workers_at_once_tell_the_end_once(told: ATSConfig) -> None:
    succeed(told)
    moment = timezone.now() + MINUTE
    assert 1 == sum(at_once(*[lambda: incidents.report_recoveries(moment)] * 4))
    assert 2 == len(mail.outbox)


def test_a_fault_with_one_keeps_no_other_open(
    told: ATSConfig,
    fail: Fail,
    connect: Connect,
    other_customer: Customer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = connect(other_customer)
    fail(other, at=timezone.now() - MINUTE * 10)
    send(timedelta(0))
    succeed(told), succeed(other)
    first = Incident.objects.earliest("pk")
    is_over = incidents.is_over
    monkeypatch.setattr(incidents, "is_over", lambda one, now: 1 / 0 if one == first else is_over(one, now))
    assert 1 == len(send())
    assert first == Incident.objects.get(closed_at=None)
    assert f"notice.not_closed incident={first.pk} fault=ZeroDivisionError at test_recovered.py:" in caplog.text


def test_without_a_success_nothing_is_over(told: ATSConfig) -> None:
    assert [] == send(HOUR * 5)
    assert Incident.objects.get().closed_at is None


def test_an_earlier_success_is_no_end(told: ATSConfig) -> None:
    succeed(told, at=-MINUTE * 20)
    assert [] == send()


def test_a_success_of_another_customer_is_no_end(told: ATSConfig, other_customer: Customer, connect: Connect) -> None:
    succeed(connect(other_customer))
    assert [] == send()


def test_a_success_at_another_ats_is_no_end(told: ATSConfig, connect: Connect) -> None:
    succeed(connect(told.customer, provider="lever"))
    assert [] == send()


def test_a_success_between_two_failures_is_no_end(told: ATSConfig, fail: Fail) -> None:
    succeed(told, at=-MINUTE * 5)
    fail(told)
    assert [] == send()


def test_what_nobody_was_told_of_needs_no_end(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    succeed(config, at=timedelta(seconds=1))
    assert [] == send(timedelta(seconds=30))


@pytest.mark.parametrize("reason", ["rejected", "job_closed", "resume_missing"])
def test_a_cause_whose_end_no_success_shows_ends_silently(config: ATSConfig, fail: Fail, reason: str) -> None:
    fail(config, reason=reason, at=timezone.now() - MINUTE * 10)
    send(timedelta(0))
    succeed(config)
    assert [] == send(HOUR * 2)
    assert Incident.objects.get().closed_at


def test_a_new_failure_after_the_end_is_told_once_the_hour_is_over(told: ATSConfig, fail: Fail) -> None:
    succeed(told)
    send()
    fail(told)
    assert [] == send(MINUTE * 58)
    (sent,) = send(MINUTE * 61)
    assert "1 application not delivered" in sent.subject
    assert "This goes on" not in sent.body


def test_the_mail_counts_what_still_waits(told: ATSConfig) -> None:
    succeed(told)
    letter = DeadLetter.objects.first()
    assert letter
    DeadLetter.objects.filter(pk=letter.pk).update(resent_at=timezone.now())
    (sent,) = send()
    assert "2 of them still wait to be sent again" in sent.body


def test_a_mail_server_that_is_away_loses_no_end(told: ATSConfig, settings: Settings) -> None:
    succeed(told)
    settings.EMAIL_BACKEND = BROKEN
    assert [] == send()
    settings.EMAIL_BACKEND = WORKING
    assert 1 == len(send())


def test_an_end_that_cannot_be_told_keeps_no_other_untold(
    told: ATSConfig, fail: Fail, settings: Settings, other_customer: Customer, connect: Connect
) -> None:
    theirs = connect(other_customer)
    fail(theirs, at=timezone.now() - MINUTE * 10)
    send(timedelta(0))
    succeed(told)
    succeed(theirs)
    ATSConfig.objects.filter(pk=told.pk).update(notify_emails=["Sanne\n<hr@acme.example>"])
    (sent,) = send()
    assert "Bakker" in sent.subject


def test_a_failure_that_comes_while_the_end_is_told_is_told_too(
    told: ATSConfig, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed(told)
    moment = timezone.now() + MINUTE
    send_recovery = mails.send_recovery

    def send_slowly(*arguments: Any) -> None:
        fail(told, at=moment - timedelta(seconds=1))
        send_recovery(*arguments)

    with monkeypatch.context() as slow:
        slow.setattr(mails, "send_recovery", send_slowly)
        notices.send_due(moment)
    (sent,) = send(MINUTE * 62)
    assert "1 application not delivered" in sent.subject
