"""What the mails say, to people who must act: plain words, no candidate, no secret, nothing unescaped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from ats_integration import notices
from ats_integration.explanations import EXPLANATIONS, explain
from ats_integration.models import ATSConfig, DeadLetter, Incident
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer
from tests.flows.conftest import Connect, Tune
from tests.flows.test_notices import Fail, fail, send
from tests.flows.test_recovered import succeed
from tests.queue_steps import retry_until_settled, step, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fail"]
PERSONAL = ("Sanne", "sanne", "Vries", "example.org", "12345678", "cv sanne")


def texts(sent: Any) -> list[str]:
    """Return subject, text and HTML of a mail."""
    return [str(sent.subject), str(sent.body), str(sent.alternatives[0][0])]


@pytest.fixture
def sent(config: ATSConfig, fail: Fail) -> Any:
    """Mail 7 failures."""
    fail(config, 7)
    return send()[0]


def test_the_subject_says_who_what_and_how_many(sent: Any) -> None:
    assert "Acme BV's Recruitee refused the API key: 7 applications not delivered" == sent.subject


def test_the_text_is_what_a_person_needs(sent: Any, config: ATSConfig) -> None:
    since = timezone.localtime(DeadLetter.objects.order_by("died_at")[0].died_at)
    assert f"Acme BV's Recruitee refused the API key 7 times since {since:%H:%M} on " in sent.body
    assert "7 applications could not be delivered. Nothing is lost: they wait until somebody sends them again." in (
        sent.body
    )
    assert explain("unauthorized").advice in sent.body


def test_both_forms_link_to_the_place_to_act(sent: Any, config: ATSConfig) -> None:
    link = "http://testserver" + reverse("ats_integration:update", args=[config.pk])
    for text in texts(sent)[1:]:
        assert link in text


def test_support_is_given_the_command(sent: Any, config: ATSConfig) -> None:
    command = (
        f"python manage.py resend_dead_letters --customer {config.customer_id} "
        "--provider recruitee --reason unauthorized"
    )
    for text in texts(sent)[1:]:
        assert command in text


def test_five_samples_are_shown_and_the_rest_counted(sent: Any) -> None:
    for text in texts(sent)[1:]:
        assert 5 == text.count("3 tries")
        assert "and 2 more" in text


def test_one_failure_is_told_in_the_singular(config: ATSConfig, fail: Fail) -> None:
    fail(config)
    (sent,) = send()
    assert "1 application could not be delivered. Nothing is lost: it waits until somebody sends it again." in sent.body


def test_several_connections_link_to_their_list(config: ATSConfig, fail: Fail, connect: Connect) -> None:
    fail(config)
    fail(connect(config.customer))
    (sent,) = send()
    assert "http://testserver" + reverse("ats_integration:list") in sent.body


def test_a_customers_name_is_escaped_in_html_and_plain_elsewhere(
    fail: Fail, other_customer: Customer, connect: Connect
) -> None:
    fail(connect(other_customer))
    subject, text, html = texts(send()[0])
    assert "Bakker & Zn <BV>'s Recruitee" in subject
    assert "Bakker & Zn <BV>'s Recruitee" in text
    assert "Bakker &amp; Zn &lt;BV&gt;'s Recruitee" in html
    assert "<BV>" not in html


def test_a_line_break_in_a_customers_name_is_no_second_header(config: ATSConfig, fail: Fail) -> None:
    Customer.objects.update(name="Acme\nBcc: everybody@example.com")
    fail(config)
    (sent,) = send()
    assert "\n" not in sent.subject


@pytest.mark.parametrize("code", [*EXPLANATIONS, "http_503", "never_heard_of"])
def test_every_reason_has_words_and_advice(code: str) -> None:
    found = explain(code)
    assert found.happened
    assert found.advice.endswith(".")


@pytest.mark.parametrize("mode", ["refuse_key", "reject", "down"])
def test_mails_of_real_failures_name_no_candidate_and_no_secret(
    valkey: Any, s3: Any, tune: Tune, config: ATSConfig, apply: Callable[..., Application], ats: Sandbox, mode: str
) -> None:
    tune(RETRY_MAX_TRIES=1)
    ats.behave("recruitee", mode)
    apply()
    step(valkey)
    retry_until_settled(valkey)
    notices.send_due(timezone.now() + timedelta(minutes=1))
    written = " ".join(texts(mail.outbox[0]))
    assert not [word for word in (*PERSONAL, "token-of", "gAAAA") if word in written]
    assert str(the_letter().message_id) in written


def test_the_mail_of_the_end_is_escaped_too(fail: Fail, other_customer: Customer, connect: Connect) -> None:
    config = connect(other_customer)
    fail(config, at=timezone.now() - timedelta(minutes=10))
    send(timedelta(0))
    succeed(config)
    subject, text, html = texts(send()[0])
    assert "Bakker & Zn <BV>'s Recruitee takes applications again" == subject
    assert "takes applications again" in text
    assert "<BV>" not in html


def test_where_nothing_waits_any_more_the_end_says_so(config: ATSConfig, fail: Fail) -> None:
    fail(config, at=timezone.now() - timedelta(minutes=10))
    send(timedelta(0))
    DeadLetter.objects.update(resent_at=timezone.now())
    succeed(config)
    for text in texts(send()[0])[1:]:
        assert "None of them waits any more." in text


def test_an_incident_remembers_how_many_failed(config: ATSConfig, fail: Fail) -> None:
    fail(config, 3)
    send()
    assert 3 == Incident.objects.get().failures
