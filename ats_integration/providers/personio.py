"""Personio Recruiting API v1: the CV as a document, then the application that names it. No id comes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from ..errors import DeliveryError, JobClosed, Rejected, Uncertain
from ..messages import Message
from .base import APPLICATION, Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS, job_number
from .personio_parts import APPLICATIONS, DOCUMENT, FILE_TYPES, application, document, headers, reasons
from .steps import Step

#: Reasons that mean more than "refused".
THERE = "errors.applicant-already-exists"
UNKNOWN_FILE = "errors.file-validation.file-not-exists"
EMPTY = "errors.attribute-validation.required-attribute"
CLOSED = "errors.job-position.not-published"
TOO_BIG = "errors.file-too-big"
WRONG_TYPE = "errors.invalid-file-type"

POSITION = re.compile(r"<position>\s*<id>\s*([0-9]+)\s*</id>")
WAIT = timedelta(seconds=60)  # Personio counts by the minute and does not say how long to wait


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
            Step(name=DOCUMENT, build=document, read=self.uploaded),
            Step(name=APPLICATION, build=application, read=lambda _s, response: self.kept_of(response)),
        )

    def uploaded(self, _submission: Submission, response: Response) -> dict[str, Any]:
        """Return what the application has to say about the document."""
        answer = self.success(response)
        found = {name: in_words(answer.get(name)) for name in ("uuid", "original_filename")}
        if not all(found.values()):
            raise Uncertain("Personio did not say what it made of the CV.")
        return found

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
        found, words = reasons(response), self.explain(response)
        if CLOSED in found:
            return JobClosed(words)
        if UNKNOWN_FILE in found:
            return Rejected(words, redo=DOCUMENT)
        if TOO_BIG in found or response.status == 413:
            return Rejected(words, code="resume_too_large")
        return Rejected(words, code="resume_type") if WRONG_TYPE in found else super().failure(response)

    def wait(self, response: Response) -> timedelta | None:
        """Wait a minute where Personio says "too many"."""
        return super().wait(response) or (WAIT if response.status == 429 else None)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Hand in nothing at all, which only a known company may try; look the jobs up on the careers page."""
        nothing = Request(method="POST", path=APPLICATIONS, headers=headers(settings, credentials), json={})
        proves, denies = "Personio accepts the company ID and the token.", "Personio has no recruiting API there."
        accepts = Probe(request=nothing, proves=proves, denies=denies, read=self.require_complaint)
        host = self.given(settings).get("company_host")
        return (accepts, *(self.listed_probe(host, job) for job in job_ids if host))

    def listed_probe(self, host: str, job: str) -> Probe:
        """Return the question whether the careers page lists a position."""
        feed = replace(get("/xml", language="nl"), base_url=f"https://{host}.jobs.personio.de")
        return self.job_probe(feed, job, partial(self.require_listed, job))

    def require_complaint(self, response: Response) -> None:
        """Accept the one answer that proves the credentials: that an application lacks everything."""
        if response.status != 400 or EMPTY not in reasons(response):
            self.success(response)
            raise Uncertain("Personio took an empty application.")

    def require_listed(self, job: str, response: Response) -> None:
        """Accept a feed of positions that has this one."""
        if 300 <= response.status < 400:
            raise JobClosed("Personio has no careers page of that name.", code="careers_not_hosted")
        feed = self.success(response).text
        if job in POSITION.findall(feed):
            return
        if not feed.rstrip().endswith("</workzag-jobs>"):
            raise Uncertain("The careers page lists more than we read.")
        raise JobClosed("The careers page does not list the position.")
