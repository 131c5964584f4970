"""Pinpoint, JSON:API: one POST carries person, CV and answers."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import DeliveryError, JobClosed, Uncertain
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .job_forms import JobForm
from .json_api import attribute, details, id_of
from .parts import PARTS, job_id
from .pinpoint_answers import form_in, shows_questions
from .pinpoint_parts import APPLICATIONS, application, applications, arrived, headers, is_about_job
from .steps import Kept, Lookup

JOBS = path("api", "v1", "jobs")


class Pinpoint(Provider):
    """Hand applications in with the customer's own API key."""

    slug = "pinpoint"
    name = "Pinpoint"
    production_url = "https://{subdomain}.pinpointhq.com"
    docs_url = "https://developers.pinpointhq.com/docs/introduction"
    fields = (
        ConfigField(
            name="subdomain",
            label="Subdomain",
            help="The first part of your Pinpoint's address, https://….pinpointhq.com; for example acme.",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="api_key",
            label="API key",
            help="Settings > API & Webhooks: switch the Pinpoint API on; in the tab API Keys, make one that may read "
            "jobs, and read, write and delete applications.",
            secret=True,
        ),
    )
    job_id_help = "The number in the job's address in Pinpoint, such as 12345."
    carries = frozenset(PARTS) - {"consent", "marketing_consent", "source"}
    doubtful = frozenset({500, 502, 504})
    reads_form = True
    form_is_optional = True
    beta = (
        "Pinpoint does not document its limits, how large a CV may be, nor what it answers for a closed job or for "
        "somebody who applied before."
    )
    doubt_stays = "where the key may not read applications, or their addresses are hidden"
    unproven = ("Pinpoint offers no call that proves that the key may write: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST."""
        asking = headers(submission.credentials)
        return Request(method="POST", path=APPLICATIONS, headers=asking, json=application(submission))

    def read(self, response: Response) -> Receipt:
        """Return the application's id."""
        if not (found := id_of(response)):
            raise Uncertain("Pinpoint did not say whether it took the application.")
        return Receipt(reference=found)

    def failure(self, response: Response) -> DeliveryError:
        """Tell a refused job from refused data."""
        if response.status == 422 and is_about_job(response):
            return JobClosed(self.explain(response), status=response.status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return the details of all errors."""
        return details(response) or super().explain(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask who applied for the job."""
        return Lookup(build=applications, read=self.find)

    def find(self, submission: Submission, response: Response) -> Kept | None:
        """Return the application; None where the key may not ask, or the list does not tell."""
        return None if response.status in (400, 403, 404) else arrived(submission, self.success(response))

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job with its questions."""
        address = JOBS + path(job_id(submission.message))
        return get(address, headers=headers(submission.credentials), include="questions")

    def read_form(self, response: Response) -> JobForm:
        """Return the job's questions."""
        return form_in(response)

    def form_of(self, response: Response) -> JobForm | None:
        """Go without the questions where Pinpoint does not show them."""
        form = None if response.status == 400 else super().form_of(response)
        return form if shows_questions(response) else None

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the jobs, and for each one of them."""
        asking, known_as = headers(credentials), f"customer called {settings['subdomain']}"
        return (
            self.account_probe(get(JOBS, headers=asking), known_as),
            *(self.job_probe(get(JOBS + path(job), headers=asking), job, self.require_open) for job in job_ids),
        )

    def require_open(self, response: Response) -> None:
        """Refuse a job that says that it is not open."""
        if not id_of(self.success(response)):
            raise Uncertain("Whether it is open could not be read.")
        if (state := attribute(response, "status")) not in (None, "open"):
            raise JobClosed(f"The job is {state}.")
