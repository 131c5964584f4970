"""JazzHR, API v1: one JSON POST with the CV inside, then one for the questionnaire and one for the consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..errors import DeliveryError, JobClosed, Unauthorized, Unavailable, Uncertain
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .jazzhr_parts import NO_NAME, answer_values, applicant, is_namesake, questionnaires, records
from .parts import PARTS, consented, job_id, present
from .steps import Kept, Lookup, Step

KEY_WORDS = ("api key", "apikey", "api_key")


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
    #: A new applicant cannot be added to at once.
    settling = timedelta(seconds=2)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Make the applicant, then fill in the questionnaire and note the consent where there is any."""
        message, told = submission.message, super().steps(submission)
        forms = (self.questionnaire(name) for name in questionnaires(message))
        note = Step(name="consent", build=self.note, read=self.added, drops="consent")
        follow_ups = (*forms, *((note,) if consented(message.application.consent) else ()))
        return (*told, *(replace(step, pause=self.settling) for step in follow_ups[:1]), *follow_ups[1:])

    def build(self, submission: Submission) -> Request:
        """Return the POST; the key goes into the body."""
        return self.post("applicants", submission, applicant(submission))

    def post(self, name: str, submission: Submission, body: Values) -> Request:
        """Return a POST with the key."""
        return Request(method="POST", path=path("v1", name), json={"apikey": submission.credentials["api_key"], **body})

    def read(self, response: Response) -> Receipt:
        """Read `prospect_id`: a 200 without it is no success."""
        if reference := in_words(response.get("prospect_id")):
            return Receipt(reference=reference)
        raise Uncertain(self.explain(response) or "JazzHR did not say whether it took the application.")

    def questionnaire(self, name: str) -> Step:
        """Return the step that fills a questionnaire in."""

        def build(submission: Submission) -> Request:
            ids = {"applicant_id": made(submission), "job_id": job_id(submission.message)}
            body = {**ids, "questionnaire_id": name, **answer_values(submission.message, name)}
            return self.post("questionnaire_answers", submission, body)

        return Step(name=f"questionnaire {name}", build=build, read=self.added, drops="answers")

    def note(self, submission: Submission) -> Request:
        """Return the note that says what the candidate agreed to."""
        words = consented(submission.message.application.consent)
        body = {"user_id": "usr_anonymous", "security": 1, "contents": words}
        return self.post("notes", submission, {"applicant_id": made(submission), **body})

    def added(self, submission: Submission, response: Response) -> int:
        """Accept a success; "not found" means that the new applicant cannot be added to yet."""
        if response.status == 404:
            raise Unavailable(self.explain(response), status=404, code="record_not_ready")
        return self.success(response).status

    def receipt(self, submission: Submission) -> Receipt:
        """Name both kinds of consent where the note was refused."""
        lost = ("consent", "marketing_consent") if submission.kept.get("consent", "") is None else ()
        return replace(super().receipt(submission), dropped=tuple(x for x in lost if x in present(submission.message)))

    def failure(self, response: Response) -> DeliveryError:
        """Take words about the key for a refused key, whichever status comes with them."""
        words = self.explain(response)
        if response.status == 400 and any(word in words.lower() for word in KEY_WORDS):
            return Unauthorized(words, status=400)
        return super().failure(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for applicants with this last name; their email addresses take one more question each."""
        name = submission.message.candidate.last_name.strip() or NO_NAME
        return Lookup(build=lambda s: self.ask(s, "applicants", "name", name), read=self.namesakes)

    def ask(self, submission: Submission, *steps: str) -> Request:
        """Return a GET with the key."""
        return get(path("v1", *steps), apikey=submission.credentials["api_key"])

    def namesakes(self, submission: Submission, response: Response) -> Kept | Lookup | None:
        """Go through the people of that name; None where JazzHR does not tell."""
        found = None if response.status == 404 else records(self.success(response))
        if found is None:
            return None
        return self.next_of([in_words(one.get("id")) for one in found if is_namesake(one, submission.message)])

    def next_of(self, people: Sequence[str]) -> Kept | Lookup:
        """Return the question for the first one's email address; nothing arrived where nobody is left."""
        if not people:
            return {}
        first, *others = people

        def read(submission: Submission, response: Response) -> Kept | Lookup:
            email = in_words(self.success(response).get("email")).casefold()
            is_same = email == submission.message.candidate.email.casefold()
            return {APPLICATION: {"reference": first, "dropped": []}} if is_same else self.next_of(others)

        return Lookup(build=lambda s: self.ask(s, "applicants", first), read=read)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the users, which needs the key, and for the state of each job."""
        users, key = path("v1", "users"), credentials["api_key"]
        asked = (self.job_probe(get(path("v1", "jobs", job), apikey=key), job) for job in job_ids)
        return (
            self.account_probe(get(users, apikey=key), "account for this key"),
            *(replace(probe, read=self.require_open) for probe in asked),
        )

    def require_open(self, response: Response) -> None:
        """Refuse a job that takes no applications; an unknown one may come as an empty answer."""
        if in_words(self.success(response).get("status")).lower() != "open":
            raise JobClosed("The job is not open.")


def made(submission: Submission) -> str:
    """Return the id of the applicant that the first step made."""
    return str(submission.kept[APPLICATION]["reference"])
