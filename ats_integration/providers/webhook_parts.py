"""What a receiver is told: the message with a link to the CV, and the signature of Standard Webhooks over its bytes."""

from __future__ import annotations

import base64
import hmac
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import to_json

from ..errors import OurFault
from ..resumes import safe_name
from .base import Values
from .calls import Submission

PREFIX = "whsec_"  # of every secret
#: What of a message is not the receiver's.
OUR_OWN = {"ats": {"credentials", "settings"}}


def path_of(settings: Values) -> str:
    """Return what follows the host in the customer's address."""
    parts = urlsplit(settings["url"])
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def body(submission: Submission) -> bytes:
    """Return the message without what belongs to the connection, and with a link to the CV."""
    message = submission.message
    if message.resume is None:
        return message.model_dump_json(by_alias=True, exclude=OUR_OWN).encode()
    told = message.model_dump(mode="json", by_alias=True, exclude=OUR_OWN)
    return to_json({**told, "resume": resume_of(submission, told["resume"])})


def resume_of(submission: Submission, described: dict[str, Any]) -> dict[str, Any] | None:
    """Return the CV's description under a harmless name, and where it can be fetched.

    Raises OurFault where there is a CV but no page that shows it: it must not get lost.
    """
    if submission.resume is None:
        return None
    if not submission.resume_url:
        raise OurFault("There is no public page from which the CV could be fetched.", code="no_public_url")
    return {**described, "filename": safe_name(submission.resume.filename), "url": submission.resume_url}


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
