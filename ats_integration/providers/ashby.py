"""Ashby, public API: one multipart POST per application, whose fields the job's own form names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import Rejected, Uncertain
from ..messages import Message
from .ashby_calls import (
    NOT_PERMITTED,
    application,
    call,
    code_of,
    members,
    posting,
    refusal,
    require_permissions,
    words_of,
)
from .ashby_form import form_in
from .ashby_parts import lost_parts, submissions
from .base import APPLICATION, Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm
from .parts import PARTS, job_id, without_street
from .steps import Step

BLOCKED = "A limit on applications stopped this one: Ashby created none."
BLOCKED_REPEAT = "A limit on applications stopped the repeated call: an earlier try may have arrived."


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
    unproven = ("Whether the key has candidatesWrite, where it may not be asked: the first application will tell.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; only what the job's form has is sent."""
        return application(submission)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Return the only call, whose answer means something else after an unclear try."""
        return (Step(name=APPLICATION, build=self.build, read=self.handed_in),)

    def handed_in(self, submission: Submission, response: Response) -> dict[str, Any]:
        """Return what the call leaves behind; a limit that stopped a repeat may have counted the earlier try."""
        try:
            return self.kept_of(response)
        except Rejected as error:
            if submission.is_doubtful and error.code == "blocked":
                raise Rejected(BLOCKED_REPEAT, code="blocked_repeat") from None
            raise

    def read(self, response: Response) -> Receipt:
        """Accept "success": true that is not blocked; the id of the submitted form is the reference."""
        results = members(response.get("results"))
        if members(results.get("formMessages")).get("blocked"):
            raise Rejected(BLOCKED, code="blocked")
        return Receipt(reference=in_words(members(results.get("submittedFormInstance")).get("id")))

    def success(self, response: Response) -> Response:
        """Take "success": false for the failure that it is, although 200 comes with it."""
        is_taken = super().success(response).get("success")
        if is_taken is False:
            raise refusal(response, self.explain(response))
        if is_taken is not True:
            raise Uncertain("Ashby did not say whether it did what it was asked for.")
        return response

    def explain(self, response: Response) -> str:
        """Return the message and the number that Ashby's support asks for."""
        return words_of(response) or super().explain(response)

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job posting, whose form names the fields."""
        return posting(job_id(submission.message), submission.credentials)

    def read_form(self, response: Response) -> JobForm:
        """Return the fields of the form."""
        return form_in(response)

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Count every field that something of the message goes into."""
        return frozenset(submissions(message, form))

    def carried(self, message: Message) -> frozenset[str]:
        """Leave out an address with more than a town: Ashby's field has no place for it."""
        return without_street(self.carries, message)

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Leave out what the job's form has no field for."""
        lost = lost_parts(submission.message, submission.job_form)
        return self.carried(submission.message) - lost

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask what the key may do, and for each job posting."""
        key = self.account_probe(call("apiKey.info", credentials), "customer with this key")
        asked = (self.job_probe(posting(job, credentials), job) for job in job_ids)
        return (replace(key, read=self.require_key), *asked)

    def require_key(self, response: Response) -> None:
        """Accept a key that Ashby knows and that may do what we need, as far as it may be asked (apiKeysRead)."""
        if response.status != 403 or code_of(response) != NOT_PERMITTED:
            require_permissions(self.success(response))
