"""What AFAS answers: refusals come as a fault, maintenance says how long it lasts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..errors import DeliveryError, JobClosed, Rejected, Unavailable, Uncertain
from .afas_parts import CONNECTOR, FILLED
from .answers import bounded, retry_after
from .base import Provider
from .calls import Response
from .failures import in_words
from .job_forms import objects

#: AFAS's own words in Dutch or English, and its name of the field.
ABOUT_JOB = re.compile(r"\b(vacature|vacanc(y|ies)|VcSn)", re.IGNORECASE)
#: AFAS's own time-out, after which the applicant may be there.
TIMED_OUT = re.compile(r"maximale tijdsduur|maximum duration", re.IGNORECASE)
#: A lock or a hiccup, for which AFAS recommends another try; a value that is in use already is none.
PASSING = re.compile(
    r"\b(geblokkeerd|blocked|locked|onverwachte fout|unexpected error)\b|(?<!\bal )(?<!\breeds )\bin gebruik\b",
    re.IGNORECASE,
)
NO_CONNECTOR = f"There is no update connector {CONNECTOR} at this address, or the app connector does not list it."
NOT_ALLOWED = "The app connector does not allow calls from our IP address, or the user of the token may not do this."


class Answers(Provider):
    """The part of the adapter that reads refusals."""

    doubtful = frozenset({504})

    def failure(self, response: Response) -> DeliveryError:
        """Take a 500 that gives a reason for what the reason says."""
        status, words = response.status, self.explain(response)
        if status == 500 and in_words(response.get("externalMessage")):
            return meant(words)
        if status == 404:
            return Rejected(words or NO_CONNECTOR, status=status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return AFAS's words for people, and where the administrator finds all of them in the log of Profit."""
        said, reference = (in_words(response.get(name)) for name in ("externalMessage", "profitLogReference"))
        if said:
            return f"{said} (Profit log: {reference})" if reference else said
        return super().explain(response) or (NOT_ALLOWED if response.status == 403 else "")

    def wait(self, response: Response) -> timedelta | None:
        """Wait as long as the header or, during maintenance, the body says."""
        seconds = response.get("retry_after")
        if isinstance(seconds, int) and not isinstance(seconds, bool):
            return bounded(timedelta(seconds=min(seconds, 10**6)))
        return retry_after(response)

    def require_fillable(self, response: Response) -> None:
        """Refuse a connector that is not described, or requires a field that no application of ours fills."""
        if not isinstance(self.success(response).json(), dict):
            raise Uncertain("What the connector requires could not be read.")
        needed = (field for field in objects(response.get("fields")) if field.get("mandatory") is True)
        if ours := [named(field) for field in needed if field.get("fieldId") not in FILLED]:
            raise Rejected(f"{CONNECTOR} requires what no application has: {', '.join(ours)}.")


def meant(words: str) -> DeliveryError:
    """Return the failure that the words of a 500 mean: a refusal, unless they tell something else."""
    if TIMED_OUT.search(words):
        return Uncertain(words, status=500)
    if ABOUT_JOB.search(words):
        return JobClosed(words, status=500)
    if PASSING.search(words):
        return Unavailable(words, status=500, code="http_500")
    return Rejected(words, status=500)


def named(field: Mapping[str, Any]) -> str:
    """Return how AFAS calls a field, for people and for administrators."""
    id, label = in_words(field.get("fieldId")), in_words(field.get("label"))
    return f"{label} ({id})" if label else id
