"""Lever, Postings API v0: one multipart POST per application, the key in the query string."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ..errors import Rejected, Uncertain
from ..messages import Consent
from .base import Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS, answered, filled, job_id, lines, paragraphs

HOMES = {"global": "https://api.lever.co", "eu": "https://api.eu.lever.co"}
JSON = {"Accept": "application/json"}  # Lever can also answer in HTML


class Lever(Provider):
    """Hand applications in like the customer's hosted job site does."""

    slug = "lever"
    name = "Lever"
    production_url = HOMES["global"]
    docs_url = "https://github.com/lever/postings-api"
    fields = (
        ConfigField(
            name="site",
            label="Site",
            help="The last part of your job site's address, https://jobs.lever.co/…; for example acmebv.",
            pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
        ),
        ConfigField(
            name="api_key",
            label="Postings API key",
            help="Settings > Integrations > API. A Super Admin can make one.",
            secret=True,
        ),
        ConfigField(
            name="region",
            label="Region",
            help="EU if you sign in at hire.eu.lever.co.",
            choices=(("global", "Global"), ("eu", "EU")),
            default="global",
        ),
    )
    job_id_help = "The posting's id: the last part of its address, like 5ac21346-8e0c-4494-8e7a-3eb92ff77902."
    carries = frozenset(PARTS) - {"address"}
    rate = Rate(calls=2, per=timedelta(seconds=1))
    unproven = ("Lever offers no call that proves the API key: the first application will.",)

    def home(self, settings: Values) -> str:
        """Return the host of the region."""
        return HOMES[self.given(settings)["region"]]

    def build(self, submission: Submission) -> Request:
        """Return the POST; what has no field of its own is told in the comments."""
        message, person = submission.message, submission.message.candidate
        return Request(
            method="POST",
            path=path("v0", "postings", submission.settings["site"], job_id(message)),
            params=(("key", submission.credentials["api_key"]),),
            headers=JSON,
            form=filled(
                ("name", person.full_name),
                ("email", person.email),
                ("phone", person.phone),
                ("resume", submission.resume),
                ("urls[LinkedIn]", person.linkedin_url),
                ("urls[Portfolio]", person.website_url),
                ("comments", paragraphs(message.application.cover_letter, lines(answered(message)))),
                ("source", message.application.source),
                ("silent", "false"),
                *consent_fields(message.application.consent),
            ),
        )

    def read(self, response: Response) -> Receipt:
        """Read `ok`, whatever the status says; `applicationId` is the reference."""
        match response.get("ok"):
            case True:
                return Receipt(reference=in_words(response.get("applicationId")))
            case False:
                raise Rejected(self.explain(response))
        raise Uncertain("Lever did not say whether it took the application.")

    def explain(self, response: Response) -> str:
        """Return `error`, which has also been an empty object."""
        return super().explain(response) or "Lever gave no reason."

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the job site and for each posting; both are public."""
        site = path("v0", "postings", settings["site"])
        return (
            self.account_probe(get(site, headers=JSON, mode="json", limit="1"), f"job site called {settings['site']}"),
            *(self.job_probe(get(site + path(job), headers=JSON), job) for job in job_ids),
        )


def consent_fields(consent: Consent) -> Iterator[tuple[str, str]]:
    """Yield the candidate's choices; nothing where nobody asked."""
    if consent.given_at or consent.processing or consent.retention or consent.marketing:
        yield "consent[store]", str(consent.processing or consent.retention).lower()
        yield "consent[marketing]", str(consent.marketing).lower()
