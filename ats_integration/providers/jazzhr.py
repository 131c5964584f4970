"""JazzHR, API v1: one JSON POST with the CV inside, then one for the questionnaire and one for the consent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ..errors import DeliveryError, Rejected, Unauthorized, Unavailable, Uncertain
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .jazzhr_calls import ask, fill_in, look, make, note
from .jazzhr_lookup import Search
from .jazzhr_parts import questionnaires, require_open
from .parts import PARTS, consented, present
from .steps import Lookup, Step

ABOUT_KEY = re.compile(r"api[ _]?key", re.IGNORECASE)
NOT_READY = re.compile(r"(applicant|prospect).*not found", re.IGNORECASE)


class JazzHR(Provider):
    """Hand applications in as new applicants of a job."""

    slug = "jazzhr"
    name = "JazzHR"
    production_url = "https://api.resumatorapi.com"
    docs_url = "https://www.resumatorapi.com/v1/"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="Settings > Integrations, first section; Super Admins, Recruiting Admins and Developers see it. "
            "A new key ends the old one at once.",
            secret=True,
        ),
    )
    job_id_help = "The job's id in the API, like job_20261101090000_ABC; not the board code in its public address."
    beta = (
        "JazzHR does not publish its reference. That website and address are kept, how a closed job answers, and "
        "which kinds of file are read as a CV, is known from other programs only; the CV's file name cannot be sent."
    )
    carries = frozenset(PARTS)
    #: What careful programs keep to; JazzHR publishes no figure.
    rate = Rate(calls=80, per=timedelta(minutes=1))
    calls_per_delivery = 3
    doubtful = frozenset({500, 502, 504})
    #: A new applicant cannot be added to at once.
    settling = timedelta(seconds=2)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """See that the job is open, make the applicant, fill in questionnaires, note the consent where there is any."""
        asked = questionnaires(submission.message)
        follow_ups = [self.addition(f"questionnaire {form}", partial(fill_in, form), "answers") for form in asked]
        if consented(submission.message.application.consent):
            follow_ups.append(self.addition("consent", note, "consent"))
        return (
            Step(name="job", build=look, read=lambda _s, r: require_open(self.success(r)), fresh=True),
            Step(name=APPLICATION, build=make, read=lambda _s, r: self.kept_of(r)),
            *(replace(step, pause=self.settling) for step in follow_ups[:1]),
            *follow_ups[1:],
        )

    def addition(self, name: str, build: Callable[[Submission], Request], part: str) -> Step:
        """Return a step that adds a part to the applicant."""
        return Step(name=name, build=build, read=lambda _s, r: self.added(r), drops=part)

    def read(self, response: Response) -> Receipt:
        """Read `prospect_id`: a 200 without it is no success."""
        if reference := in_words(response.get("prospect_id")):
            return Receipt(reference=reference)
        raise Uncertain(self.explain(response) or "JazzHR did not say whether it took the application.")

    def added(self, response: Response) -> int:
        """Accept a success without an error; "not found" means that the new applicant cannot be added to yet."""
        error = in_words(response.get("error"))
        if response.status == 404 or NOT_READY.search(error):
            raise Unavailable(error, status=response.status, code="record_not_ready")
        if error and response.status < 300:
            raise Rejected(error, status=response.status)
        return self.success(response).status

    def receipt(self, submission: Submission) -> Receipt:
        """Name both kinds of consent where the note was refused."""
        lost = ("consent", "marketing_consent") if submission.kept.get("consent", "") is None else ()
        return replace(super().receipt(submission), dropped=tuple(x for x in lost if x in present(submission.message)))

    def failure(self, response: Response) -> DeliveryError:
        """Take words about the key for a refused key, whichever status comes with them."""
        words = self.explain(response)
        if response.status in range(400, 429) and ABOUT_KEY.search(words):
            return Unauthorized(words, status=response.status)
        return super().failure(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the job's applicants of this name, and for their email addresses."""
        return Search(self.success).page()

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the users, which needs the key, and for the state of each job."""
        users = self.account_probe(ask(credentials, "users"), "account for this key")
        asked = ((ask(credentials, "jobs", job), job) for job in job_ids)
        return (
            users,
            *(self.job_probe(request, job, lambda r: require_open(self.success(r))) for request, job in asked),
        )
