"""Homerun, public API v2: POST /job-applications, then its files and notes; lists for who may read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Reception, Refusal, Reply, Taken
from .base import URL, Vendor, is_email, require

LARGEST = 25 * 1024 * 1024
LINKS = {"linkedin", "website", "facebook", "twitter", "github"}
TEXTS = LINKS | {
    "first_name", "last_name", "email", "vacancy_id", "phone_number", "city", "country", "education", "experience",
    "pronouns", "skype", "date_of_birth", "assignment", "photo",
}  # fmt: skip
#: The type of each field of an application.
TYPES: dict[str, type] = {**dict.fromkeys(TEXTS, str), "sourced": bool, "sources": list, "custom_data": dict}
NOTE_TYPES: dict[str, type] = {"note": str, "display_name": str, "is_sensitive": bool}
REQUIRED = ("first_name", "last_name", "email")
#: A key that may not do everything names what it may do, such as "key|job-applications:write".
SCOPES = "|"


def refusal(status: int, message: str, **problems: str) -> Reply:
    """Return a refusal in Homerun's shape."""
    details = [{"param": name, "message": f"{name} {what}"} for name, what in problems.items()]
    return Reply(status=status, body={"code": status, "error": True, "message": message, "details": details})


def invalid(**problems: str) -> Reply:
    """Return what Homerun says about wrong parameters."""
    return refusal(400, "The given input was invalid", **problems)


class Homerun(Vendor):
    """Play the account behind an API key."""

    slug = "homerun"
    replies = {
        "refuse_key": refusal(401, "Unauthenticated"),
        "closed": refusal(404, "Vacancy not found"),
        "reject": invalid(email="is not a valid value"),
    }
    throttled = refusal(429, "Too Many Requests")
    unknown = refusal(404, "Not found")

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer any call of those that the documentation describes."""
        require(call.method in ("GET", "POST"), refusal(405, "Method not allowed"))
        self.enter(call, accounts)
        match call.method, call.steps:
            case "GET", ("ping",):
                return Reply(status=200, body={"pong": True})
            case "GET", ("vacancies", job):
                allow(call, "vacancies:read")
                require(accounts.has_job(self.slug, "", job), self.replies["closed"])
                return shown(200, id=job, status="public", title=f"Job {job}")
            case "GET", ("job-applications",):
                allow(call, "job-applications:read")
                return listed(call, drawer)
            case "POST", ("job-applications",):
                allow(call, "job-applications:write")
                return self.take_application(call, accounts, drawer)
            case "POST", ("job-applications", id, "files" | "notes" as kind):
                allow(call, f"job-application-{kind}:write")
                return self.add(id, kind, call, drawer)
        return self.unknown

    def enter(self, call: Call, accounts: Accounts) -> None:
        """Refuse a call without a good key."""
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        require(scheme == "Bearer" and accounts.fits(self.slug, "", key), self.replies["refuse_key"])
        require(call.headers.get("accept") == "application/json", refusal(406, "Not acceptable"))

    def take_application(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken:
        """Take an application; without a vacancy it goes into the general pool, as Homerun does it."""
        if problems := wrong(call.json, TYPES, REQUIRED):
            raise Refusal(invalid(**problems))
        given, job = call.body, call.body.get("vacancy_id", "")
        require(not job or accounts.has_job(self.slug, "", job), self.replies["closed"])
        reception = self.received(
            call,
            job=job,
            resume=None,
            name=f"{given['first_name']} {given['last_name']}",
            email=given["email"],
            phone=given.get("phone_number", ""),
            cover_letter="",
        )
        id = drawer.add("applications", {"reception": reception}, id=f"ap_{uuid4().hex[:20]}")
        return Taken(reception=reception, reply=shown(201, **detailed(id, reception)))

    def add(self, id: str, kind: str, call: Call, drawer: Drawer) -> Taken:
        """Add a file or a note to an application."""
        application = drawer.get("applications", id)
        require(application, refusal(404, "Job application not found"))
        assert application
        change = with_file if kind == "files" else with_note
        reception = change(call, application["reception"])
        drawer.add("applications", {"reception": reception}, id=id)
        return Taken(reception=reception, reply=shown(200 if kind == "files" else 201, id=id))


def allow(call: Call, scope: str) -> None:
    """Refuse a key that names its scopes, and not this one."""
    _, _, scopes = call.headers.get("authorization", "").partition(SCOPES)
    require(not scopes or scope in scopes.split(","), refusal(403, "Forbidden"))


def listed(call: Call, drawer: Drawer) -> Reply:
    """Return one page of a vacancy's applications, the newest first."""
    known = {"filter[vacancy_id]", "page", "perPage"}
    require(set(call.query) <= known, invalid(**dict.fromkeys(set(call.query) - known, "is unknown")))
    asked, most = (call.query.get("filter[vacancy_id]") or [""])[0], int((call.query.get("perPage") or ["15"])[0])
    require(1 <= most <= 100, invalid(perPage="is not a valid value"))
    found = [(id, kept["reception"]) for id, kept in drawer.find("applications")][::-1]
    rows = [detailed(id, reception) for id, reception in found if asked in ("", reception.job_id)]
    return Reply(status=200, body={"data": rows[:most], "meta": {"per_page": most, "total": len(rows)}})


def detailed(id: str, reception: Reception) -> dict[str, Any]:
    """Return an application as Homerun shows it: the person in an object of its own."""
    first, _, last = reception.name.partition(" ")
    person = {"first_name": first, "last_name": last, "email": reception.email, "phone_number": reception.phone}
    return {"id": id, "sourced": False, "vacancy_id": reception.job_id, "personal_info": person}


def with_file(call: Call, reception: Reception) -> Reception:
    """Return the application with its CV."""
    upload, kind = call.files.get("file"), call.text("type")
    require(call.is_multipart and kind in ("resume", "assignment"), invalid(type="is not a valid value"))
    require(upload and upload.size and upload.size <= LARGEST, invalid(file="is not a valid value"))
    require(set(call.form) == {"type"} and set(call.files) == {"file"}, invalid(form="has unknown fields"))
    return replace(reception, resume=upload)


def with_note(call: Call, reception: Reception) -> Reception:
    """Return the application with one more note, which is where a cover letter goes."""
    if problems := wrong(call.json, NOTE_TYPES, ("note", "display_name")):
        raise Refusal(invalid(**problems))
    notes = [*reception.fields.get("notes", []), call.body["note"]]
    return replace(reception, cover_letter=call.body["note"], fields={**reception.fields, "notes": notes})


def wrong(body: Any, types: dict[str, type], required: tuple[str, ...]) -> dict[str, str]:
    """Return what is wrong with a JSON body, by parameter."""
    if not isinstance(body, dict):
        return {"body": "is not a JSON object"}
    problems = {name: "is required" for name in required if not str(body.get(name) or "").strip()}
    problems |= {name: "is unknown" for name in body if name not in types}
    problems |= {n: "is not a valid value" for n, kind in types.items() if n in body and type(body[n]) is not kind}
    if isinstance(body.get("email"), str) and not is_email(body["email"]):
        problems["email"] = "is not a valid value"
    links = {name for name in LINKS & set(body) if not URL.match(str(body[name]))}
    return {**problems, **dict.fromkeys(links, "is not a URL")}


def shown(code: int, /, **values: Any) -> Reply:
    """Return a success."""
    return Reply(status=code, body={"data": values})
