"""Workable, API v3: one JSON POST per application, the CV as base64 inside of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..errors import DeliveryError, JobClosed, Uncertain
from .answers import reset_at, retry_after
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm, objects
from .parts import PARTS, job_id
from .steps import Kept, Lookup
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
    reads_form = True
    form_is_optional = True
    unproven = ("No harmless call proves that the token may hand applications in: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; without `sourced` false, Workable would take the person for one a recruiter found."""
        address = path("spi", "v3", "jobs", job_id(submission.message), "candidates")
        body = {"sourced": False, "candidate": candidate(submission)}
        return Request(method="POST", path=address, headers=bearer(submission.credentials), json=body)

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
        if response.status < 500 and "draft or archived" in words:
            return JobClosed(words, status=response.status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return `error` and `validation_errors`."""
        said = (in_words(response.get("error")), in_words(response.get("validation_errors")))
        return ": ".join(filter(None, said)) or super().explain(response)

    def wait(self, response: Response) -> timedelta | None:
        """Read the moment of the next window from `X-Rate-Limit-Reset`; every answer has one, only 429 means it."""
        asked = reset_at(response, "x-rate-limit-reset") if response.status == 429 else None
        return retry_after(response) or asked

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the person by email at this job."""
        return Lookup(build=self.search, read=self.found)

    def search(self, submission: Submission) -> Request:
        """Return the question whether somebody with this email address is at the job."""
        message = submission.message
        asked = {"email": message.candidate.email, "shortcode": job_id(message)}
        return get("/spi/v3/candidates", headers=bearer(submission.credentials), **asked)

    def found(self, submission: Submission, response: Response) -> Kept | None:
        """Return the application that is there already; None where the token may not ask (scope r_candidates)."""
        if response.status in (403, 404):
            return None
        people = self.success(response).get("candidates")
        if not isinstance(people, list):
            raise Uncertain("Workable did not say who applied.")
        same = [person for person in objects(people) if is_same(person, submission)]
        return {APPLICATION: {"reference": in_words(same[0].get("id")), "dropped": []}} if same else {}

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job's application form."""
        address = path("spi", "v3", "jobs", job_id(submission.message), "application_form")
        return get(address, headers=bearer(submission.credentials))

    def read_form(self, response: Response) -> JobForm:
        """Return the job's questions, and which of the usual fields it requires."""
        return form_in(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the jobs and for each job's state."""
        jobs, headers = "/spi/v3/jobs", bearer(credentials)
        asked = (self.job_probe(get(jobs + path(job), headers=headers), job) for job in job_ids)
        return (
            self.account_probe(get(jobs, headers=headers, limit="1"), f"customer called {settings['subdomain']}"),
            *(replace(probe, read=self.require_open) for probe in asked),
        )

    def require_open(self, response: Response) -> None:
        """Refuse a job that takes no applications; one that is "closed" is for internal use and takes them."""
        state = in_words(self.success(response).get("state"))
        if state in ("draft", "archived"):
            raise JobClosed(f"The job's state is {state}.")


def bearer(credentials: Values) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Accept": "application/json", "Authorization": f"Bearer {credentials['api_token']}"}


def is_same(person: dict[str, Any], submission: Submission) -> bool:
    """Tell whether a listed candidate is ours: an ATS that does not know a filter lists everybody."""
    job, message = person.get("job"), submission.message
    listed = (person.get("email"), job.get("shortcode") if isinstance(job, dict) else None)
    own = (message.candidate.email, job_id(message))
    return all(it is None or str(it).casefold() == mine.casefold() for it, mine in zip(listed, own, strict=True))
