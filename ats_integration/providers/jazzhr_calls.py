"""The calls to JazzHR: its key stands in the body of a POST, and in the query of a GET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import APPLICATION
from .calls import Request, Submission, get, path
from .jazzhr_parts import answer_values, applicant
from .parts import consented, job_id


def ask(credentials: Mapping[str, Any], *steps: object) -> Request:
    """Return a question."""
    return get(path("v1", *steps), apikey=credentials["api_key"])


def tell(submission: Submission, name: str, body: Mapping[str, Any]) -> Request:
    """Return a POST."""
    return Request(method="POST", path=path("v1", name), json={"apikey": submission.credentials["api_key"], **body})


def look(submission: Submission) -> Request | None:
    """Return the question for the job's state; none once the applicant is made."""
    return None if APPLICATION in submission.kept else ask(submission.credentials, "jobs", job_id(submission.message))


def make(submission: Submission) -> Request:
    """Return the POST that makes the applicant, with the CV and the job."""
    return tell(submission, "applicants", applicant(submission))


def fill_in(questionnaire: str, submission: Submission) -> Request:
    """Return the answers to one questionnaire."""
    ids = {"applicant_id": made(submission), "job_id": job_id(submission.message)}
    said = answer_values(submission.message, questionnaire)
    return tell(submission, "questionnaire_answers", {**ids, "questionnaire_id": questionnaire, **said})


def note(submission: Submission) -> Request:
    """Return the note that says what the candidate agreed to."""
    words = consented(submission.message.application.consent)
    body = {"user_id": "usr_anonymous", "security": 1, "contents": words}
    return tell(submission, "notes", {"applicant_id": made(submission), **body})


def applicants(page: int, submission: Submission) -> Request:
    """Return the question for one page of the job's applicants; the first one has no number."""
    further = ("page", page) if page > 1 else ()
    return ask(submission.credentials, "applicants", "job_id", job_id(submission.message), *further)


def person(id: str, submission: Submission) -> Request:
    """Return the question for one applicant, whose answer has the email address that lists lack."""
    return ask(submission.credentials, "applicants", id)


def made(submission: Submission) -> str:
    """Return the id of the applicant that the first step made."""
    return str(submission.kept[APPLICATION]["reference"])
