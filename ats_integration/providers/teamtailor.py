"""Teamtailor, JSON:API: a candidate, a job application, and one call for each answer.

Teamtailor takes no file: it fetches the CV from the signed link that the candidate's call names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..errors import DeliveryError, JobClosed, Unavailable, Uncertain
from ..messages import Message
from .answers import reset_in
from .base import APPLICATION, Values
from .calls import Probe, Rate, Receipt, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .json_api import JsonApiProvider, attribute
from .parts import PARTS, job_number
from .steps import Step
from .teamtailor_parts import CANDIDATE, answers, application, candidate, headers
from .teamtailor_refusals import JOB, about, is_there, may_be_there

HOMES = {"eu": "https://api.teamtailor.com", "na": "https://api.na.teamtailor.com"}


class Teamtailor(JsonApiProvider):
    """Hand applications in with the customer's own API key."""

    slug = "teamtailor"
    name = "Teamtailor"
    production_url = HOMES["eu"]
    docs_url = "https://docs.teamtailor.com"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="Settings > Integrations > API keys > New: scope Admin, rights Read and Write.",
            secret=True,
        ),
        ConfigField(
            name="region",
            label="Region",
            help="North America only if Teamtailor hosts your account there.",
            choices=(("eu", "Europe"), ("na", "North America")),
            default="eu",
        ),
    )
    job_id_help = "The number in the job's address in Teamtailor, such as 12345."
    carries = frozenset(PARTS) - {"address", "marketing_consent"}
    rate = Rate(calls=50, per=timedelta(seconds=10))
    calls_per_delivery = 3
    is_idempotent = True
    unproven = ("Teamtailor offers no call that proves that the key may write: the first application will.",)

    def home(self, settings: Values) -> str:
        """Return the host of the region."""
        return HOMES[self.given(settings)["region"]]

    def check(self, message: Message) -> None:
        """Look for the job's number before the first call, which does not need it."""
        job_number(message)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Return the candidate, the application, and the answers to Teamtailor's own questions."""
        return (
            Step(name=CANDIDATE, build=candidate, read=self.made),
            Step(name=APPLICATION, build=application, read=self.handed_in),
            *(Step(name=name, build=build, read=self.made, drops="answers") for name, build in answers(submission)),
        )

    def made(self, _submission: Submission, response: Response) -> str:
        """Return the id of what a call made."""
        return self.read(self.success(response)).reference

    def handed_in(self, submission: Submission, response: Response) -> dict[str, Any]:
        """Return what the application leaves behind; go back where Teamtailor lost the candidate meanwhile."""
        words = self.explain(response)
        if response.status == 404 and submission.kept[CANDIDATE] in words.split():
            raise JobClosed(words, redo=CANDIDATE)
        if submission.may_be_done(APPLICATION) and may_be_there(response):
            return {"reference": "", "dropped": []}
        return self.kept_of(response)

    def judge(self, response: Response) -> Receipt:
        """Take "already" for success: there is one application for a candidate and a job, and it is there."""
        return Receipt() if is_there(response) else super().judge(response)

    def failure(self, response: Response) -> DeliveryError:
        """Tell a CV that could not be fetched from us, and a job that takes nobody, from other refusals."""
        if (subjects := about(response)) == {"resume"}:
            return Unavailable(self.explain(response), code="resume_not_fetched")
        return JobClosed(self.explain(response)) if subjects & JOB else super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Return the seconds left in Teamtailor's own header, where it says "too many"."""
        left = reset_in(response, "x-rate-limit-reset") if response.status == 429 else None
        return super().wait(response) if left is None else left

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the company, and for each job whether it is open."""
        asking = headers(credentials)
        return (
            self.account_probe(get(path("v1", "company"), headers=asking), "company with this API key"),
            *(self.job_probe(get(path("v1", "jobs", job), headers=asking), job, self.require_open) for job in job_ids),
        )

    def require_open(self, response: Response) -> None:
        """Refuse a job that is archived, scheduled or a draft."""
        if not (status := in_words(attribute(self.success(response), "status"))):
            raise Uncertain("Whether it is open could not be read.")
        if status not in ("published", "unlisted"):
            raise JobClosed(f"The job is {status}.")
