"""JazzHR, API v1: one JSON POST with the CV inside, then one for the consent and one for the questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ..errors import Uncertain
from .base import APPLICATION, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .jazzhr_answers import Answers, dated
from .jazzhr_calls import ask, fill_in, look, make, note
from .jazzhr_lookup import Search
from .jazzhr_parts import questionnaires
from .parts import PARTS, consented, present
from .steps import Lookup, Step


class JazzHR(Answers):
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
    calls_per_delivery = 4
    doubtful = frozenset({500, 502, 504})
    #: A new applicant cannot be added to at once.
    settling = timedelta(seconds=2)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """See that the job is open, make the applicant, note the consent where there is any, fill in questionnaires."""
        message = submission.message
        follow_ups = [self.addition("consent", note, "consent")] if consented(message.application.consent) else []
        asked = questionnaires(message)
        follow_ups += [self.addition(f"questionnaire {form}", partial(fill_in, form), "answers") for form in asked]
        return (
            Step(name="job", build=look, read=lambda _s, r: self.require_open(r), fresh=True),
            Step(name=APPLICATION, build=make, read=lambda s, r: dated(s, self.kept_of(r))),
            *(replace(step, pause=self.settling) for step in follow_ups[:1]),
            *follow_ups[1:],
        )

    def addition(self, name: str, build: Callable[[Submission], Request], part: str) -> Step:
        """Return a step that adds a part to the applicant."""
        return Step(name=name, build=build, read=self.added, drops=part)

    def read(self, response: Response) -> Receipt:
        """Read `prospect_id`: a 200 without it is no success."""
        if reference := in_words(response.get("prospect_id")):
            return Receipt(reference=reference)
        raise Uncertain(self.explain(response) or "JazzHR did not say whether it took the application.")

    def receipt(self, submission: Submission) -> Receipt:
        """Name both kinds of consent where the note was refused."""
        lost = ("consent", "marketing_consent") if submission.kept.get("consent", "") is None else ()
        return replace(super().receipt(submission), dropped=tuple(x for x in lost if x in present(submission.message)))

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the job's applicants of this name, and for their email addresses."""
        return Search(self.success).page()

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the users, which needs the key, and for the state of each job."""
        users = self.account_probe(ask(credentials, "users"), "account for this key")
        asked = ((ask(credentials, "jobs", job), job) for job in job_ids)
        return users, *(self.job_probe(request, job, self.require_open) for request, job in asked)
