"""Why Personio refuses: the reasons in its answers, and those that mean more than "refused"."""

from __future__ import annotations

import re
from datetime import timedelta

from ..errors import DeliveryError, JobClosed, Rejected
from .calls import Response
from .personio_parts import DOCUMENT

THERE = "errors.applicant-already-exists"
EMPTY = "errors.attribute-validation.required-attribute"
CLOSED = "errors.job-position.not-published"
UNKNOWN_FILE = "errors.file-validation.file-not-exists"
TOO_BIG = "errors.file-too-big"
WRONG_TYPE = "errors.invalid-file-type"

WAIT = timedelta(seconds=60)  # Personio counts by the minute and does not say how long to wait
REASON = re.compile(r'"reason"\s*:\s*"([\w.-]+)"')


def reasons(response: Response) -> frozenset[str]:
    """Return every reason that an answer gives; Personio puts them in one of three shapes."""
    return frozenset(REASON.findall(response.text))


def meaning(response: Response, words: str) -> DeliveryError | None:
    """Return the failure that a reason means, whatever the status says; None where the status says enough."""
    found = reasons(response)
    if CLOSED in found:
        return JobClosed(words)
    if UNKNOWN_FILE in found:
        return Rejected(words, redo=DOCUMENT)
    if TOO_BIG in found or response.status == 413:
        return Rejected(words, code="resume_too_large")
    return Rejected(words, code="resume_type") if WRONG_TYPE in found else None
