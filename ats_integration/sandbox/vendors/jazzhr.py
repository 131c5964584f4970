"""JazzHR, API v1: POST /v1/applicants in JSON with the key inside, then questionnaire answers, notes and files.

The vendor tells customers apart by their keys alone. Here the customer is an optional first step of
the path: /jazzhr/acme/v1/… is Acme's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..drawers import Drawer
from ..uploads import upload_of
from ..values import Call, Reception, Reply, Taken, Upload
from .base import Vendor, is_email, require

TEXTS = {
    "first_name", "last_name", "email", "phone", "job", "linkedin", "website", "coverletter", "resumetext", "source",
    "apply_date", "address", "city", "state", "postal", "base64-resume",
}  # fmt: skip
NEEDED = ("first_name", "last_name", "email")
PAGE = 100
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
VALUE = re.compile(r"answer_value_(0[1-9]|1[0-9]|20)")
#: What each follow-up must have, besides the key and the applicant.
FOLLOW_UPS = {
    "questionnaire_answers": {"job_id", "questionnaire_id"},
    "notes": {"user_id", "security", "contents"},
    "files": {"filename", "file_data"},
}


def says(status: int, error: str) -> Reply:
    """Return a failure in JazzHR's shape."""
    return Reply(status=status, body={"error": error})


WRONG_KEY = says(401, "Invalid API key")
NOT_FOUND = says(404, "Not found")


class JazzHR(Vendor):
    """Play the account of a JazzHR customer."""

    slug = "jazzhr"
    replies = {
        "refuse_key": WRONG_KEY,
        "closed": says(404, "The job was not found"),
        "reject": says(400, "email is not valid"),
    }
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[0] if steps and steps[0] != "v1" else ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Show users, jobs and applicants; take applicants and what follows."""
        customer = self.account(call.steps)
        steps = call.steps[bool(customer) :]
        require(accounts.is_known(self.slug, customer) and steps[:1] == ("v1",), NOT_FOUND)
        require(call.method in ("GET", "POST"), says(405, "Method not allowed"))
        asked = (call.query.get("apikey") or [""])[0]
        key = asked if call.method == "GET" else call.body.get("apikey")
        require(isinstance(key, str) and accounts.fits(self.slug, customer, key), WRONG_KEY)
        if call.method == "GET":
            return self.look(steps[1:], customer, accounts, drawer)
        if steps == ("v1", "applicants"):
            return self.make(call, customer, accounts, drawer)
        require(len(steps) == 2 and steps[1] in FOLLOW_UPS, NOT_FOUND)
        return self.follow_up(call, drawer, steps[1])

    def look(self, steps: tuple[str, ...], customer: str, accounts: Accounts, drawer: Drawer) -> Reply:
        """Show what was asked for."""
        match steps:
            case ("users",):
                return Reply(status=200, body=[{"id": "usr_1", "type": "Super Admin"}])
            case ("jobs", job) if accounts.has_job(self.slug, customer, job):
                return Reply(status=200, body={"id": job, "title": f"Job {job}", "status": "Open"})
            case ("applicants", "name", last_name, *further):
                return page(drawer.find("applicants", customer=customer, last_name=last_name), further)
            case ("applicants", "job_id", job, *further):
                return page(drawer.find("applicants", customer=customer, job=job), further)
            case ("applicants", id) if thing := drawer.get("applicants", id):
                return Reply(status=200, body={**listed(id, thing), "email": thing["email"]})
        return NOT_FOUND

    def make(self, call: Call, customer: str, accounts: Accounts, drawer: Drawer) -> Taken:
        """Take an applicant with or without a job; the same person twice is two."""
        values = {name: value for name, value in call.body.items() if name != "apikey"}
        wrong = [name for name, value in values.items() if name not in TEXTS or not isinstance(value, str)]
        require(not wrong, says(400, f"Unknown or wrong: {', '.join(wrong)}"))
        require(all(values.get(name, "").strip() for name in NEEDED), says(400, "A required field is missing"))
        require(is_email(values["email"]), self.replies["reject"])
        require(DAY.fullmatch(values.get("apply_date", "2026-01-01")), says(400, "apply_date is not valid"))
        require(accounts.has_job(self.slug, customer, values.get("job", "")), self.replies["closed"])
        reception = self.applicant(call, values)
        thing = {**values, "customer": customer, "reception": reception, "base64-resume": ""}
        drawer.add("applicants", thing, id=reception.id)
        return Taken(reception=reception, reply=Reply(status=200, body={"prospect_id": reception.id}))

    def applicant(self, call: Call, values: dict[str, str]) -> Reception:
        """Return the applicant as it is kept, without the CV's bytes."""
        received = self.received(
            call,
            job=values.get("job", ""),
            resume=curriculum(values.get("base64-resume", "")),
            name=f"{values['first_name']} {values['last_name']}",
            email=values["email"],
            phone=values.get("phone", ""),
            cover_letter=values.get("coverletter", ""),
        )
        shown = {name: value for name, value in values.items() if name != "base64-resume"}
        return replace(received, id=f"prospect_{received.id}", fields=shown)

    def follow_up(self, call: Call, drawer: Drawer, kind: str) -> Reply | Taken:
        """Take what belongs to an applicant."""
        thing = drawer.get("applicants", call.body.get("applicant_id"))
        require(thing, says(404, "The applicant was not found"))
        assert thing is not None
        given = {name for name in call.body if name not in ("apikey", "applicant_id")}
        answers = {name for name in given if kind == "questionnaire_answers" and VALUE.fullmatch(name)}
        require(given - answers == FOLLOW_UPS[kind], says(400, "Unknown or missing fields"))
        known, told = thing["reception"], {f"{kind}.{name}": call.body[name] for name in sorted(given)}
        reception = replace(known, fields={**known.fields, **told})
        drawer.add("applicants", {**thing, "reception": reception}, id=known.id)
        return Taken(reception=reception, reply=Reply(status=200, body={}))


def curriculum(encoded: str) -> Upload | None:
    """Return the CV, which comes without name and type."""
    if not encoded:
        return None
    try:
        resume = upload_of("", "", encoded)
    except ValueError:
        resume = None
    require(resume and resume.size, says(400, "base64-resume is not valid"))
    return resume


def page(found: list[tuple[str, Mapping[str, Any]]], further: list[str]) -> Reply:
    """Return the first hundred applicants, or the hundred that the end of a path names."""
    match further:
        case []:
            number = 1
        case ["page", text] if text.isdigit() and int(text):
            number = int(text)
        case _:
            return NOT_FOUND
    shown = found[(number - 1) * PAGE : number * PAGE]
    return Reply(status=200, body=[listed(id, thing) for id, thing in shown])


def listed(id: str, thing: Any) -> dict[str, str]:
    """Return an applicant as lists show them: without the email address."""
    names = {name: thing[name] for name in ("first_name", "last_name")}
    return {"id": id, **names, "prospect_phone": thing.get("phone", ""), "job_id": thing.get("job", "")}
