"""Lever, Postings API v0: POST /v0/postings/{site}/{posting_id}?key=… with a multipart form."""

from __future__ import annotations

import re

from ..accounts import Accounts
from ..values import Call, Reception, Reply
from .base import BOOLEANS, Vendor, require, unknown_names

DOCUMENT_NOT_FOUND = Reply(status=404, body={"ok": False, "error": "Document not found"})
NO_REASON = Reply(status=400, body={"ok": False, "error": {}})
WRONG_KEY = Reply(status=401, body={"ok": False, "error": "Unauthorized"})

NAMES = {
    "name", "email", "phone", "org", "resume", "comments", "silent", "source", "ip",
    "timezone", "userAgent", "acceptLanguage", "referer", "opportunityLocation",
}  # fmt: skip
LINK = re.compile(r"urls\[[^\]]+\]")
CONSENT = re.compile(r"consent\[(?:store|marketing)\](?:\[provided\])?")
POLICY = re.compile(r"consent\[(?:store|marketing)\]\[compliancePolicyId\]")


class Lever(Vendor):
    """Play the job site of a Lever customer."""

    slug = "lever"
    replies = {
        "refuse_key": WRONG_KEY,
        "closed": DOCUMENT_NOT_FOUND,
        "reject": Reply(status=400, body={"ok": False, "error": "Invalid email"}),
    }
    throttled = Reply(status=429, body={"ok": False, "error": "Too many requests"})
    unknown = DOCUMENT_NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[2] if steps[:2] == ("v0", "postings") and len(steps) > 2 else ""

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show the postings of a site or one of them; all of it is public."""
        site = self.account(call.steps)
        require(site and accounts.is_known(self.slug, site), DOCUMENT_NOT_FOUND)
        match call.steps[3:]:
            case ():
                return Reply(status=200, body=[posting(job) for job in accounts.jobs(self.slug, site)])
            case (job,) if accounts.has_job(self.slug, site, job):
                return Reply(status=200, body=posting(job))
        return DOCUMENT_NOT_FOUND

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        site, job = self.account(call.steps), call.steps[-1]
        require(site and len(call.steps) == 4 and accounts.is_known(self.slug, site), DOCUMENT_NOT_FOUND)
        require(accounts.fits(self.slug, site, (call.query.get("key") or [""])[0]), WRONG_KEY)
        require(accounts.has_job(self.slug, site, job), DOCUMENT_NOT_FOUND)
        require(set(call.query) == {"key"}, says("Unknown parameter"))
        require("application/json" in call.headers.get("accept", ""), says("Not acceptable"))
        require(call.is_multipart, says("A form is needed"))
        check_person(call)
        check_details(call)
        return self.received(
            call,
            job=job,
            resume=call.files.get("resume"),
            name=call.text("name"),
            email=call.text("email"),
            phone=call.text("phone"),
            cover_letter=call.text("comments"),
        )

    def receipt(self, reception: Reception) -> Reply:
        """Give the application's id back."""
        return Reply(status=200, body={"ok": True, "applicationId": reception.id})


def check_person(call: Call) -> None:
    """Refuse an application that does not say whose it is."""
    require(call.text("name").strip(), says("Missing name"))
    require("@" in call.text("email"), says("Invalid email"))
    resume = call.files.get("resume")
    require(resume is None or (resume.filename and resume.size), says("Invalid resume"))
    require("resume" not in call.form, says("Invalid resume"))


def check_details(call: Call) -> None:
    """Refuse values of the wrong type; a field that the posting does not have gives an empty error."""
    flags = [name for name in call.form if name == "silent" or CONSENT.fullmatch(name)]
    require(all(call.text(name) in BOOLEANS for name in flags), says("Expected true or false"))
    links = [name for name in call.form if LINK.fullmatch(name)]
    require(all(call.text(name).startswith(("http://", "https://")) for name in links), says("Invalid URL"))
    require(not unknown_names(call, NAMES, (LINK, CONSENT, POLICY)), NO_REASON)


def says(error: str) -> Reply:
    """Return a refusal in Lever's shape."""
    return Reply(status=400, body={"ok": False, "error": error})


def posting(job: str) -> dict[str, str]:
    """Return a posting as its page shows it."""
    return {"id": job, "text": f"Job {job}"}
