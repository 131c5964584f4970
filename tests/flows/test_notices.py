"""One mail per customer, ATS and reason: counted, at most hourly, never forgotten, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from ats_integration import incidents, mails, notices
from ats_integration.models import ATSConfig, DeadLetter, Delivery, Incident
from jobbird.board.models import Application, Customer, Vacancy
from tests.flows.conftest import Connect, Tune
from tests.queue_steps import at_once, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Fail = Callable[..., None]


class Broken:
    """A mail server that is away, and one that never was one."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.failure: Exception = ConnectionRefusedError("Sanne")

    def send_messages(self, _messages: Any) -> int:
        raise self.failure


class Crazy(Broken):
    """A mail server whose library has a fault."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.failure = ValueError("Sanne")


BROKEN, CRAZY = "tests.flows.test_notices.Broken", "tests.flows.test_notices.Crazy"
WORKING = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def fail(vacancy: Vacancy) -> Fail:
    """Give a function that lets applications die, now or at another moment."""

    def fail(config: ATSConfig, count: int = 1, *, reason: str = "unauthorized", at: datetime | None = None) -> None:
        died_at = at or timezone.now()
        people = [Application(vacancy=vacancy, first_name="Sanne", email="sanne@example.org") for _ in range(count)]
        deliveries = [
            Delivery(config=config, application=application, status="dead", try_count=3)
            for application in Application.objects.bulk_create(people)
        ]
        letters = [
            DeadLetter(
                message_id=delivery.pk,
                delivery=delivery,
                config=config,
                customer=config.customer,
                customer_name=str(config.customer),
                provider=config.provider,
                key=f"dead-letters/v1/{delivery.pk}.json",
                reason=reason,
                try_count=3,
                died_at=died_at,
                stored_at=died_at,
            )
            for delivery in Delivery.objects.bulk_create(deliveries)
        ]
        for letter in DeadLetter.objects.bulk_create(letters):
            notices.add(letter)

    return fail


def send(after: timedelta = MINUTE) -> list[Any]:
    """Send what is due some time from now; return those mails."""
    before = len(mail.outbox)
    notices.send_due(timezone.now() + after)
    return mail.outbox[before:]


def restart() -> None:
    """Forget what a process knows, and find it again as a new one does."""
    notices.waiting = notices.Notices()
    notices.refill()


def test_500_failures_within_the_window_are_one_mail(config: ATSConfig, fail: Fail) -> None:
    fail(config, 500)
    (sent,) = send()
    assert "Acme BV's Recruitee refused the API key: 500 applications not delivered" == sent.subject
    assert [] == send(HOUR * 5)


def test_the_mail_goes_to_the_customers_people_and_to_support(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    (sent,) = send()
    assert ["hr@acme.example", "support@jobbird.example"] == sent.to


def test_nothing_is_mailed_before_the_window_has_passed(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    assert [] == send(timedelta(seconds=58))
    assert 1 == len(send(MINUTE))


def test_the_window_begins_with_the_first_failure(config: ATSConfig, fail: Fail) -> None:
    fail(config, at=timezone.now() - timedelta(seconds=61))
    fail(config)
    (sent,) = send(timedelta(0))
    assert "2 applications" in sent.subject


def test_two_customers_get_a_mail_each(
    config: ATSConfig, fail: Fail, other_customer: Customer, connect: Connect
) -> None:
    fail(config)
    fail(connect(other_customer), 2)
    first, second = sorted(send(), key=lambda sent: str(sent.subject))
    assert ("hr@acme.example" in first.to, "hr@acme.example" in second.to) == (True, False)
    assert "2 applications" in second.subject


def test_two_reasons_are_two_mails(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    fail(config, reason="http_503")
    subjects = sorted(str(sent.subject) for sent in send())
    assert [
        "Acme BV's Recruitee answered with a fault of its own: 1 application not delivered",
        "Acme BV's Recruitee refused the API key: 1 application not delivered",
    ] == subjects


def test_two_connections_of_one_customer_are_one_mail_to_all_their_people(
    config: ATSConfig, fail: Fail, connect: Connect
) -> None:
    fail(config)
    fail(connect(config.customer, notify_emails=["second@acme.example"]))
    (sent,) = send()
    assert {"hr@acme.example", "second@acme.example", "support@jobbird.example"} == set(sent.to)
    assert "2 applications" in sent.subject


def test_what_was_mailed_is_marked(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    send()
    assert the_letter().notified_at


def test_while_it_lasts_there_is_one_mail_an_hour(config: ATSConfig, fail: Fail) -> None:
    fail(config, 2)
    assert 1 == len(send(MINUTE))
    fail(config, 3)
    assert [] == send(MINUTE * 30)
    fail(config, 4)
    (later,) = send(MINUTE * 62)
    assert "7 applications" in later.subject
    assert "This goes on; you were told before." in later.body


def test_what_was_sent_again_meanwhile_is_not_counted(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    send()
    fail(config, 3)
    DeadLetter.objects.filter(notified_at=None).update(resent_at=timezone.now(), resend_count=1)
    fail(config, 2)
    (sent,) = send(MINUTE * 62)
    assert "2 applications" in sent.subject


def test_what_was_all_sent_again_meanwhile_is_no_mail(config: ATSConfig, fail: Fail) -> None:
    fail(config, 3)
    DeadLetter.objects.update(resent_at=timezone.now(), resend_count=1)
    restart()
    assert ([], 0) == (send(MINUTE), len(notices.waiting))


def test_the_hour_counts_across_a_restart(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    send()
    fail(config)
    restart()
    assert [] == send(MINUTE * 30)
    restart()
    assert 1 == len(send(MINUTE * 62))


def test_a_restart_forgets_no_failure(config: ATSConfig, fail: Fail) -> None:
    fail(config, 3)
    restart()
    (sent,) = send()
    assert "3 applications" in sent.subject


def test_a_restart_sends_nothing_twice(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    send()
    restart()
    assert [] == send(HOUR * 3)


def test_a_mail_server_that_is_away_costs_only_time(config: ATSConfig, fail: Fail, settings: Settings) -> None:
    fail(config, 3)
    settings.EMAIL_BACKEND = BROKEN
    assert [] == send(MINUTE)
    settings.EMAIL_BACKEND = WORKING
    assert [] == send(MINUTE + timedelta(seconds=20))
    (sent,) = send(MINUTE + timedelta(seconds=31))
    assert "3 applications" in sent.subject


def test_a_mail_server_that_was_away_is_no_second_count(config: ATSConfig, fail: Fail, settings: Settings) -> None:
    fail(config, 3)
    settings.EMAIL_BACKEND = BROKEN
    send(MINUTE)
    settings.EMAIL_BACKEND = WORKING
    send(MINUTE * 2)
    assert 3 == Incident.objects.get().failures


def test_one_mail_that_cannot_be_written_keeps_no_other_back(
    config: ATSConfig, fail: Fail, other_customer: Customer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    ATSConfig.objects.update(notify_emails=["Sanne\n<hr@acme.example>"])
    config.refresh_from_db()
    fail(config)
    fail(connect(other_customer))
    (sent,) = send()
    assert "Bakker" in sent.subject
    assert "notice.failed" in caplog.text
    assert "Sanne" not in caplog.text


def test_what_could_not_be_written_is_written_once_it_can(config: ATSConfig, fail: Fail, settings: Settings) -> None:
    settings.EMAIL_BACKEND = CRAZY
    fail(config)
    assert [] == send(MINUTE)
    settings.EMAIL_BACKEND = WORKING
    assert 1 == len([*send(MINUTE * 2), *send(MINUTE * 6)])


def test_workers_at_once_send_one_mail(config: ATSConfig, fail: Fail) -> None:
    fail(config, 5)
    moment = timezone.now() + MINUTE
    at_once(*[lambda: incidents.report(config.customer_id, "recruitee", "unauthorized", moment)] * 6)
    assert 1 == len(mail.outbox)


def test_a_worker_that_died_while_mailing_holds_it_up_for_two_minutes_only(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    died_at = timezone.now()
    assert incidents.lease(opened(config), died_at)
    assert [] == send(MINUTE)
    assert 1 == len(send(MINUTE * 4))


def opened(config: ATSConfig) -> Incident:
    """Open the incident of a connection, as the first step of a mail does."""
    group = {"customer_id": config.customer_id, "provider": config.provider, "reason": "unauthorized"}
    return incidents.opened(group, timezone.now())


def test_failures_while_a_mail_is_written_are_in_the_next_one(
    config: ATSConfig, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(config)
    send_failures = mails.send_failures

    def send_slowly(*arguments: Any) -> None:
        fail(config)
        send_failures(*arguments)

    with monkeypatch.context() as slow:
        slow.setattr(mails, "send_failures", send_slowly)
        (sent,) = send()
    assert "1 application" in sent.subject
    assert 1 == DeadLetter.objects.unnotified().count()
    assert 1 == len(send(MINUTE * 62))


def test_what_was_added_twice_is_one_group(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    notices.refill()
    notices.refill()
    assert 1 == len(notices.waiting)


def test_without_anybody_to_tell_nothing_breaks(config: ATSConfig, fail: Fail, tune: Tune) -> None:
    tune(SUPPORT_EMAILS=[])
    ATSConfig.objects.update(notify_emails=[])
    config.refresh_from_db()
    fail(config)
    assert [] == send()
    assert the_letter().notified_at


def test_support_hears_of_a_connection_that_is_gone(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    config.delete()
    (sent,) = send()
    assert ["support@jobbird.example"] == sent.to


def test_support_hears_of_a_customer_that_is_gone(config: ATSConfig, fail: Fail, customer: Customer) -> None:
    fail(config)
    Application.objects.all().delete()
    Vacancy.objects.all().delete()
    customer.delete()
    (sent,) = send()
    assert "A customer's Recruitee" in sent.subject
