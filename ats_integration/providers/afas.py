"""AFAS Profit, update connector HrCreateApplicant: one JSON POST per application, errors as 500."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Uncertain
from .afas_answers import NO_CONNECTOR, Answers
from .afas_parts import CONNECTOR, applicant, headers
from .base import Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS


class Afas(Answers):
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
            pattern=r"\S{1,20}",
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
                read=self.require_fillable,
            ),
        )
