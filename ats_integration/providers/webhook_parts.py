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


def path_of(settings: Values) -> str:
    """Return what follows the host in the customer's address."""
    parts = urlsplit(settings["url"])
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def body(submission: Submission) -> bytes:
    """Return the message without what belongs to the connection, and with a link to the CV."""
    told = submission.message.to_dict()
    ats = {name: value for name, value in told["ats"].items() if name not in ("credentials", "settings")}
    return to_json({**told, "ats": ats, "resume": resume_of(submission, told["resume"])})


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
