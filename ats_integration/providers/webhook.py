"""Webhook: the message itself as signed JSON (Standard Webhooks), for an ATS that is not in the list."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ..errors import OurFault
from ..resumes import safe_name
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission
from .config_fields import ConfigField
from .parts import PARTS

#: The receiver may name its own id of the application in this header, or as `id` in a JSON body.
REFERENCE = "webhook-reference"
PREFIX = "whsec_"  # of every secret
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


def path_of(settings: Values) -> str:
    """Return what follows the host in the customer's address."""
    parts = urlsplit(settings["url"])
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def body(submission: Submission) -> bytes:
    """Return the message without what belongs to the connection, and with a link to the CV."""
    told = submission.message.to_dict()
    ats = {name: value for name, value in told["ats"].items() if name not in ("credentials", "settings")}
    content = {**told, "ats": ats, "resume": resume_of(submission, told["resume"])}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def resume_of(submission: Submission, described: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the CV's description under a harmless name, and where it can be fetched.

    Raises OurFault where there is a CV but no page that shows it: it must not get lost.
    """
    if submission.resume is None:
        return None
    if not submission.resume_url:
        raise OurFault("There is no public page from which the CV could be fetched.", code="no_public_url")
    return {**(described or {}), "filename": safe_name(submission.resume.filename), "url": submission.resume_url}


def signature_headers(submission: Submission, content: bytes) -> dict[str, str]:
    """Sign a body; the id stays the same over all tries, so that the receiver can tell a repeat."""
    id, stamp = str(submission.message.message_id), str(int(submission.at.timestamp()))
    signed = signature(submission.credentials["secret"], id, stamp, content)
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signed}


def signature(secret: str, id: str, stamp: str, content: bytes) -> str:
    """Return the signature of Standard Webhooks, version 1."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{id}.{stamp}.".encode() + content, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"
