"""Bullhorn ATS, REST API: candidate, CV and submission, each one looked for before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..errors import DeliveryError, JobClosed, Rejected
from ..messages import Message
from .answers import retry_after
from .base import APPLICATION
from .bullhorn_calls import ask_job, attach, look_at_job, make, person_of, query, rest, search, submit
from .bullhorn_login import LOGIN_FIELDS, WithLogin
from .bullhorn_parts import entity, file_id, first_id, made_id
from .calls import Probe, Receipt, Response, Submission
from .config_fields import ConfigField
from .parts import PARTS, job_number
from .steps import Kept, Lookup, Step


class Bullhorn(WithLogin):
    """Hand applications in as web responses of candidates, in a session of an API user."""

    slug = "bullhorn"
    name = "Bullhorn"
    production_url = "https://rest.bullhornstaffing.com"
    docs_url = "https://bullhorn.github.io/rest-api-docs/"
    fields = (
        *LOGIN_FIELDS,
        ConfigField(
            name="source",
            label="Source",
            help="What your list of sources calls this job board; empty = Jobbird.",
            required=False,
            pattern=r".{1,100}",
        ),
    )
    job_id_help = "The job's number, shown in the header of its record."
    calls_per_delivery = 6
    carries = frozenset(PARTS)
    is_idempotent = True  # Bullhorn prevents no duplicate, so our steps look first
    #: How long the search may not know a new candidate.
    lag = timedelta(seconds=3)

    def check(self, message: Message) -> None:
        """Refuse a vacancy without the number of a job before anybody logs in."""
        job_number(message)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Look for the job, find or make the candidate, attach the CV, find or make the submission."""
        is_repeated = submission.is_doubtful or submission.message.try_count
        lag = self.lag if is_repeated else timedelta(0)
        return (
            Step(name="job", build=look_at_job, read=lambda _s, r: self.require_open(r), fresh=True),
            Step(name="known", build=search, read=self.found, fresh=True, pause=lag),
            Step(name="candidate", build=make, read=lambda _s, r: made_id(self.success(r)), fresh=True),
            Step(name="resume", build=attach, read=lambda _s, r: file_id(self.success(r)), drops="resume"),
            Step(name="earlier", build=query, read=lambda _s, r: first_id(self.success(r)), fresh=True),
            Step(name=APPLICATION, build=submit, read=lambda _s, r: self.kept_of(r)),
        )

    def lookup(self, submission: Submission) -> Lookup | None:
        """Ask for the submission of a candidate whom an earlier try knew; without one there is none."""
        return Lookup(build=query, read=self.earlier) if person_of(submission) else None

    def earlier(self, _submission: Submission, response: Response) -> Kept:
        """Return the submission that is there already, whatever became of the job since."""
        found = first_id(self.success(response))
        return {"earlier": found} if found else {}

    def require_open(self, response: Response) -> bool:
        """Refuse a job that is gone or closed: whether Bullhorn would is not documented."""
        if response.status in (404, 410):
            raise JobClosed(self.explain(response), status=response.status)
        job = entity(self.success(response))
        if job.get("isDeleted") is True or job.get("isOpen") is False:
            raise JobClosed("The job is closed or deleted.")
        return True

    def found(self, submission: Submission, response: Response) -> int | None:
        """Return the candidate who has the address; the search also finds similar ones."""
        return first_id(self.success(response), email=submission.message.candidate.email)

    def read(self, response: Response) -> Receipt:
        """Read the submission's id."""
        return Receipt(reference=str(made_id(response)))

    def receipt(self, submission: Submission) -> Receipt:
        """Return the submission that was there, or the one we made."""
        if earlier := submission.kept.get("earlier"):
            return Receipt(reference=str(earlier))
        return super().receipt(submission)

    def failure(self, response: Response) -> DeliveryError:
        """Take "not found" for a refusal: only the step that asks for the job knows a closed one."""
        if response.status in (404, 410):
            return Rejected(self.explain(response), status=response.status)
        return super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Wait one second after a 429, as documented."""
        return retry_after(response) or (timedelta(seconds=1) if response.status == 429 else None)

    def probes(self, submission: Submission, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask whether the session lives, and for each job."""
        session = self.account_probe(rest(submission, "GET", "ping"), f"user called {submission.settings['username']}")
        asked = (self.job_probe(ask_job(submission, job), job) for job in job_ids)
        return (session, *(replace(probe, read=self.require_open) for probe in asked))
