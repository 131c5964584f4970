"""Ashby, public API: one multipart POST per application, whose fields the job's own form names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import DeliveryError, JobClosed, RateLimited, Rejected, Unauthorized, Uncertain
from ..messages import Message
from .ashby_parts import RESUME_PART, form_in, lost_parts, submissions
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm
from .parts import PARTS, filled, job_id

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


class Ashby(Provider):
    """Hand applications in like a careers page of the customer does."""

    slug = "ashby"
    name = "Ashby"
    production_url = "https://api.ashbyhq.com"
    docs_url = "https://developers.ashbyhq.com/reference/applicationformsubmit"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="Admin > Integrations > API Keys > New, with the permissions candidatesWrite and jobsRead.",
            secret=True,
        ),
    )
    job_id_help = "The job posting's id: the last part of its address, https://jobs.ashbyhq.com/…/…"
    carries = frozenset(PARTS)
    reads_form = True
    unproven = ("No harmless call proves the permission candidatesWrite: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; only what the job's form has is sent."""
        message = submission.message
        entries = submissions(message, submission.job_form)
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

    def read(self, response: Response) -> Receipt:
        """Accept "success": true that is not blocked; the id of the submitted form is the reference."""
        if response.get("success") is not True:
            raise Uncertain("Ashby did not say whether it took the application.")
        results = members(response.get("results"))
        if members(results.get("formMessages")).get("blocked"):
            words = "A limit on applications stopped this one: Ashby created none."
            raise Rejected(words, code="blocked")
        return Receipt(reference=in_words(members(results.get("submittedFormInstance")).get("id")))

    def success(self, response: Response) -> Response:
        """Take "success": false for the failure that it is, although 200 comes with it."""
        if super().success(response).get("success") is False:
            raise self.refusal(response)
        return response

    def refusal(self, response: Response) -> DeliveryError:
        """Return the failure that an error code means."""
        code, words = code_of(response), self.explain(response)
        kind = JobClosed if code.endswith("not_found") else CODES.get(code, Rejected)
        return kind(words, status=response.status)

    def explain(self, response: Response) -> str:
        """Return the message and the number that Ashby's support asks for."""
        said = members(response.get("errorInfo"))
        words, request = in_words(said.get("message")) or code_of(response), in_words(said.get("requestId"))
        return f"{words} (request {request})" if words and request else words or super().explain(response)

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job posting, whose form names the fields."""
        return call("jobPosting.info", submission.credentials, jobPostingId=job_id(submission.message))

    def read_form(self, response: Response) -> JobForm:
        """Return the fields of the form."""
        return form_in(response)

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Count every field that something of the message goes into."""
        return frozenset(submissions(message, form))

    def carried(self, message: Message) -> frozenset[str]:
        """Leave out an address with more than a town: Ashby's field has no place for it."""
        address = message.candidate.address
        return self.carries - ({"address"} if address.street or address.postal_code else set())

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Leave out what the job's form has no field for."""
        lost = lost_parts(submission.message, submission.job_form)
        return self.carried(submission.message) - lost

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask what the key may do, and for each job posting."""
        key = self.account_probe(call("apiKey.info", credentials), "customer with this key")
        asked = ((call("jobPosting.info", credentials, jobPostingId=job), job) for job in job_ids)
        return (replace(key, read=self.require_key), *(self.job_probe(request, job) for request, job in asked))

    def require_key(self, response: Response) -> None:
        """Accept a key that Ashby knows, even if it may not be asked about (permission apiKeysRead)."""
        if response.status != 403 or code_of(response) != NOT_PERMITTED:
            self.success(response)


def call(endpoint: str, credentials: Values, **values: str) -> Request:
    """Return one call of Ashby's API: every one is a POST with JSON."""
    return Request(method="POST", path=f"/{endpoint}", auth=(credentials["api_key"], ""), headers=HEADERS, json=values)


def members(value: Any) -> dict[str, Any]:
    """Return the members of a JSON object; none where it is something else."""
    return value if isinstance(value, dict) else {}


def code_of(response: Response) -> str:
    """Return the error code; `errors` is where older answers have it."""
    return in_words(members(response.get("errorInfo")).get("code")) or in_words(response.get("errors"))
