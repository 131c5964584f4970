"""The calls to Breezy HR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import APPLICATION
from .breezy_parts import PENDING, candidate
from .calls import Request, Submission, get, path
from .parts import job_id


def token(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call: the token stands there without any scheme."""
    return {"Accept": "application/json", "Authorization": credentials["api_token"]}


def position(settings: Mapping[str, Any], job: str) -> str:
    """Return the path of a position."""
    return path("v3", "company", settings["company_id"], "position", job)


def look(submission: Submission) -> Request | None:
    """Return the question for the position's state; none once the candidate is made."""
    if APPLICATION in submission.kept:
        return None
    address = position(submission.settings, job_id(submission.message))
    return get(address, headers=token(submission.credentials))


def make(submission: Submission) -> Request:
    """Return the POST that makes the candidate."""
    message = submission.message
    address = position(submission.settings, job_id(message)) + "/candidates"
    return Request(method="POST", path=address, headers=token(submission.credentials), json=candidate(message))


def attach(submission: Submission) -> Request | None:
    """Return the upload of the CV; none where Breezy gave no candidate to attach it to."""
    known, headers = submission.kept[APPLICATION]["reference"], token(submission.credentials)
    if submission.resume is None or known in ("", PENDING):
        return None
    address = position(submission.settings, job_id(submission.message)) + path("candidate", known, "resume")
    return Request(method="POST", path=address, headers=headers, form=(("file", submission.resume),))


def search(submission: Submission) -> Request:
    """Return the question who has this email address."""
    address, email = path("v3", "company", submission.settings["company_id"]), submission.message.candidate.email
    return get(address + "/candidates/search", headers=token(submission.credentials), email_address=email)
