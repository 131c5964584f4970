"""What goes into the form of a Lever posting: what has no field of its own is told in the comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..messages import Consent
from .calls import Submission
from .parts import answered, filled, lines, paragraphs


def form_fields(submission: Submission, silent: str) -> tuple[tuple[str, Any], ...]:
    """Return the fields of the form in their order; the CV is one of them."""
    message, person = submission.message, submission.message.candidate
    return filled(
        ("name", person.full_name),
        ("email", person.email),
        ("phone", person.phone),
        ("resume", submission.resume),
        ("urls[LinkedIn]", person.linkedin_url),
        ("urls[Portfolio]", person.website_url),
        ("comments", paragraphs(message.application.cover_letter, lines(answered(message)))),
        ("source", message.application.source),
        ("silent", silent),
        *consent_fields(message.application.consent),
    )


def consent_fields(consent: Consent) -> Iterator[tuple[str, str]]:
    """Yield the candidate's choices; nothing where nobody asked."""
    if consent.given_at or consent.processing or consent.retention or consent.marketing:
        yield "consent[store]", str(consent.processing or consent.retention).lower()
        yield "consent[marketing]", str(consent.marketing).lower()
