"""Homerun, public API v2: the application, then the cover letter as a note, then the CV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from ..errors import DeliveryError, JobClosed, Rejected, Uncertain
from ..messages import Message
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .homerun_parts import application, applications, arrived, complained, file, headers, note
from .json_api import data_of, id_of
from .parts import PARTS
from .steps import Kept, Lookup, Step


class Homerun(Provider):
    """Hand applications in with the customer's own API key."""

    slug = "homerun"
    name = "Homerun"
    production_url = "https://api.homerun.co/v2"
    docs_url = "https://developers.homerun.co"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="app.homerun.co/settings/integrations > generate key. Tick job-applications:write and :read, "
            "job-application-files:write, job-application-notes:write, vacancies:read: none can be added later.",
            secret=True,
        ),
    )
    job_id_help = "The vacancy's id, like job_jfGhv8FnurJalJTmp8I1. Homerun does not show it: test the connection."
    carries = frozenset(PARTS) - {"consent", "marketing_consent"}
    rate = Rate(calls=60, per=timedelta(minutes=1))
    calls_per_delivery = 3
    resume_limit = 25 * 2**20
    beta = (
        "Homerun does not document which kinds of CV it takes, nor what it answers for a closed vacancy "
        "or for somebody who applied before."
    )
    doubtful = frozenset({500, 502, 504})
    doubt_stays = "where the key may not read applications"
    unproven = (
        "Homerun offers no call that proves that the key may write: the first application will.",
        "Whether the key may read applications is not asked: without job-applications:read, a lost answer may "
        "lead to a second application.",
    )

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Return the application, the cover letter, and the CV: a refusal of one keeps nothing else out."""
        return (
            Step(name=APPLICATION, build=application, read=lambda _s, response: self.kept_of(response)),
            Step(name="note", build=note, read=partial(self.added, refused=(403, 404)), drops="cover_letter"),
            Step(name="file", build=file, read=self.added, drops="resume"),
        )

    def read(self, response: Response) -> Receipt:
        """Return the application's id."""
        if not (found := id_of(response)):
            raise Uncertain("Homerun did not say whether it took the application.")
        return Receipt(reference=found)

    def added(self, _submission: Submission, response: Response, refused: Sequence[int] = (404,)) -> int:
        """Read what follows on the application; `refused` are the statuses that are about this call alone."""
        if response.status in refused:
            raise Rejected(self.explain(response), status=response.status)
        return self.success(response).status

    def failure(self, response: Response) -> DeliveryError:
        """Read a complaint about the vacancy as a closed one; Homerun does not document what it says then."""
        if response.status == 400 and "vacancy_id" in complained(response):
            return JobClosed(self.explain(response), status=response.status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return Homerun's message, and what is wrong with each parameter."""
        said = (in_words(response.get("message")), in_words(response.get("details")))
        return ": ".join(filter(None, said)) or super().explain(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask whether the vacancy has an application of this person."""
        return Lookup(build=applications, read=self.find)

    def find(self, submission: Submission, response: Response) -> Kept | None:
        """Return the application; None where the key may not ask, or the list goes on."""
        return None if response.status in (400, 403, 404) else arrived(submission, self.success(response))

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask whether the key is good, and for each vacancy whether it is open."""
        asking = headers(credentials)
        pong = Probe(
            request=get(path("ping"), headers=asking),
            proves="Homerun accepts the API key.",
            denies="Homerun has no API at this address.",
        )
        jobs = (self.job_probe(get(path("vacancies", job), headers=asking), job, self.require_open) for job in job_ids)
        return (pong, *jobs)

    def require_open(self, response: Response) -> None:
        """Refuse a vacancy that is closed or a draft."""
        if not (status := in_words(data_of(self.success(response)).get("status"))):
            raise Uncertain("Whether it is open could not be read.")
        if status not in ("public", "private"):
            raise JobClosed(f"The vacancy is {status}.")

    def carried(self, message: Message) -> frozenset[str]:
        """Leave out an address that is more than city and country."""
        lives = message.candidate.address
        return self.carries - {"address"} if lives.street or lives.postal_code else self.carries
