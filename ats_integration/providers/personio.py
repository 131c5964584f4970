"""Personio Recruiting API v1: the CV as a document, then the application that names it. No id comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from ..errors import DeliveryError, Uncertain
from ..messages import Message
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Response, Submission
from .config_fields import ConfigField
from .parts import PARTS, job_number
from .personio_careers import feed_of, require_listed, require_page
from .personio_parts import DOCUMENT, FILE_TYPES, application, document, nothing, uploaded
from .personio_reasons import EMPTY, THERE, WAIT, meaning, reasons
from .steps import Step


class Personio(Provider):
    """Hand applications in with the customer's recruiting token."""

    slug = "personio"
    name = "Personio"
    production_url = "https://api.personio.de"
    docs_url = "https://developer.personio.de/reference/post_v1-recruiting-applications"
    fields = (
        ConfigField(
            name="company_id",
            label="Company ID",
            help="Settings > Integrations > API credentials, beside the recruiting token.",
            pattern=r"[0-9]{1,18}",
        ),
        ConfigField(
            name="access_token",
            label="Recruiting API access token",
            help="Settings > Integrations > API credentials. Not the client ID and secret: those are for staff data.",
            secret=True,
        ),
        ConfigField(
            name="company_host",
            label="Careers page name",
            help="acme in acme.jobs.personio.de; only used to look whether your jobs are open there.",
            required=False,
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="recruiting_channel_id",
            label="Recruiting channel ID",
            help="Settings > Recruiting > Channels: the number of the channel that stands for this job board.",
            required=False,
            pattern=r"[0-9]{1,18}",
        ),
    )
    job_id_help = "The position's number: the last part of its address on the careers page, /job/834521."
    carries = frozenset(PARTS) - {"address", "consent", "marketing_consent"}
    rate = Rate(calls=2000, per=timedelta(minutes=1), scope="sender")
    calls_per_delivery = 2
    is_idempotent = True
    resume_limit = 20 * 2**20
    resume_types = FILE_TYPES
    unproven = ("Jobs are looked up on your careers page: without its name nobody knows whether they are open.",)

    def check(self, message: Message) -> None:
        """Look for the position's number before the CV is uploaded."""
        job_number(message)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Return the upload and the application."""
        return (
            Step(name=DOCUMENT, build=document, read=lambda _s, response: uploaded(self.success(response))),
            Step(name=APPLICATION, build=application, read=lambda _s, response: self.kept_of(response)),
        )

    def judge(self, response: Response) -> Receipt:
        """Take "already exists" for success: the same person has applied for the same position."""
        return Receipt() if THERE in reasons(response) else super().judge(response)

    def read(self, response: Response) -> Receipt:
        """Accept 201 only; its body is not documented, and nothing in it is an id."""
        if response.status != 201:
            raise Uncertain("Personio did not say whether it took the application.")
        return Receipt()

    def failure(self, response: Response) -> DeliveryError:
        """Read the reasons that mean more than their status."""
        return meaning(response, self.explain(response)) or super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Wait a minute where Personio says "too many"."""
        return super().wait(response) or (WAIT if response.status == 429 else None)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Hand in nothing at all, which only a known company may try; look the jobs up on the careers page."""
        proves, denies = "Personio accepts the company ID and the token.", "Personio has no recruiting API there."
        asked = nothing(settings, credentials)
        accepts = Probe(request=asked, proves=proves, denies=denies, read=self.require_complaint)
        host = self.given(settings).get("company_host")
        return (accepts, *(self.job_probe(feed_of(host), job, partial(self.find, job)) for job in job_ids if host))

    def require_complaint(self, response: Response) -> None:
        """Accept the one answer that proves the credentials: that an application lacks everything."""
        if response.status != 400 or EMPTY not in reasons(response):
            self.success(response)
            raise Uncertain("Personio took an empty application.")

    def find(self, job: str, response: Response) -> None:
        """Look for a position in the feed of the careers page."""
        require_page(response)
        require_listed(job, self.success(response).text)
