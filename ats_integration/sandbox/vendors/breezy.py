"""Breezy HR, API v3: POST …/candidates in JSON makes the candidate, …/candidate/{id}/resume attaches the CV."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Reception, Reply, Taken
from .base import Vendor, is_email, require

TEXTS = {"name", "email_address", "phone_number", "origin", "source", "cover_letter", "summary", "address"}
LISTS = {"tags", "work_history", "education", "custom_attributes"}
PROFILES = {"linkedin", "facebook", "twitter", "github", "youtube", "instagram", "globe"}
ATTRIBUTE = {"name", "value", "secure"}
#: The company that every token opens while nobody is registered.
EXAMPLE = "1a2b3c4d5e6f"


def says(status: int, kind: str, message: str = "") -> Reply:
    """Return a failure in Breezy's shape."""
    return Reply(status=status, body={"error": {"type": kind, "message": message or kind}})


NO_TOKEN = says(400, "missingAccessToken", "No access token was provided.")
WRONG_TOKEN = says(400, "invalidAccessToken", "The access token is invalid.")
NOT_FOUND = says(404, "notFound")


class Breezy(Vendor):
    """Play the company of a Breezy customer."""

    slug = "breezy"
    replies = {
        "refuse_key": WRONG_TOKEN,
        "closed": says(404, "positionNotFound", "The position was not found."),
        "reject": says(400, "addCandidateInvalidEmail", "The email address is invalid."),
    }
    retry_header = "X-RateLimit-Reset"
    throttled = says(429, "rateLimited", "Too many requests.")
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[2] if steps[:2] == ("v3", "company") and len(steps) > 2 else ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Show companies, positions and people; make candidates; attach CVs."""
        company, token = self.account(call.steps), call.headers.get("authorization", "").removeprefix("Bearer ")
        require(call.method in ("GET", "POST"), says(405, "methodNotAllowed"))
        if (call.method, call.steps) == ("GET", ("v3", "companies")):
            require(token, NO_TOKEN)
            return companies([EXAMPLE] if accounts.is_known(self.slug, "") else accounts.opened_by(self.slug, token))
        require(company and accounts.is_known(self.slug, company), NOT_FOUND)
        require(token, NO_TOKEN)
        require(accounts.fits(self.slug, company, token), WRONG_TOKEN)
        match call.method, call.steps[3:]:
            case "GET", ("position", job) if accounts.has_job(self.slug, company, job):
                return Reply(status=200, body={"_id": job, "name": f"Job {job}", "state": "published"})
            case "GET", ("candidates", "search"):
                return people(drawer, company, (call.query.get("email_address") or [""])[0])
            case "POST", ("position", job, "candidates"):
                require(accounts.has_job(self.slug, company, job), self.replies["closed"])
                return self.make(call, drawer, job)
            case "POST", ("position", job, "candidate", known, "resume"):
                return self.attach(call, drawer, job, known)
        return NOT_FOUND

    def make(self, call: Call, drawer: Drawer, job: str) -> Reply | Taken:
        """Make a candidate; one who is on the position already is refused."""
        body, company = call.body, self.account(call.steps)
        require(isinstance(body.get("name"), str) and body["name"].strip(), says(400, "addCandidateMissingName"))
        require(is_email(str(body.get("email_address", ""))), self.replies["reject"])
        require(not wrong_fields(body), says(400, "addCandidateInvalidField", ", ".join(wrong_fields(body))))
        email = str(body["email_address"])
        require(
            not drawer.find("candidates", company=company, job=job, email=email),
            says(409, "addCandidateByResumeDuplicate"),
        )
        reception = self.received(
            call,
            job=job,
            resume=None,
            name=body["name"],
            email=email,
            phone=str(body.get("phone_number", "")),
            cover_letter=str(body.get("cover_letter", "")),
        )
        thing = {"company": company, "job": job, "email": email, "reception": reception}
        return Taken(reception=reception, reply=candidate(drawer.add("candidates", thing, id=reception.id), reception))

    def attach(self, call: Call, drawer: Drawer, job: str, known: str) -> Taken:
        """Attach a CV, in the place of an earlier one."""
        thing = drawer.get("candidates", known)
        require(thing, NOT_FOUND)
        assert thing is not None
        require(thing["job"] == job, says(412, "candidateNotInPosition"))
        resume = call.files.get("file")
        require(resume and resume.size and len(call.files) == 1 and not call.form, says(400, "uploadResumeError"))
        return Taken(reception=replace(thing["reception"], resume=resume), reply=Reply(status=204))


def companies(known: list[str]) -> Reply:
    """Return the companies that a token opens."""
    return Reply(status=200, body=[{"_id": name, "name": name} for name in known]) if known else WRONG_TOKEN


def people(drawer: Drawer, company: str, email: str) -> Reply:
    """Return who has an email address, and on which position."""
    found = drawer.find("candidates", company=company, email=email)
    listed = [{"_id": id, "email_address": email, "position": {"_id": thing["job"]}} for id, thing in found]
    return Reply(status=200, body=listed)


def candidate(id: str, reception: Reception) -> Reply:
    """Return a new candidate."""
    shown = {"_id": id, "name": reception.name, "email_address": reception.email, "origin": "applied"}
    return Reply(status=200, body={**shown, "stage": {"id": "applied", "name": "Applied"}})


def wrong_fields(body: Any) -> list[str]:
    """Return the names of fields that Breezy does not document, or that have the wrong type."""
    wrong = [name for name in body if name not in TEXTS | LISTS | {"social_profiles"}]
    wrong += [name for name in TEXTS if not isinstance(body.get(name, ""), str)]
    wrong += [name for name in LISTS if not isinstance(body.get(name, []), list)]
    wrong += ["origin"] if body.get("origin") != "applied" else []
    profiles, attributes = body.get("social_profiles", {}), body.get("custom_attributes", [])
    wrong += [] if isinstance(profiles, dict) and set(profiles) <= PROFILES else ["social_profiles"]
    return wrong + [str(one) for one in attributes if not isinstance(one, dict) or set(one) != ATTRIBUTE]
