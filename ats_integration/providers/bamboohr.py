"""BambooHR, Applicant Tracking: a look whether the job is open, then one multipart POST for each application."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..errors import DeliveryError, JobClosed, RateLimited, Uncertain
from ..messages import Message
from .bamboohr_calls import application, ask_applications, ask_jobs, look_at_jobs
from .bamboohr_parts import CLOSED, DOUBTFUL, open_jobs, same_person
from .base import APPLICATION, Provider, Values
from .calls import Probe, Receipt, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS, job_number
from .steps import Kept, Lookup, Step


class BambooHR(Provider):
    """Hand applications in for an opening of the customer."""

    slug = "bamboohr"
    name = "BambooHR"
    production_url = "https://{company_domain}.bamboohr.com"
    docs_url = "https://documentation.bamboohr.com/reference/add-new-candidate"
    fields = (
        ConfigField(
            name="company_domain",
            label="Company domain",
            help="The first part of your address in BambooHR: acme in acme.bamboohr.com.",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="api_key",
            label="API key",
            help="Your name (lower left) > API Keys > Add New Key, of somebody who has access to the ATS settings.",
            secret=True,
        ),
    )
    job_id_help = "The opening's number, at the end of its address on the careers page: 21 in /careers/21."
    calls_per_delivery = 2
    carries = frozenset(PARTS) - {"consent", "marketing_consent"}
    resume_types = frozenset({"pdf", "doc", "docx", "txt", "rtf", "jpg", "jpeg", "gif", "png", "tif", "tiff", "bmp"})

    def check(self, message: Message) -> None:
        """Look for the job's number before any call."""
        job_number(message)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Look whether the job is open, because what a closed one answers is not documented; then hand in."""
        return (
            Step(name="job", build=look_at_jobs, read=self.require_open, fresh=True),
            Step(name=APPLICATION, build=application, read=lambda _s, response: self.kept_of(response)),
        )

    def require_open(self, submission: Submission, response: Response) -> bool:
        """Refuse a job that is not among the open ones; a list that nobody can read stops no candidate."""
        if open_jobs(self.success(response)) is not None:
            self.require_listed(str(job_number(submission.message)), response)
        return True

    def read(self, response: Response) -> Receipt:
        """Read `candidateId`, which is the reference."""
        if reference := in_words(response.get("candidateId")):
            return Receipt(reference=reference)
        raise Uncertain("BambooHR did not say whether it took the application.")

    def judge(self, response: Response) -> Receipt:
        """Take a fault for uncertain."""
        if response.status in DOUBTFUL:
            raise Uncertain(self.explain(response), code=f"http_{response.status}")
        return super().judge(response)

    def failure(self, response: Response) -> DeliveryError:
        """Take 503 with a wait for a limit, and a refusal that is about the job for a closed one."""
        words = self.explain(response)
        if response.status == 503 and "retry-after" in response.headers:
            return RateLimited(words)
        return JobClosed(words) if response.status == 422 and CLOSED.search(words) else super().failure(response)

    def explain(self, response: Response) -> str:
        """Return what the header says: the body may be empty."""
        return in_words(response.headers.get("x-bamboohr-error-message")) or super().explain(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the opening's applications of this person."""
        return Lookup(build=ask_applications, read=self.found)

    def found(self, submission: Submission, response: Response) -> Kept:
        """Return the application that is there already."""
        listed = self.success(response).get("applications")
        if not isinstance(listed, list):
            raise Uncertain("BambooHR did not say who applied.")
        candidate = same_person(listed, submission.message.candidate.email)
        return {} if candidate is None else {APPLICATION: {"reference": candidate, "dropped": []}}

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the open jobs: the key's owner needs access to the ATS for that."""
        request = ask_jobs(credentials)
        return (
            self.account_probe(request, f"company called {settings['company_domain']}, and takes the key"),
            *(self.job_probe(request, job, partial(self.require_listed, job)) for job in job_ids),
        )

    def require_listed(self, job: str, response: Response) -> None:
        """Refuse a job that is not among the open ones."""
        if (listed := open_jobs(self.success(response))) is None:
            raise Uncertain("BambooHR did not list its jobs.")
        if job not in listed:
            raise JobClosed("The job is not among the open ones.")
