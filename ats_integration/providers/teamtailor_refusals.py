"""What a refusal of Teamtailor's (422) is about: its errors point to attributes and relations."""

from __future__ import annotations

import re

from .calls import Response
from .failures import in_words
from .json_api import errors_of, subject

#: What a refusal is about that means the job itself; and the person, or nothing at all.
JOB, PERSON = {"job", "job-id", "job_id"}, {"", "candidate", "candidate-id", "candidate_id"}
LOST = re.compile(r"\b(?:blank|must exist|not found)\b", re.IGNORECASE)
#: How Teamtailor may say that the application is there; "already archived" would be about the job.
THERE = re.compile(r"\b(?:already|been taken)\b(?!.*\b(?:archived|closed|expired)\b)", re.IGNORECASE)


def is_there(response: Response) -> bool:
    """Tell whether a refusal says that the application is there already."""
    return response.status == 422 and any(map(THERE.search, said(response)))


def may_be_there(response: Response) -> bool:
    """Tell whether a refusal is about the person or nothing at all: after a doubt, that means "there already"."""
    is_refused = response.status == 422 and about(response) <= PERSON
    return is_refused and not any(map(LOST.search, said(response)))


def said(response: Response) -> list[str]:
    """Return the titles and details of the errors."""
    return [in_words(error.get(key)) for error in errors_of(response) for key in ("title", "detail")]


def about(response: Response) -> set[str]:
    """Return the attributes and relations that a refusal is about."""
    return {subject(error) for error in errors_of(response)} if response.status == 422 else set()
