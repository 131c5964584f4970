"""A customer's own endpoint that takes signed JSON (Standard Webhooks) at any address.

It checks the signature over the bytes that came, fetches the CV from the link in them, and knows a repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..downloads import NotFetched, fetched
from ..drawers import Drawer
from ..values import Call, Reception, Refusal, Reply, Taken, Upload
from .base import Vendor, is_email, require

TOLERANCE = 300  # seconds between the clocks of both ends
PARTS = {
    "schemaVersion", "messageId", "tryCount", "createdAt", "deadlineAt", "application", "candidate", "resume",
    "vacancy", "customer", "ats",
}  # fmt: skip


def says(status: int, words: str) -> Reply:
    """Return a refusal."""
    return Reply(status=status, body={"error": words})


class Webhook(Vendor):
    """Play a receiver that verifies everything it can."""

    slug = "webhook"
    replies = {
        "refuse_key": says(401, "The signature does not fit."),
        "closed": says(410, "The job is closed."),
        "reject": says(422, "The email address is not valid."),
    }
    throttled = says(429, "Too many requests.")

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Say what can be done here, or take an application; a repeat is told by its id."""
        if call.method == "OPTIONS":
            return Reply(status=204, headers={"Allow": "OPTIONS, POST"})
        require(call.method == "POST", says(405, "Only POST."))
        id = verified(call, accounts.key(self.slug, ""))
        if drawer.get("ids", id):
            return Reply(status=409, body={"id": f"app-{id}"})
        reception = self.taken(call, accounts)
        drawer.add("ids", {"email": reception.email}, id=id)
        return Taken(reception=reception, reply=Reply(status=201, body={"id": f"app-{id}"}))

    def taken(self, call: Call, accounts: Accounts) -> Reception:
        """Return the application in a message, or raise Refusal."""
        message = call.body
        require(
            set(message) == PARTS and message["messageId"] == call.headers["webhook-id"], says(422, "Not a message.")
        )
        require(not {"credentials", "settings"} & set(message["ats"]), says(422, "It tells a secret."))
        person, job = message["candidate"], str(message["vacancy"]["externalId"])
        require(is_email(person["email"]), self.replies["reject"])
        require(accounts.has_job(self.slug, "", job), self.replies["closed"])
        received = self.received(
            call,
            job=job,
            resume=resume_of(message["resume"]),
            name=f"{person['firstName']} {person['lastName']}".strip(),
            email=person["email"],
            phone=person["phone"],
            cover_letter=message["application"]["coverLetter"],
        )
        return replace(received, fields=dict(message))


def verified(call: Call, key: str) -> str:
    """Return the id of a call whose signature fits; where no key is registered, one of the right form does."""
    id, stamp = (call.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    require(id and stamp.isdecimal() and abs(time.time() - int(stamp)) < TOLERANCE, says(400, "Id or time is wrong."))
    version, _, given = call.headers.get("webhook-signature", "").partition(",")
    try:
        found = base64.b64decode(given, validate=True)
    except binascii.Error:
        found = b""
    require(version == "v1" and len(found) == hashlib.sha256().digest_size, Webhook.replies["refuse_key"])
    expected = hmac.digest(base64.b64decode(key.removeprefix("whsec_")), f"{id}.{stamp}.".encode() + call.raw, "sha256")
    require(not key or hmac.compare_digest(expected, found), Webhook.replies["refuse_key"])
    return id


def resume_of(described: dict[str, Any] | None) -> Upload | None:
    """Return the CV behind the link, as long as it is the one that is described."""
    if described is None:
        return None
    try:
        upload = fetched(described["url"])
    except NotFetched:
        raise Refusal(says(502, "The CV could not be fetched.")) from None
    is_same = upload.sha256 in ("", described["sha256"]) and upload.filename == described["filename"]
    require(is_same, says(422, "The CV is another one."))
    return upload
