"""What every answer tells apart from the vendor's own words: how long to wait, and what may be kept of it."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from django.utils import timezone

from ..errors import DeliveryError
from ..redaction import Redactor
from .calls import Response

LONGEST_WAIT = timedelta(days=1)
SECONDS = re.compile(r"[0-9]{1,9}")
STAMP = re.compile(r"[0-9]{1,12}")

Failure = TypeVar("Failure", bound=DeliveryError)


def is_json(response: Response) -> bool:
    """Tell whether an answer is JSON as far as it was read."""
    return response.body.lstrip()[:1] in (b"{", b"[")


def dressed(error: Failure, response: Response, redact: Redactor, wait: timedelta | None = None) -> Failure:
    """Complete a failure with what the answer says, and mask its texts."""
    error.status = error.status or response.status
    error.retry_after = error.retry_after or (retry_after(response) if wait is None else wait)
    error.detail = redact(error.detail)
    error.args = (error.detail,)
    error.excerpt = redact(response.text)
    return error


def retry_after(response: Response) -> timedelta | None:
    """Return the wait an answer asks for: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(value):
        return bounded(timedelta(seconds=int(value)))
    try:
        return bounded(parsedate_to_datetime(value) - timezone.now())
    except (TypeError, ValueError, OverflowError):
        return None


def reset_in(response: Response, header: str) -> timedelta | None:
    """Return the wait that a header with a number of seconds asks for."""
    value = response.headers.get(header, "").strip()
    return bounded(timedelta(seconds=int(value))) if SECONDS.fullmatch(value) else None


def reset_at(response: Response, header: str) -> timedelta | None:
    """Return the wait until the Unix timestamp in a header."""
    value = response.headers.get(header, "").strip()
    if not STAMP.fullmatch(value):
        return None
    left = min(int(value) - timezone.now().timestamp(), LONGEST_WAIT.total_seconds())
    return bounded(timedelta(seconds=left))


def bounded(wait: timedelta) -> timedelta:
    """Return a wait that is neither negative nor beyond reason."""
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
