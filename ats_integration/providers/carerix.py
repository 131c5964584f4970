"""Carerix, GraphQL API: person, publication and CV in one call, with the token of an OAuth client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ..errors import Unavailable, Uncertain
from ..messages import Message
from .calls import Probe, Rate, Receipt, Request, Response, Submission
from .carerix_calls import APPLY, SCOPE, graphql, publication_query
from .carerix_lookup import WithLookup
from .carerix_parts import answer_of, employee, require_published
from .config_fields import ConfigField
from .failures import in_words
from .parts import PARTS, job_number


class Carerix(WithLookup):
    """Hand applications in with a client that the customer made for us."""

    slug = "carerix"
    name = "Carerix"
    production_url = "https://api.carerix.io"
    docs_url = "https://help.carerix.com"
    fields = (
        ConfigField(
            name="client_id",
            label="Client ID",
            help="Maintenance > Identity Access > Clients > New, type confidential; needs an administrator. "
            f"Give it the scope {SCOPE}.",
            pattern=r"\S+",
        ),
        ConfigField(name="client_secret", label="Client secret", help="On the same screen.", secret=True),
        ConfigField(
            name="token_endpoint",
            label="Token endpoint",
            help="On the same screen, like https://id.carerix.io/auth/realms/acmebv/protocol/openid-connect/token.",
            pattern=r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+",
        ),
        ConfigField(
            name="attachment_type_tag",
            label="Document type of a CV",
            help="The tag in your list of document types; usually CVTag.",
            required=False,
            default="CVTag",
        ),
    )
    job_id_help = "The number of the publication, not of the vacancy."
    carries = frozenset(PARTS)
    rate = Rate(calls=10, per=timedelta(seconds=1))
    doubtful = frozenset({500, 502, 504})
    resume_limit = 7_000_000  # a call of 10 MB, of which base64 takes a quarter
    beta = (
        "Carerix does not document what it answers where it refuses an application, nor whether the same person "
        "can apply twice to one publication. How a CV is encoded is documented for its older API only."
    )
    doubt_stays = "where it knows the person"
    unproven = (f"That the client has the scope {SCOPE} is proven by a job, or by the first application.",)

    def check(self, message: Message) -> None:
        """Refuse a vacancy without the number of a publication before anybody logs in."""
        job_number(message)

    def build(self, submission: Submission) -> Request:
        """Return the one call; `dedupe` lets Carerix use the person it knows by the email address."""
        message, tag = submission.message, self.given(submission.settings)["attachment_type_tag"]
        values = {
            "dedupe": True,
            "pub": job_number(message),
            "request": employee(message, submission.resume, tag),
        }
        return graphql(submission, APPLY, variables=values)

    def read(self, response: Response) -> Receipt:
        """Read the person's id: a 200 with `errors` is a failure, and after a time-out it may have arrived."""
        try:
            made = answer_of(response, "crEmployeeApply")
        except Unavailable as error:
            raise Uncertain(error.detail, status=response.status) from None
        if reference := in_words(made.get("_id")) if isinstance(made, dict) else "":
            return Receipt(reference=reference)
        raise Uncertain("Carerix did not say whether it took the application.")

    def probes(self, submission: Submission, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask whether the API takes the token, and for each publication."""
        pong = Probe(
            request=graphql(submission, "query{__typename}"),
            proves="Carerix accepts the client.",
            denies="Carerix has no API at this address.",
            read=self.require_api,
        )
        asked = ((job, graphql(submission, publication_query(job))) for job in job_ids)
        return (pong, *(self.job_probe(request, job, self.require_open) for job, request in asked))

    def require_api(self, response: Response) -> None:
        """Accept an answer of a GraphQL API only."""
        if not answer_of(self.success(response), "__typename"):
            raise Uncertain("Something answered, but it is not the API of Carerix: check the base address.")

    def require_open(self, response: Response) -> None:
        """Refuse a publication that is unknown or over."""
        require_published(self.success(response))
