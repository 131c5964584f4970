"""The calls to SmartRecruiters, and what the codes of its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import DeliveryError, JobClosed, Unauthorized, Unavailable
from .calls import Request, Response, Submission, get, path
from .failures import in_words
from .parts import job_id
from .smartrecruiters_parts import candidate

#: Something behind SmartRecruiters did not answer in time; it may have stored the application all the same.
TIMED_OUT = "REST_CALL_TIMEOUT"
#: Codes that mean something else than their status, or come with several.
CODES: dict[str, type[DeliveryError]] = {
    "INVALID_API_KEY_ERROR": Unauthorized,
    "UNAUTHORIZED": Unauthorized,
    "RESOURCE_NOT_FOUND_ERROR": JobClosed,
    "COMPANY_NOT_FOUND_ERROR": JobClosed,
    TIMED_OUT: Unavailable,
    "FILE_API_ERROR": Unavailable,
    "COMPANY_RETRIEVAL_ERROR": Unavailable,
}


def token(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Accept": "application/json", "X-SmartToken": credentials["api_key"]}


def feed(credentials: Mapping[str, Any]) -> Request:
    """Return the question for the company's publications, which only a good key may ask."""
    return get("/feed/publications", headers=token(credentials))


def postings(company: str, credentials: Mapping[str, Any]) -> Request:
    """Return the question for the postings of a company, which everybody may ask; only this one has /v1."""
    return get(path("v1", "companies", company, "postings"), headers=token(credentials), limit="1")


def configuration(job: str, credentials: Mapping[str, Any]) -> Request:
    """Return the question what a posting asks."""
    return get(path("postings", job, "configuration"), headers=token(credentials), conditionalsIncluded="false")


def application(submission: Submission) -> Request:
    """Return the POST."""
    address = path("postings", job_id(submission.message), "candidates")
    return Request(method="POST", path=address, headers=token(submission.credentials), json=candidate(submission))


def is_timed_out(response: Response) -> bool:
    """Tell whether a call that was let through came to no end in time."""
    return response.status != 429 and response.get("code") == TIMED_OUT


def refusal(response: Response, words: str) -> DeliveryError | None:
    """Return the failure that a code means; None where the status tells."""
    kind, status = CODES.get(in_words(response.get("code"))), response.status
    if kind is None or status == 429:
        return None
    return kind(words, status=status, code=f"http_{status}" if kind is Unavailable else "")
