"""The calls of a Bullhorn session, and whom they are about."""

from __future__ import annotations

from typing import Any

from .bullhorn_parts import candidate, curriculum, job_submission, lucene
from .calls import Request, Submission, path
from .parts import job_number

DEFAULT_SOURCE = "Jobbird"
#: Bullhorn wants both from every call of a session, also from one that only asks.
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


def rest(submission: Submission, method: str, *steps: object, json: Any = None, **params: str) -> Request:
    """Return a call in the session: the login told where it goes."""
    return Request(
        method=method,
        base_url=submission.session["rest_url"],
        path=path(*steps),
        params=tuple(params.items()),
        headers={**JSON, "BhRestToken": submission.session["token"]},
        json=json,
    )


def ask_job(submission: Submission, job: object) -> Request:
    """Return the question whether a job takes applications."""
    return rest(submission, "GET", "entity", "JobOrder", job, fields="id,title,isOpen,isDeleted,status")


def look_at_job(submission: Submission) -> Request | None:
    """Return the same question about the job of an application; none where the application is there already."""
    return None if submission.kept.get("earlier") else ask_job(submission, job_number(submission.message))


def search(submission: Submission) -> Request | None:
    """Return the search for a candidate with this email address; none once we made one."""
    if submission.kept.get("candidate"):
        return None
    query = f"email:{lucene(submission.message.candidate.email)} AND isDeleted:0"
    return rest(submission, "GET", "search", "Candidate", query=query, fields="id,firstName,lastName,email", count="5")


def make(submission: Submission) -> Request | None:
    """Return the making of a candidate; none where there is one."""
    if person_of(submission):
        return None
    body = candidate(submission.message, source_of(submission))
    return rest(submission, "PUT", "entity", "Candidate", json=body)


def attach(submission: Submission) -> Request | None:
    """Return the upload of the CV."""
    if submission.resume is None:
        return None
    body = curriculum(submission.resume, source_of(submission))
    return rest(submission, "PUT", "file", "Candidate", person_of(submission), json=body)


def query(submission: Submission) -> Request:
    """Return the question whether the candidate applied for the job."""
    person, job = person_of(submission), job_number(submission.message)
    where = f"candidate.id={person} AND jobOrder.id={job} AND isDeleted=false"
    return rest(submission, "GET", "query", "JobSubmission", where=where, fields="id,status")


def submit(submission: Submission) -> Request | None:
    """Return the making of a web response; none where there is one."""
    if submission.kept.get("earlier"):
        return None
    message, is_known = submission.message, not submission.kept.get("candidate")
    ids = {"person": person_of(submission), "job": job_number(message)}
    body = job_submission(message, source_of(submission), is_known=is_known, **ids)
    return rest(submission, "PUT", "entity", "JobSubmission", json=body)


def person_of(submission: Submission) -> Any:
    """Return the candidate's id, of one we made or one who was there; nothing where there is none yet."""
    return submission.kept.get("candidate") or submission.kept.get("known")


def source_of(submission: Submission) -> str:
    """Return what the customer calls us."""
    own = submission.settings.get("source") or submission.message.application.source
    return str(own or DEFAULT_SOURCE)[:100]
