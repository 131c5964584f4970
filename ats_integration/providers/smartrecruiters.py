"""SmartRecruiters, Application API: one JSON POST per application, the CV as base64 inside of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from ..errors import DeliveryError, Rejected, Uncertain
from ..messages import Message
from .base import Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm
from .parts import PARTS, job_id, without_street
from .smartrecruiters_calls import application, configuration, feed, is_timed_out, postings, refusal
from .smartrecruiters_form import COMMUNITY, form_in

EMAIL = re.compile(r"[a-zA-Z0-9#._%'+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,63}")


class SmartRecruiters(Provider):
    """Hand applications in on behalf of the candidate, like a career site does."""

    slug = "smartrecruiters"
    name = "SmartRecruiters"
    production_url = "https://api.smartrecruiters.com"
    docs_url = "https://developers.smartrecruiters.com/docs/partners-post-an-application"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="Settings > Administration > Apps & Integrations > Credentials > New Credential > API Key.",
            secret=True,
        ),
        ConfigField(
            name="company_identifier",
            label="Company identifier",
            help="The last part of your career site's address, https://careers.smartrecruiters.com/…, "
            "in the same capitals. Only the test of the connection asks for it.",
            required=False,
            pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
        ),
    )
    job_id_help = (
        "The posting's uuid, like 5a536b6f-d6b0-4d37-a9e2-b4e7c98eebde: not the number in its address, not the REF "
        "number. https://api.smartrecruiters.com/v1/companies/<company identifier>/postings lists the uuids."
    )
    carries = frozenset(PARTS) - {"marketing_consent", "source"}
    rate = Rate(calls=10, per=timedelta(seconds=1))
    resume_types = frozenset({"pdf", "doc", "docx", "rtf", "jpg", "jpeg", "png"})
    resume_limit = 2 * 1024 * 1024
    reads_form = True
    form_is_optional = True
    unproven = ("No harmless call proves that the key may hand applications in: the first application will.",)

    def check(self, message: Message) -> None:
        """Refuse an email address that SmartRecruiters documents not to take."""
        if not EMAIL.fullmatch(message.candidate.email):
            raise Rejected("SmartRecruiters takes email addresses in plain letters only.", code="email_refused")

    def build(self, submission: Submission) -> Request:
        """Return the POST."""
        return application(submission)

    def judge(self, response: Response) -> Receipt:
        """Take a time-out of theirs for unclear: the application may be there."""
        if is_timed_out(response):
            raise Uncertain(self.explain(response), status=response.status, code="read_timeout")
        return super().judge(response)

    def read(self, response: Response) -> Receipt:
        """Accept an id with the moment it was made: errors have an id as well."""
        reference = in_words(response.get("id"))
        if not (reference and response.get("createdOn")):
            raise Uncertain("SmartRecruiters did not say whether it took the application.")
        return Receipt(reference=reference)

    def failure(self, response: Response) -> DeliveryError:
        """Go by the code where it tells more than the status."""
        return refusal(response, self.explain(response)) or super().failure(response)

    def explain(self, response: Response) -> str:
        """Return the message, or at least the code."""
        return super().explain(response) or in_words(response.get("code"))

    def form_request(self, submission: Submission) -> Request:
        """Ask for the posting's configuration: questions and consents."""
        return configuration(job_id(submission.message), submission.credentials)

    def read_form(self, response: Response) -> JobForm:
        """Return the questions and the consents."""
        return form_in(response)

    def carried(self, message: Message) -> frozenset[str]:
        """Leave out an address with more than a town: there is no place for it."""
        return without_street(self.carries, message)

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Add the marketing consent where the posting asks for one."""
        form = submission.job_form
        asked = {"marketing_consent"} if form and any(q.id == COMMUNITY for q in form.questions) else set()
        return self.carried(submission.message) | asked

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the feed with the key, for the company where it is known, and for each posting."""
        key = self.account_probe(feed(credentials), "company with this key")
        company = self.given(settings).get("company_identifier")
        named = (self.account_probe(postings(company, credentials), f"company called {company}"),) if company else ()
        return (key, *named, *(self.job_probe(configuration(job, credentials), job) for job in job_ids))
