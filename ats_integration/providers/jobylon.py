"""Jobylon, push API p1: one multipart POST per application. Its host is the customer's to tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import DeliveryError, JobClosed, Unavailable, Uncertain
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .failures import in_words
from .jobylon_parts import application, nothing
from .parts import PARTS

ABOUT_JOB = re.compile(r"\bjob(?:_id)?\b", re.IGNORECASE)


class Jobylon(Provider):
    """Hand applications in as a partner, with the credentials that Jobylon gave."""

    slug = "jobylon"
    name = "Jobylon"
    production_url = ""
    docs_url = "https://github.com/jobylon/jbl-developer"
    fields = (
        ConfigField(
            name="app_id",
            label="App id",
            help="Jobylon gives it by email, together with the app key and the base address: enter that one, too.",
            pattern=r"[A-Za-z0-9_-]+",
        ),
        ConfigField(name="app_key", label="App key", help="Jobylon gives it by email with the app id.", secret=True),
    )
    job_id_help = "The number called id in the job feed that Jobylon gives with the credentials, such as 55."
    carries = frozenset(PARTS) - {"address", "consent", "marketing_consent"}
    beta = (
        "Jobylon does not document the host of its production API, so you must enter the base address it gave you. "
        "Nor does it document limits, what it answers for a closed job (we read a complaint about the job as that) "
        "or for somebody who applied before."
    )
    unproven = (
        "Jobylon is asked with an empty application, which it refuses. That it looks at the credentials first is "
        "not documented: the first application will prove them.",
        "Whether Jobylon has the jobs: it cannot be asked.",
    )

    def home(self, settings: Values) -> str:
        """Refuse to guess: only the connection's own base address tells."""
        raise LookupError("Jobylon documents no host.")

    def build(self, submission: Submission) -> Request:
        """Return the POST; what has no field of its own is told in the message."""
        return application(submission)

    def read(self, response: Response) -> Receipt:
        """Return the application's id."""
        if not (found := in_words(response.get("id"))):
            raise Uncertain("Jobylon did not say whether it took the application.")
        return Receipt(reference=found)

    def failure(self, response: Response) -> DeliveryError:
        """Read a complaint about the job as a closed one, and "not found" as another address than the API's."""
        status, words = response.status, self.explain(response)
        if status == 400 and ABOUT_JOB.search(words):
            return JobClosed(words, status=status)
        if status in (404, 410):
            return Unavailable("Jobylon's API is not at the base address.", status=status, code="invalid_address")
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return what is said under the usual names, or all of it: the shape is not documented."""
        return super().explain(response) or in_words(response.json())

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Hand in an application without anything in it, which cannot be taken."""
        proves, denies = "Jobylon answers at the base address.", "Jobylon's API is not at the base address."
        return (Probe(request=nothing(settings, credentials), proves=proves, denies=denies, read=self.require_refusal),)

    def require_refusal(self, response: Response) -> None:
        """Accept that the empty application is refused for being empty."""
        if response.status != 400:
            self.success(response)
            raise Uncertain("Something answered, but not as Jobylon does: check the base address.")
