"""AFAS Profit, update connector HrCreateApplicant: one JSON POST per application, errors as 500."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import timedelta

from ..errors import DeliveryError, JobClosed, Rejected, Uncertain
from .afas_parts import CONNECTOR, applicant
from .answers import bounded, retry_after
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS

#: AFAS's own words in Dutch or English, and its name of the field.
ABOUT_JOB = re.compile(r"\b(vacature|vacanc(y|ies)|VcSn)", re.IGNORECASE)
NO_CONNECTOR = f"There is no update connector {CONNECTOR} at this address, or the app connector does not list it."
NOT_ALLOWED = "The app connector does not allow calls from our IP address, or the user of the token may not do this."


class Afas(Provider):
    """Hand applications in as new applicants of a vacancy, with a user token of an app connector."""

    slug = "afas"
    name = "AFAS Profit"
    production_url = "https://{environment}.rest{environment_type}.afas.online/ProfitRestServices"
    docs_url = "https://github.com/AFASSoftware/OASContent"
    fields = (
        ConfigField(
            name="environment",
            label="Participant number",
            help="The five digits of your AFAS environment, such as 12345.",
            pattern=r"[0-9]{5}",
        ),
        ConfigField(
            name="environment_type",
            label="Kind of environment",
            help="Leave it empty for production.",
            required=False,
            choices=(("test", "Test"), ("accept", "Acceptance")),
        ),
        ConfigField(
            name="token",
            label="User token",
            help="In Profit: General > Management > App connector. Make an app connector that lists the update "
            f"connector {CONNECTOR}, add a user, make a user token, and copy all of it, from <token> to </token>.",
            secret=True,
            pattern=r"<token><version>[0-9]+</version><data>[0-9A-Za-z]+</data></token>",
        ),
        ConfigField(
            name="source_code",
            label="Source code",
            help="The code that your list of recruitment sources has for this job board. Without one, the source is "
            "told in the motivation.",
            required=False,
            pattern=r"\S{1,50}",
        ),
    )
    job_id_help = "The vacancy's sequence number in Profit, such as 2."
    carries = frozenset(PARTS)
    beta = (
        "AFAS documents the motivation both as plain text and as base64: we send plain text, so look at the first "
        "applications. It does not document limits, what it says of a closed vacancy (we read a complaint about the "
        "vacancy as that), nor what it does with somebody who applies twice."
    )
    unproven = (
        "Whether the vacancies exist: AFAS cannot be asked without a connector of your own.",
        "Whether the token may add applicants: the first application will tell.",
    )

    def home(self, settings: Values) -> str:
        """Return the address of the environment; production has no kind."""
        given = self.given(settings)
        return self.production_url.format(**{"environment_type": "", **given})

    def build(self, submission: Submission) -> Request:
        """Return the POST of an applicant."""
        fields = applicant(submission, self.given(submission.settings).get("source_code", ""))
        body = {CONNECTOR: {"Element": {"Fields": fields}}}
        where = path("connectors", CONNECTOR)
        return Request(method="POST", path=where, headers=headers(submission.credentials), json=body)

    def read(self, response: Response) -> Receipt:
        """Read `CaId`, the applicant's number."""
        results = response.get("results")
        made = results.get(CONNECTOR) if isinstance(results, dict) else None
        if isinstance(made, dict) and (reference := in_words(made.get("CaId"))):
            return Receipt(reference=reference)
        raise Uncertain("AFAS did not say whether it took the application.")

    def failure(self, response: Response) -> DeliveryError:
        """Take a 500 that gives a reason for a refusal; a gateway that gave up leaves everything open."""
        status, words = response.status, self.explain(response)
        if status == 500 and in_words(response.get("externalMessage")):
            return JobClosed(words, status=status) if ABOUT_JOB.search(words) else Rejected(words, status=status)
        if status == 404:
            return Rejected(words or NO_CONNECTOR, status=status)
        if status == 504:
            return Uncertain(words, status=status, code=f"http_{status}")
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return AFAS's words for people."""
        said = in_words(response.get("externalMessage")) or super().explain(response)
        return said or (NOT_ALLOWED if response.status == 403 else "")

    def wait(self, response: Response) -> timedelta | None:
        """Wait as long as the header or, during maintenance, the body says."""
        seconds = response.get("retry_after")
        if isinstance(seconds, int) and not isinstance(seconds, bool):
            return bounded(timedelta(seconds=min(seconds, 10**6)))
        return retry_after(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the version, which proves the token, and for the connector's description."""
        asking = headers(credentials)
        return (
            Probe(
                request=get(path("ProfitVersion"), headers=asking),
                proves="AFAS Profit accepts the token.",
                denies="There is no AFAS Profit at this address.",
            ),
            Probe(
                request=get(path("metainfo", "update", CONNECTOR), headers=asking),
                proves=f"The app connector lists {CONNECTOR}.",
                denies=NO_CONNECTOR,
            ),
        )


def headers(credentials: Values) -> dict[str, str]:
    """Return the headers of every call; AFAS wants the whole token, from tag to tag, in base64."""
    token = base64.b64encode(credentials["token"].encode()).decode()
    return {"Authorization": f"AfasToken {token}", "Accept": "application/json"}
