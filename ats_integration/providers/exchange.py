"""Hand one application in: let the adapter build, let the transport call, let the adapter judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from django.utils import timezone

from ..errors import DeliveryError, OurFault
from ..redaction import Redactor, redactor_for
from . import transport
from .base import Provider, Receipt, Response, Submission

Failure = TypeVar("Failure", bound=DeliveryError)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A success: the adapter's receipt, the HTTP status and a redacted piece of the answer."""

    receipt: Receipt
    status: int
    excerpt: str


def hand_in(provider: Provider, submission: Submission) -> Accepted:
    """Deliver one application.

    Raises a DeliveryError whose texts are redacted and that carries status and Retry-After.
    """
    redact = redactor_for(submission.message, submission.credentials.values())
    require_complete(provider, submission)
    request = provider.build(submission)
    response = transport.call(address(provider, submission), request)
    try:
        receipt = provider.judge(response)
    except DeliveryError as error:
        raise dressed(error, response, redact) from None
    return Accepted(receipt=receipt, status=response.status, excerpt=redact(response.text))


def require_complete(provider: Provider, submission: Submission) -> None:
    """Refuse to call with a connection that lacks something the adapter needs."""
    if problems := provider.problems(submission.settings, submission.credentials):
        named = ", ".join(sorted(problems))
        raise OurFault(f"The connection is incomplete: {named}.", code="config_incomplete")


def address(provider: Provider, submission: Submission) -> str:
    """Return the base address: the connection's own, or the vendor's production one."""
    return submission.message.ats.base_url or provider.home(submission.settings)


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
    if value.isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        return max(parsedate_to_datetime(value) - timezone.now(), timedelta(0))
    except (TypeError, ValueError):
        return None
