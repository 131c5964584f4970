"""BambooHR, Applicant Tracking: POST /api/v1/applicant_tracking/application with Basic auth and a multipart form.

The vendor has the company in the host's name. Here it is an optional first step of the path:
/bamboohr/acme/api/v1/… plays acme.bamboohr.com.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Refusal, Reply, Taken
from .base import Vendor, is_email, require, unknown_names

ROOT = ("api", "v1", "applicant_tracking")
FILE_TYPES = {"pdf", "doc", "docx", "txt", "rtf", "jpg", "jpeg", "gif", "png", "tif", "tiff", "bmp"}
FILES = {"resume", "coverLetter"}
TEXTS = {
    "firstName", "lastName", "email", "phoneNumber", "source", "jobId", "address", "city", "state", "zip", "country",
    "linkedinUrl", "dateAvailable", "desiredSalary", "referredBy", "websiteUrl", "highestEducation", "collegeName",
    "references",
}  # fmt: skip
FORMATS = {
    "jobId": re.compile(r"[0-9]+"),
    "linkedinUrl": re.compile(r"https?://([\w-]+\.)*linkedin\.com/.*"),
    "websiteUrl": re.compile(r"https?://\S+"),
    "dateAvailable": re.compile(r"\d{4}-\d{2}-\d{2}"),
}


def says(status: int, words: str, **headers: str) -> Reply:
    """Return a failure in BambooHR's shape: the reason stands in a header, the body is empty."""
    return Reply(status=status, headers={"X-BambooHR-Error-Message": words, **headers})


WRONG_KEY = says(401, "Invalid API key")
NOT_FOUND = says(404, "Not found")


class BambooHR(Vendor):
    """Play the applicant tracking of a BambooHR customer."""

    slug = "bamboohr"
    replies = {
        "refuse_key": WRONG_KEY,
        "closed": says(404, "The job opening was not found"),
        "reject": says(422, "Invalid value for email"),
    }
    throttled = Reply(status=429)
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[0] if steps and steps[0] != "api" else ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Show openings and applications, or take an application."""
        company = self.account(call.steps)
        steps = call.steps[bool(company) :]
        require(accounts.is_known(self.slug, company) and steps[:3] == ROOT, NOT_FOUND)
        require(call.method in ("GET", "POST"), says(405, "Method not allowed"))
        require(accounts.fits(self.slug, company, key_of(call)), WRONG_KEY)
        require("application/json" in call.headers.get("accept", ""), Reply(status=406, body="<error/>"))
        match call.method, steps[3:]:
            case "GET", ("jobs",):
                return Reply(status=200, body=openings(accounts.jobs(self.slug, company)))
            case "GET", ("applications",):
                return Reply(status=200, body={"applications": found(call, drawer, company)})
            case "POST", ("application",):
                return self.take_form(call, accounts, drawer)
        return NOT_FOUND

    def take_form(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken:
        """Take an application as the documentation describes it, and nothing else."""
        company, job = self.account(call.steps), call.text("jobId")
        require(call.is_multipart and not call.query, says(400, "Malformed request"))
        if wrong := invalid(call):
            raise Refusal(says(422, f"Invalid value for {', '.join(wrong)}"))
        require(accounts.has_job(self.slug, company, job), self.replies["closed"])
        letter = call.files.get("coverLetter")
        received = self.received(
            call,
            job=job,
            resume=call.files.get("resume"),
            name=f"{call.text('firstName')} {call.text('lastName')}",
            email=call.text("email"),
            phone=call.text("phoneNumber"),
            cover_letter=letter.text if letter else "",
        )
        reception = replace(received, fields={**received.fields, "coverLetter": received.cover_letter})
        thing = {"company": company, "job": job, "email": reception.email}
        return Taken(reception=reception, reply=took(drawer.add("applications", thing)))


def took(number: str) -> Reply:
    """Return the candidate's number."""
    return Reply(status=200, body={"result": "success", "candidateId": int(number)})


def key_of(call: Call) -> str:
    """Return the key, which is the user name of Basic auth."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[0] if scheme == "Basic" else ""
    except ValueError:
        return ""


def invalid(call: Call) -> list[str]:
    """Return the names of all fields that BambooHR would not take; an empty field is one of them."""
    wrong = [name for name in ("firstName", "lastName", "jobId") if not call.text(name).strip()]
    wrong += ["email"] if "email" in call.form and not is_email(call.text("email")) else []
    wrong += [name for name in call.form if not call.text(name)]
    wrong += [name for name, form in FORMATS.items() if name in call.form and not form.fullmatch(call.text(name))]
    wrong += [name for name, file in call.files.items() if file.extension not in FILE_TYPES or not file.size]
    wrong += [name for name in call.form if name in FILES] + [name for name in call.files if name in TEXTS]
    return wrong + unknown_names(call, TEXTS | FILES, ())


def openings(jobs: list[str]) -> Any:
    """Return the list of openings; an account that has every job cannot list them, and shows something else."""
    return [opening(job) for job in jobs] or {}


def opening(job: str) -> dict[str, Any]:
    """Return an opening as the list shows it."""
    return {"id": int(job), "title": {"id": 1, "label": f"Job {job}"}, "status": {"id": 2, "label": "Open"}}


def found(call: Call, drawer: Drawer, company: str) -> list[Mapping[str, Any]]:
    """Return the applications of an opening in which the searched text stands."""
    job, text = ((call.query.get(name) or [""])[0] for name in ("jobId", "searchString"))
    things = drawer.find("applications", company=company, job=job)
    return [
        {"id": int(id), "applicant": {"id": int(id), "email": t["email"]}} for id, t in things if text in t["email"]
    ]
