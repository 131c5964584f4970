"""Write the mails to the people who can act: plain text and HTML, no candidate data, no secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from .adapters import customer_model
from .conf import conf
from .explanations import explain
from .models import ATSConfig, DeadLetter, Incident
from .models.configs import product_name
from .models.deadletters import DeadLetterQuerySet

SAMPLES = 5
FOLDER = "ats_integration/email"


def send_failures(incident: Incident, letters: Sequence[DeadLetter]) -> None:
    """Mail one group of failures.

    Raises OSError where the mail server is away.
    """
    configs = {letter.config for letter in letters if letter.config}
    context = {
        **about(incident),
        "count": len(letters),
        "since": letters[0].died_at,
        "samples": letters[:SAMPLES],
        "more": max(0, len(letters) - SAMPLES),
        "again": incident.last_mailed_at is not None,
        "act_url": act_url(configs),
        "resend": resend_command(incident),
    }
    deliver("failures", context, recipients(configs))


def send_recovery(incident: Incident, letters: DeadLetterQuerySet, now: datetime) -> None:
    """Mail the people of the letters' connections that an incident is over.

    Raises OSError where the mail server is away.
    """
    configs = set(ATSConfig.objects.filter(dead_letters__in=letters))
    context = {
        **about(incident),
        "now": now,
        "failures": incident.failures,
        "waiting": letters.waiting().count(),
        "act_url": act_url(configs),
        "resend": resend_command(incident),
    }
    deliver("recovery", context, recipients(configs))


def about(incident: Incident) -> dict[str, Any]:
    """Return what both mails say about an incident."""
    return {
        "customer": customer_name(incident),
        "provider": product_name(incident.provider),
        "reason": incident.reason,
        "explanation": explain(incident.reason),
        "incident": incident,
    }


def customer_name(incident: Incident) -> str:
    """Return the customer's name, or a word where the customer is gone."""
    customer = customer_model()._default_manager.filter(pk=incident.customer_id).first()
    return str(customer) if customer else "A customer"


def recipients(configs: set[ATSConfig]) -> list[str]:
    """Return the people of these connections and the support address, each once."""
    people = [address for config in configs for address in config.notify_emails]
    return sorted({*people, *conf.support_emails})


def act_url(configs: set[ATSConfig]) -> str:
    """Return the page where the reader can act: the connection, or the list of them."""
    base = conf.public_url.rstrip("/")
    try:
        if len(configs) == 1:
            return base + reverse("ats_integration:update", args=[next(iter(configs)).pk])
        return base + reverse("ats_integration:list")
    except NoReverseMatch:
        return base


def resend_command(incident: Incident) -> str:
    """Return the command that sends these applications again."""
    return (
        f"python manage.py resend_dead_letters --customer {incident.customer_id} "
        f"--provider {incident.provider} --reason {incident.reason}"
    )


def deliver(kind: str, context: dict[str, Any], to: list[str]) -> None:
    """Render a mail in both forms and send it; without recipients nothing is sent."""
    if not to:
        return
    subject = " ".join(render_to_string(f"{FOLDER}/{kind}.subject.txt", context).split())
    mail = EmailMultiAlternatives(subject, render_to_string(f"{FOLDER}/{kind}.txt", context), to=to)
    mail.attach_alternative(render_to_string(f"{FOLDER}/{kind}.html", context), "text/html")
    mail.send()
