"""Lever, Postings API v0: one multipart POST per application, the key in the query string."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ..errors import Rejected, Uncertain
from .base import Provider, Values
from .calls import Probe, Rate, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .lever_parts import form_fields
from .parts import PARTS, job_id

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
        ConfigField(
            name="silent",
            label="Confirmation mail",
            help="Whether Lever mails each candidate that the application arrived. It does, unless you choose.",
            required=False,
            choices=(("false", "Lever sends one"), ("true", "Lever sends none")),
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
        """Return the POST; its address has the key."""
        return Request(
            method="POST",
            path=path("v0", "postings", submission.settings["site"], job_id(submission.message)),
            params=(("key", submission.credentials["api_key"]),),
            headers=JSON,
            form=form_fields(submission, self.given(submission.settings).get("silent", "false")),
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
