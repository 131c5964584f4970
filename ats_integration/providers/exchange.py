"""Hand one application in: let the adapter build, let the transport call, let the adapter judge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from django.utils import timezone

from ..errors import DeliveryError, OurFault, Uncertain
from ..redaction import Redactor, redactor_for
from . import transport
from .base import Probe, Provider, Receipt, Response, Submission

LONGEST_WAIT = timedelta(days=1)
SECONDS = re.compile(r"[0-9]{1,9}")
NOT_AN_API = "Something answered, but it is not the API of {}: check the base address."

Failure = TypeVar("Failure", bound=DeliveryError)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A success: the adapter's receipt, the HTTP status and a redacted piece of the answer."""

    receipt: Receipt
    status: int
    excerpt: str


def hand_in(provider: Provider, submission: Submission) -> Accepted:
    """Deliver one application; the receipt names what the ATS could not be told.

    Raises a DeliveryError whose texts are redacted and that carries status and Retry-After.
    """
    message = submission.message
    redact = redactor_for(message, submission.credentials.values())
    require_complete(provider, submission.settings, submission.credentials)
    request = provider.build(submission)
    response = transport.call(address(provider, message.ats.base_url, submission.settings), request)
    try:
        receipt = provider.judge(response)
    except DeliveryError as error:
        raise dressed(error, response, redact) from None
    receipt = replace(receipt, dropped=(*provider.dropped(message), *receipt.dropped))
    return Accepted(receipt=receipt, status=response.status, excerpt=redact(response.text))


def ask(provider: Provider, probe: Probe, base_url: str, redact: Redactor) -> None:
    """Make one harmless call; returning means that it proved what it was to prove.

    Raises a DeliveryError whose texts are redacted.
    """
    response = transport.call(base_url, probe.request)
    if not 200 <= response.status < 300:
        raise dressed(provider.failure(response), response, redact)
    if not is_json(response):
        raise dressed(Uncertain(NOT_AN_API.format(provider.name)), response, redact)


def is_json(response: Response) -> bool:
    """Tell whether an answer is JSON as far as it was read."""
    return response.body.lstrip()[:1] in (b"{", b"[")


def require_complete(provider: Provider, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
    """Refuse to call with a connection that lacks something the adapter needs."""
    if problems := provider.problems(settings, credentials):
        named = ", ".join(sorted(problems))
        raise OurFault(f"The connection has missing or wrong values: {named}.", code="config_incomplete")


def address(provider: Provider, base_url: str, settings: Mapping[str, Any]) -> str:
    """Return the base address: the connection's own, or the vendor's production one."""
    return base_url or provider.home(settings)


def dressed(error: Failure, response: Response, redact: Redactor) -> Failure:
    """Complete a failure with what the answer says, and mask its texts."""
    error.status = error.status or response.status
    error.retry_after = error.retry_after or retry_after(response)
    error.detail = redact(error.detail)
    error.args = (error.detail,)
    error.excerpt = redact(response.text)
    return error


def retry_after(response: Response) -> timedelta | None:
    """Return the wait an answer asks for: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(value):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(value) - timezone.now()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
