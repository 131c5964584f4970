"""Breezy HR, API v3: one JSON POST makes the candidate, a second call attaches the CV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ..errors import DeliveryError, JobClosed, Unauthorized, Uncertain
from .answers import reset_in, retry_after
from .base import APPLICATION, Provider, Values
from .breezy_parts import candidate, error_type, id_of
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import objects
from .parts import PARTS, job_id
from .steps import Kept, Lookup, Step

#: The reference where Breezy waits for the person to complete the application: it gives no id then.
PENDING = "waits for the candidate"
WINDOW = timedelta(seconds=60)


class Breezy(Provider):
    """Hand applications in as people who applied themselves."""

    slug = "breezy"
    name = "Breezy HR"
    production_url = "https://api.breezy.hr"
    docs_url = "https://developer.breezy.hr/reference/company-position-candidates-add"
    fields = (
        ConfigField(
            name="company_id",
            label="Company id",
            help="The _id of your company, 12 to 14 characters, not its name: GET /v3/companies with the token tells.",
            pattern=r"[0-9a-fA-F]{12,14}",
        ),
        ConfigField(
            name="api_token",
            label="API token",
            help="My Settings > API Keys; it begins with breezy_pat_. Your plan must include the developer API.",
            secret=True,
        ),
    )
    job_id_help = "The position's id: 12 to 14 letters and digits in its address in the app, like 9f8e7d6c5b4a."
    carries = frozenset(PARTS)
    rate = Rate(calls=100, per=WINDOW)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Make the candidate, then attach the CV; a repeated CV replaces the first one."""
        upload = Step(name="resume", build=self.attach, read=lambda _s, r: self.success(r).status, drops="resume")
        return (*super().steps(submission), upload)

    def build(self, submission: Submission) -> Request:
        """Return the POST; without `origin` applied, Breezy would take the person for one a recruiter found."""
        message, headers = submission.message, token(submission.credentials)
        address = position(submission.settings, job_id(message)) + "/candidates"
        return Request(method="POST", path=address, headers=headers, json=candidate(message))

    def success(self, response: Response) -> Response:
        """Let a duplicate pass: the person is on this position already."""
        return response if error_type(response) == "addCandidateByResumeDuplicate" else super().success(response)

    def read(self, response: Response) -> Receipt:
        """Read `_id`; a partial candidate is one whom Breezy asked for what the position's form requires."""
        if response.status == 202 and error_type(response) == "partialCandidateCreated":
            return Receipt(reference=PENDING)
        if error_type(response) == "addCandidateByResumeDuplicate":
            return Receipt()
        if response.status != 202 and (reference := in_words(response.get("_id"))):
            return Receipt(reference=reference)
        raise Uncertain("Breezy did not say whether it took the application.")

    def attach(self, submission: Submission) -> Request | None:
        """Return the upload of the CV; none where Breezy gave no candidate to attach it to."""
        known, headers = submission.kept[APPLICATION]["reference"], token(submission.credentials)
        if submission.resume is None or known in ("", PENDING):
            return None
        address = position(submission.settings, job_id(submission.message)) + path("candidate", known, "resume")
        return Request(method="POST", path=address, headers=headers, form=(("file", submission.resume),))

    def receipt(self, submission: Submission) -> Receipt:
        """Name the CV where no call could carry it."""
        made = super().receipt(submission)
        is_lost = submission.resume is not None and not submission.kept["resume"]
        return replace(made, dropped=("resume",)) if is_lost else made

    def failure(self, response: Response) -> DeliveryError:
        """Decide on `error.type`: bad credentials come as 400; a fault may have stored the candidate."""
        words = self.explain(response)
        if error_type(response) in ("missingAccessToken", "invalidAccessToken"):
            return Unauthorized(words, status=response.status)
        if error_type(response) == "addCandidateError" and response.status >= 500:
            return Uncertain(words, status=response.status, code=f"http_{response.status}")
        return super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Wait at most until the next window after a 429: the unit of X-RateLimit-Reset is not documented."""
        if response.status != 429:
            return retry_after(response)
        return min(retry_after(response) or reset_in(response, "x-ratelimit-reset") or WINDOW, WINDOW)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the person by email at this position; the answer is up to date at once."""
        return Lookup(build=self.search, read=self.found)

    def search(self, submission: Submission) -> Request:
        """Return the question who has this email address."""
        address, email = path("v3", "company", submission.settings["company_id"]), submission.message.candidate.email
        return get(address + "/candidates/search", headers=token(submission.credentials), email_address=email)

    def found(self, submission: Submission, response: Response) -> Kept:
        """Return the candidate who is on this position already."""
        listed = self.success(response).json()
        if not isinstance(listed, list):
            raise Uncertain("Breezy did not say who applied.")
        same = [person for person in objects(listed) if id_of(person.get("position")) == job_id(submission.message)]
        return {APPLICATION: {"reference": id_of(same[0]), "dropped": []}} if same else {}

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the token's companies, and for the state of each position."""
        headers, company = token(credentials), settings["company_id"]
        account = self.account_probe(get("/v3/companies", headers=headers), f"company with the id {company}")
        asked = (self.job_probe(get(position(settings, job), headers=headers), job) for job in job_ids)
        return (
            replace(account, read=partial(self.require_company, company)),
            *(replace(probe, read=self.require_published) for probe in asked),
        )

    def require_company(self, company: str, response: Response) -> None:
        """Refuse a token that does not open the company."""
        if company not in map(id_of, objects(self.success(response).json())):
            raise JobClosed("The token opens other companies.")

    def require_published(self, response: Response) -> None:
        """Refuse a position that takes no applications."""
        if self.success(response).get("state") != "published":
            raise JobClosed("The position is not published.")


def token(credentials: Values) -> dict[str, str]:
    """Return the headers of every call: the token stands there without any scheme."""
    return {"Accept": "application/json", "Authorization": credentials["api_token"]}


def position(settings: Values, job: str) -> str:
    """Return the path of a position."""
    return path("v3", "company", settings["company_id"], "position", job)
