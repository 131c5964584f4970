"""What JazzHR answers: errors under two names, also in a 200, and "not found" for whom it does not know yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Unavailable
from .answers import is_json
from .base import APPLICATION, Provider
from .calls import Response, Submission
from .failures import in_words

ABOUT_KEY = re.compile(r"api[ _]?key", re.IGNORECASE)
ABOUT_JOB = re.compile(r"\bjob\b|not found", re.IGNORECASE)
ABOUT_FORM = re.compile(r"questionnaire", re.IGNORECASE)
NOT_FOUND = re.compile(r"^(?>.*?(?:applicant|prospect)).*not found", re.IGNORECASE | re.MULTILINE)
#: How long JazzHR may not know a new applicant; programs that use it wait two seconds.
UNKNOWN_FOR = timedelta(seconds=60)


class Answers(Provider):
    """The part of the adapter that reads refusals, and whether a job is open."""

    def success(self, response: Response) -> Response:
        """Return a 2xx answer, unless it says that the key is refused."""
        words = error_of(response)
        if response.status < 300 and ABOUT_KEY.search(words):
            raise Unauthorized(words, status=response.status)
        return super().success(response)

    def failure(self, response: Response) -> DeliveryError:
        """Take words about the key for a refused key, whichever status comes with them."""
        words = self.explain(response)
        if response.status in range(400, 429) and ABOUT_KEY.search(words):
            return Unauthorized(words, status=response.status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return the words of an error under either name."""
        return error_of(response) or super().explain(response)

    def added(self, submission: Submission, response: Response) -> int:
        """Accept a success without an error; "not found" may mean that a new applicant cannot be added to yet."""
        words, status = self.explain(response), response.status
        if is_not_found(status, words):
            raise unknown(words, status, may_come=is_new(submission) and not ABOUT_FORM.search(words))
        if error_of(self.success(response)):
            raise Rejected(words, status=status)
        return status

    def require_open(self, response: Response) -> None:
        """Refuse a job that takes no applications; an unknown one may come as an empty answer.

        Raises Unavailable where the answer is not about a job: something else than JazzHR may be there.
        """
        words = error_of(self.success(response))
        if (words and not ABOUT_JOB.search(words)) or (response.body.strip() and not is_json(response)):
            raise Unavailable(words or "JazzHR did not show the job.", code="send_failed")
        if state_of(response) != "open":
            raise JobClosed(words or "The job is not open.")


def error_of(response: Response) -> str:
    """Return the words of an error, which may come with any status."""
    return in_words(response.get("error")) or in_words(response.get("_error"))


def is_not_found(status: int, words: str) -> bool:
    """Tell whether an answer says that what is added to, or filled in, is unknown."""
    return (status == 404 or bool(NOT_FOUND.search(words))) and not ABOUT_KEY.search(words)


def unknown(words: str, status: int, *, may_come: bool) -> DeliveryError:
    """Return the failure that "not found" means, for now or for good."""
    return Unavailable(words, status=status, code="record_not_ready") if may_come else Rejected(words, status=status)


def dated(submission: Submission, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of an applicant with the moment of the try that made or found it."""
    return {**kept, "at": submission.at.isoformat()}


def is_new(submission: Submission) -> bool:
    """Tell whether JazzHR may not know the applicant yet."""
    at = submission.kept[APPLICATION].get("at")
    return bool(at) and submission.at - datetime.fromisoformat(at) < UNKNOWN_FOR


def state_of(response: Response) -> str:
    """Return the state of the job that is shown, by itself or as a list of one; empty where none is."""
    match response.json():
        case {"status": state} | [{"status": state}]:
            return in_words(state).lower()
    return ""
