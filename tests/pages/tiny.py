"""A provider of the tests' own, with every kind of config field."""

from __future__ import annotations

from ats_integration.providers.base import ConfigField, Provider, Receipt, Request, Response, Submission


class Tiny(Provider):
    """An ATS that wants one of everything."""

    slug = "tiny"
    name = "Tiny ATS"
    production_url = "https://{place}.tiny.example"
    beta = "Not tried on a real account yet."
    job_id_help = "The number in the job's address."
    carries = frozenset({"resume"})
    fields = (
        ConfigField(name="account", label="Account", help="On your Tiny start page.", pattern=r"[a-z]+"),
        ConfigField(name="place", label="Place", choices=(("eu", "Europe"), ("us", "America")), default="eu"),
        ConfigField(name="team", label="Team", required=False),
        ConfigField(name="api_key", label="API key", help="Settings > Keys.", secret=True, pattern=r"[\w-]{8,}"),
        ConfigField(name="hook_secret", label="Hook secret", secret=True, required=False),
    )

    def build(self, submission: Submission) -> Request:
        return Request(method="POST", path="/applications")

    def read(self, response: Response) -> Receipt:
        return Receipt()
