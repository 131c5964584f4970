"""Breezy HR, API v3: one JSON POST makes the candidate, a second call attaches the CV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ..errors import DeliveryError, Unauthorized, Uncertain
from . import breezy_calls
from .answers import reset_at, reset_in, retry_after
from .base import APPLICATION, Provider, Values
from .breezy_parts import PENDING, error_type, id_of, on_position, require_company, require_open
from .calls import Probe, Rate, Receipt, Response, Submission, get
from .config_fields import ConfigField
from .parts import PARTS, job_id
from .steps import Kept, Lookup, Step

WINDOW, RESET = timedelta(seconds=60), "x-ratelimit-reset"


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
    calls_per_delivery = 3
    doubtful = frozenset({500, 502, 504})

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """See that the position is open, make the candidate, attach the CV; a repeated CV replaces the first one."""
        return (
            Step(name="job", build=breezy_calls.look, read=lambda _s, r: require_open(self.success(r)), fresh=True),
            Step(name=APPLICATION, build=breezy_calls.make, read=lambda _s, r: self.kept_of(r)),
            Step(name="resume", build=breezy_calls.attach, read=lambda _s, r: self.success(r).status, drops="resume"),
        )

    def judge(self, response: Response) -> Receipt:
        """Let a duplicate pass: the person is on this position already."""
        if response.status == 409 and error_type(response) == "addCandidateByResumeDuplicate":
            return Receipt()
        return super().judge(response)

    def read(self, response: Response) -> Receipt:
        """Read `_id`; a partial candidate is one whom Breezy asked for what the position's form requires."""
        if response.status == 202 and error_type(response) == "partialCandidateCreated":
            return Receipt(reference=PENDING)
        if response.status != 202 and (reference := id_of(response.json())):
            return Receipt(reference=reference)
        raise Uncertain("Breezy did not say whether it took the application.")

    def receipt(self, submission: Submission) -> Receipt:
        """Name the CV where no call could carry it."""
        made = super().receipt(submission)
        is_lost = submission.resume is not None and not submission.kept["resume"]
        return replace(made, dropped=("resume",)) if is_lost else made

    def failure(self, response: Response) -> DeliveryError:
        """Decide on `error.type`: bad credentials come as 400."""
        if error_type(response) in ("missingAccessToken", "invalidAccessToken"):
            return Unauthorized(self.explain(response), status=response.status)
        return super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Wait for the next window at most after a 429: X-RateLimit-Reset may be seconds or a moment, nobody says."""
        if response.status != 429:
            return super().wait(response)
        reset = reset_in(response, RESET) or reset_at(response, RESET)
        return min(retry_after(response) or reset or WINDOW, WINDOW)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the person by email at this position; the answer is up to date at once."""
        return Lookup(build=breezy_calls.search, read=self.found)

    def found(self, submission: Submission, response: Response) -> Kept | None:
        """Return the candidate who is on this position already; None where Breezy does not tell."""
        return None if response.status == 404 else on_position(job_id(submission.message), self.success(response))

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the token's companies, and for the state of each position."""
        headers, company = breezy_calls.token(credentials), settings["company_id"]
        account = self.account_probe(get("/v3/companies", headers=headers), f"company with the id {company}")
        asked = ((get(breezy_calls.position(settings, job), headers=headers), job) for job in job_ids)
        return (
            replace(account, read=lambda response: require_company(company, self.success(response))),
            *(self.job_probe(request, job, lambda r: require_open(self.success(r))) for request, job in asked),
        )
