"""Workable, API v3: one JSON POST per application, the CV as base64 inside of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ..errors import DeliveryError, JobClosed, Uncertain
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm
from .parts import PARTS
from .steps import Kept, Lookup
from .workable_calls import JOBS, bearer, earlier, of_job, require_open, search
from .workable_parts import candidate, form_in


class Workable(Provider):
    """Hand applications in as somebody who applied, not as one whom a recruiter found."""

    slug = "workable"
    name = "Workable"
    production_url = "https://{subdomain}.workable.com"
    docs_url = "https://workable.readme.io/reference/job-candidates-create"
    fields = (
        ConfigField(
            name="subdomain",
            label="Subdomain",
            help="The first part of your account's address: acmebv in acmebv.workable.com.",
            pattern=r"[A-Za-z0-9_-]+",
        ),
        ConfigField(
            name="api_token",
            label="API token",
            help="Your account's menu (top right) > Integrations > Generate new token, "
            "with the scopes w_candidates, r_candidates and r_jobs.",
            secret=True,
        ),
    )
    job_id_help = "The job's shortcode: the last part of the address of its application form, like 9CD658E13E."
    carries = frozenset(PARTS) - {"consent", "marketing_consent"}
    rate = Rate(calls=10, per=timedelta(seconds=10))
    reset_header = "x-rate-limit-reset"
    doubtful = frozenset({500, 502, 504})
    reads_form = True
    form_is_optional = True
    doubt_stays = "where the token may not read candidates"
    unproven = ("No harmless call proves that the token may hand applications in: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; without `sourced` false, Workable would take the person for one a recruiter found."""
        address, headers = of_job(submission, "candidates"), bearer(submission.credentials)
        body = {"sourced": False, "candidate": candidate(submission)}
        return Request(method="POST", path=address, headers=headers, json=body)

    def read(self, response: Response) -> Receipt:
        """Accept a candidate with an id, which is the reference."""
        person = response.get("candidate")
        reference = in_words(person.get("id")) if isinstance(person, dict) else ""
        if not reference:
            raise Uncertain("Workable did not say whether it took the application.")
        return Receipt(reference=reference)

    def failure(self, response: Response) -> DeliveryError:
        """Take "position is draft or archived" for a closed job, whichever status comes with it."""
        words = self.explain(response)
        if response.status < 500 and "draft or archived" in words.lower():
            return JobClosed(words, status=response.status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return `error` and `validation_errors`."""
        said = (in_words(response.get("error")), in_words(response.get("validation_errors")))
        return ": ".join(filter(None, said)) or super().explain(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the person by email at this job."""
        return Lookup(build=search, read=self.found)

    def found(self, submission: Submission, response: Response) -> Kept | None:
        """Return the application that is there already; None where the token may not ask (scope r_candidates)."""
        if response.status in (403, 404):
            return None
        reference = earlier(self.success(response), submission)
        return {} if reference is None else {APPLICATION: {"reference": reference, "dropped": []}}

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job's application form."""
        return get(of_job(submission, "application_form"), headers=bearer(submission.credentials))

    def read_form(self, response: Response) -> JobForm:
        """Return the job's questions, and which of the usual fields it requires."""
        return form_in(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the jobs and for each job's state."""
        headers, known_as = bearer(credentials), f"customer called {settings['subdomain']}"
        jobs = (self.job_probe(get(JOBS + path(job), headers=headers), job, self.is_open) for job in job_ids)
        return (self.account_probe(get(JOBS, headers=headers, limit="1"), known_as), *jobs)

    def is_open(self, response: Response) -> None:
        """Accept a job that takes applications; raise the failure that another answer means."""
        require_open(self.success(response))
