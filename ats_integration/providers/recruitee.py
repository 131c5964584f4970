"""Tellent Recruitee, Careers Site API: one multipart POST per application, answered by 201."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import DeliveryError, JobClosed, Uncertain
from ..messages import Message
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm
from .parts import job_id, present
from .recruitee_parts import form_fields, form_in, is_consent_told, told


class Recruitee(Provider):
    """Hand applications in like the customer's careers site does."""

    slug = "recruitee"
    name = "Recruitee"
    production_url = "https://{company}.recruitee.com"
    docs_url = "https://docs.recruitee.com/reference/intro-to-careers-site-api"
    fields = (
        ConfigField(
            name="company",
            label="Company subdomain",
            help="The first part of your careers site's address: acme in acme.recruitee.com.",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="careers_token",
            label="Careers API token",
            help="Settings > Apps and plugins > Careers API tokens > + Add token.",
            secret=True,
        ),
    )
    job_id_help = "The last part of the job's address on the careers site, after /o/."
    carries = frozenset({"resume", "cover_letter", "phone", "linkedin_url", "website_url", "answers", "source"})
    reads_form = True
    form_is_optional = True
    unproven = (
        "Until 10 February 2027 Recruitee answers without a token too: before that date a wrong token goes unnoticed.",
    )

    def build(self, submission: Submission) -> Request:
        """Return the POST; what has no field of its own is told below the cover letter."""
        return Request(
            method="POST",
            path=path("api", "offers", job_id(submission.message), "candidates"),
            headers=token(submission.credentials),
            form=form_fields(submission),
        )

    def read(self, response: Response) -> Receipt:
        """Accept 201 only; the candidate's id is the reference."""
        if response.status != 201:
            raise Uncertain("Recruitee did not say whether it took the application.")
        candidate = response.get("candidate")
        return Receipt(reference=in_words(candidate.get("id")) if isinstance(candidate, dict) else "")

    def failure(self, response: Response) -> DeliveryError:
        """Read a redirect as a careers site that Recruitee does not host (any more)."""
        if response.status == 301:
            words = "Recruitee does not host this careers site, or it has an address of its own."
            return JobClosed(words, code="careers_not_hosted")
        return super().failure(response)

    def wants_form(self, message: Message) -> bool:
        """Look at the offer where the message has something that a question of it may take."""
        return bool(present(message) & {"answers", "consent", "linkedin_url", "website_url"})

    def form_request(self, submission: Submission) -> Request:
        """Ask for the offer with its open questions."""
        return get(path("api", "offers", job_id(submission.message)), headers=token(submission.credentials))

    def read_form(self, response: Response) -> JobForm:
        """Return the offer's questions, and which of the usual fields it requires."""
        return form_in(response)

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Name the questions that links and consent answer."""
        return told(message, form)

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Add consent where the offer has a legal question for it."""
        is_told = is_consent_told(submission.message, submission.job_form)
        return self.carries | ({"consent"} if is_told else set())

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the published offers and for each job."""
        offers, headers = path("api", "offers"), token(credentials)
        return (
            self.account_probe(get(offers, headers=headers), f"careers site called {settings['company']}"),
            *(self.job_probe(get(offers + path(job), headers=headers), job) for job in job_ids),
        )


def token(credentials: Values) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Accept": "application/json", "X-Careers-Sites-Token": credentials["careers_token"]}
