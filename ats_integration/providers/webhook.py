"""Webhook: the message itself as signed JSON (Standard Webhooks), for an ATS that is not in the list."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .parts import PARTS
from .webhook_parts import PREFIX, body, path_of, signature_headers

#: The receiver may name its own id of the application in this header, or as `id` in a JSON body.
REFERENCE = "webhook-reference"
#: Base64 of 24 to 64 bytes, as Standard Webhooks wants it.
SECRET_PATTERN = PREFIX + r"(?=.{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
ELSEWHERE = "The address leads elsewhere, and we do not follow: enter the one it leads to."


class Webhook(Provider):
    """Hand applications in at the customer's own endpoint."""

    slug = "webhook"
    name = "Webhook"
    production_url = "{url}"
    docs_url = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"
    fields = (
        ConfigField(
            name="url",
            label="Web address",
            help="Where your system takes applications: an https address. It is shown to everybody who may see this "
            "connection, so put no password into it; each call is signed.",
            pattern=r"https://[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?(?:[/?][^\s#]*)?",
        ),
        ConfigField(
            name="secret",
            label="Signing secret",
            help="whsec_ and the base64 of 24 to 64 random bytes. Your receiver shows one, or you make one and enter "
            "it at both ends.",
            secret=True,
            pattern=SECRET_PATTERN,
        ),
    )
    job_id_help = "Whatever your system calls the job; may be empty."
    needs_job_id = False
    carries = frozenset(PARTS)
    unproven = (
        "Whether your system takes applications at this address and accepts the signature: the first one will tell.",
        "Whether your system has the jobs: it cannot be asked.",
    )

    def home(self, settings: Values) -> str:
        """Return scheme and host of the customer's address."""
        parts = urlsplit(self.given(settings)["url"])
        return f"{parts.scheme}://{parts.netloc}"

    def build(self, submission: Submission) -> Request:
        """Return the POST; what is signed is what is sent."""
        content = body(submission)
        signed = signature_headers(submission, content)
        headers = {"Content-Type": "application/json", "Accept": "application/json", **signed}
        return Request(method="POST", path=path_of(submission.settings), headers=headers, raw=content)

    def success(self, response: Response) -> Response:
        """Take 409 for "it is there already"."""
        return response if response.status == 409 else super().success(response)

    def read(self, response: Response) -> Receipt:
        """Read the receiver's own id, where it tells one."""
        found = response.headers.get(REFERENCE) or response.get("id")
        return Receipt(reference=str(found) if isinstance(found, str | int) else "")

    def explain(self, response: Response) -> str:
        """Explain a redirect, which is never followed."""
        return ELSEWHERE if 300 <= response.status < 400 else super().explain(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask what the address offers: some receivers would take a GET for an application."""
        return (
            Probe(
                request=Request(method="OPTIONS", path=path_of(settings)),
                proves="A server answers at the web address.",
                denies="No server answers at the web address.",
                read=self.require_server,
            ),
        )

    def require_server(self, response: Response) -> None:
        """Accept any answer but a redirect, a limit and a fault: the method may well be refused."""
        if not 200 <= response.status < 500 or 300 <= response.status < 400 or response.status == 429:
            raise self.failure(response)
