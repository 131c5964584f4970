"""The calls to Ashby, each one a POST, and what its answers say: a refusal comes with 200 as well."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import DeliveryError, JobClosed, RateLimited, Rejected, Unauthorized
from .ashby_parts import RESUME_PART, submissions
from .calls import Request, Response, Submission
from .failures import in_words
from .parts import filled, job_id

HEADERS = {"Accept": "application/json; version=1"}
#: The key is known, but it may not do this: for a key check that is proof enough.
NOT_PERMITTED = "missing_endpoint_permission"
#: What a code means that comes with 200; all others mean that the data was refused.
CODES: dict[str, type[DeliveryError]] = {
    "job_posting_not_published": JobClosed,
    NOT_PERMITTED: Unauthorized,
    "unauthorized": Unauthorized,
    "rate_limit_exceeded": RateLimited,
}
#: What a key needs, in the letters that any spelling of a permission has.
NEEDED = {"candidateswrite": "candidatesWrite", "jobsread": "jobsRead"}


def call(endpoint: str, credentials: Mapping[str, Any], **values: str) -> Request:
    """Return one call with JSON."""
    return Request(method="POST", path=f"/{endpoint}", auth=(credentials["api_key"], ""), headers=HEADERS, json=values)


def posting(job: str, credentials: Mapping[str, Any]) -> Request:
    """Return the question for a job posting, whose form names the fields."""
    return call("jobPosting.info", credentials, jobPostingId=job)


def application(submission: Submission) -> Request:
    """Return the POST of the form; only what the job's form has is sent."""
    message, entries = submission.message, submissions(submission.message, submission.job_form)
    form = {"fieldSubmissions": [{"path": path, "value": value} for path, value in entries.items()]}
    source = message.application.source
    return Request(
        method="POST",
        path="/applicationForm.submit",
        auth=(submission.credentials["api_key"], ""),
        headers=HEADERS,
        form=filled(
            ("jobPostingId", job_id(message)),
            ("applicationForm", json.dumps(form, ensure_ascii=False)),
            (RESUME_PART, submission.resume if RESUME_PART in entries.values() else None),
            ("utmData", json.dumps({"utm_source": source}, ensure_ascii=False) if source else ""),
            ("allowSubmissionForUnpublishedJobPosting", "false"),
        ),
    )


def members(value: Any) -> dict[str, Any]:
    """Return the members of a JSON object; none where it is something else."""
    return value if isinstance(value, dict) else {}


def code_of(response: Response) -> str:
    """Return the error code; `errors` is where older answers have it."""
    return in_words(members(response.get("errorInfo")).get("code")) or in_words(response.get("errors"))


def words_of(response: Response) -> str:
    """Return the message of a refusal and the number that Ashby's support asks for, or an empty text."""
    said = members(response.get("errorInfo"))
    words, request = in_words(said.get("message")) or code_of(response), in_words(said.get("requestId"))
    return f"{words} (request {request})" if words and request else words


def refusal(response: Response, words: str) -> DeliveryError:
    """Return the failure that an error code means."""
    code = code_of(response)
    kind = JobClosed if re.search("not_?found$", code, re.IGNORECASE) else CODES.get(code, Rejected)
    return kind(words, status=response.status)


def require_permissions(response: Response) -> None:
    """Refuse a key that lacks what we need, where Ashby lists what it may do."""
    scopes = members(response.get("results")).get("scopes")
    if not isinstance(scopes, list) or not scopes:
        return
    known = {re.sub("[^a-z]", "", str(scope).lower()) for scope in scopes}
    if lacking := [name for letters, name in NEEDED.items() if letters not in known]:
        raise Unauthorized(f"The key lacks a permission: {', '.join(lacking)}.")
