"""Teamtailor, JSON:API: POST /v1/candidates, /v1/job-applications and /v1/answers.

It fetches the CV from the link in the candidate's call, as Teamtailor does: really, where the link
leads to this machine, and only by its name where it leads elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..downloads import NotFetched, fetched
from ..drawers import Drawer
from ..values import Call, Refusal, Reply, Taken
from .base import Vendor, is_email, require

VERSION = "20240904"
JSON_API = "application/vnd.api+json"

TEXTS = {"first-name", "last-name", "email", "phone", "linkedin-url", "resume", "pitch", "referring-url"}
LINKS = ("linkedin-url", "resume", "referring-url")
LINK = re.compile(r"https?://\S+")
FLAGS = {"sourced", "merge", "set-consent-expiration", "send-welcome-message"}
APPLICATION_TEXTS = {"cover-letter", "referring-url"}
APPLICATION_FLAGS = {"sourced", "send-user-notifications", "send-default-reply"}
#: What answers a question of each kind.
ANSWERS = {"text": str, "boolean": bool, "choices": list, "range": int}


def problem(status: int, title: str, detail: str, pointer: str = "") -> Reply:
    """Return a refusal in the shape of JSON:API."""
    source = {"source": {"pointer": pointer}} if pointer else {}
    error = {"title": title, "detail": detail, "code": "100", "status": str(status), **source}
    return Reply(status=status, body={"errors": [error]})


def invalid(name: str, what: str, *, place: str = "attributes") -> Reply:
    """Return what Teamtailor says about a wrong value."""
    return problem(422, what, f"{name} - {what}", f"/data/{place}/{name}")


def not_found(id: str) -> Reply:
    """Return what Teamtailor says about an id that it does not know."""
    return problem(404, "Record not found", f"The record identified by {id} could not be found.")


class Teamtailor(Vendor):
    """Play the account behind an API key."""

    slug = "teamtailor"
    retry_header = "X-Rate-Limit-Reset"
    replies = {
        "refuse_key": Reply(status=401),
        "closed": not_found("4000001"),
        "reject": invalid("email", "is invalid"),
    }
    throttled = problem(429, "Too many requests", "Too many requests")
    unknown = problem(404, "Not found", "There is no such address.")

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer any call of the four that the documentation describes."""
        require(call.method in ("GET", "POST"), problem(405, "Not allowed", "Method not allowed"))
        self.enter(call, accounts)
        match call.method, call.steps:
            case "GET", ("v1", "company"):
                return Reply(status=200, body={"data": {"id": "1", "type": "companies", "attributes": {}}})
            case "GET", ("v1", "jobs", job) if accounts.has_job(self.slug, "", job):
                return Reply(
                    status=200, body={"data": {"id": job, "type": "jobs", "attributes": {"status": "published"}}}
                )
            case "GET", ("v1", "jobs", job):
                return not_found(job)
            case "POST", ("v1", "candidates"):
                return self.take_candidate(call, drawer)
            case "POST", ("v1", "job-applications"):
                return self.take_application(call, accounts, drawer)
            case "POST", ("v1", "answers"):
                return self.take_answer(call, accounts, drawer)
        return self.unknown

    def enter(self, call: Call, accounts: Accounts) -> None:
        """Refuse a call whose headers are not those of the documentation."""
        scheme, _, key = call.headers.get("authorization", "").partition(" token=")
        require(scheme == "Token" and accounts.fits(self.slug, "", key), self.replies["refuse_key"])
        wrong = problem(406, "Invalid/Missing API Version", "Give the header X-Api-Version.")
        require(call.headers.get("x-api-version") == VERSION, wrong)
        require(call.headers.get("accept") == JSON_API, problem(406, "Not acceptable", "Accept JSON:API."))
        is_json = call.headers.get("content-type") == JSON_API
        require(is_json, problem(415, "Unsupported media type", "Send JSON:API."))

    def take_candidate(self, call: Call, drawer: Drawer) -> Reply:
        """Make a person, or add to the one with the same email address where that is asked for."""
        given = attributes_of(call, "candidates", TEXTS, FLAGS, {"tags"})
        email = given.get("email", "").lower()
        require(is_email(email), invalid("email", "is invalid" if email else "can't be blank"))
        known = drawer.find("candidates", key=email)
        require(not known or given.get("merge"), invalid("email", "has already been taken"))
        id, before = known[0] if known else ("", {"attributes": {}, "resume": None})
        try:
            resume = fetched(given["resume"]) if "resume" in given else before["resume"]
        except NotFetched:
            raise Refusal(invalid("resume", "is invalid")) from None
        person = {"key": email, "attributes": {**before["attributes"], **given}, "resume": resume}
        return created("candidates", drawer.add("candidates", person, id=id), given)

    def take_application(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken:
        """Let a known person apply for a known job, once."""
        given = attributes_of(call, "job-applications", APPLICATION_TEXTS, APPLICATION_FLAGS, set())
        candidate, job = related(call, "candidate", "candidates"), related(call, "job", "jobs")
        person = drawer.get("candidates", candidate)
        require(person, not_found(candidate))
        require(accounts.has_job(self.slug, "", job), not_found(job))
        twice = drawer.find("applications", candidate=candidate, job=job)
        require(not twice, invalid("candidate", "has already applied to this job", place="relationships"))
        assert person
        about = person["attributes"]
        reception = self.received(
            call,
            job=job,
            resume=person["resume"],
            name=f"{about.get('first-name', '')} {about.get('last-name', '')}".strip(),
            email=about["email"],
            phone=about.get("phone", ""),
            cover_letter=given.get("cover-letter", ""),
        )
        reception = replace(reception, fields={**about, **given})
        id = drawer.add("applications", {"candidate": candidate, "job": job, "reception": reception})
        return Taken(reception=reception, reply=created("job-applications", id, given))

    def take_answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken | Reply:
        """Let a person answer a question; a second answer takes the place of the first."""
        given = attributes_of(call, "answers", {"text"}, {"boolean"}, {"choices", "range"})
        candidate, question = related(call, "candidate", "candidates"), related(call, "question", "questions")
        require(drawer.get("candidates", candidate), not_found(candidate))
        asked = {
            id: kind
            for job in accounts.jobs(self.slug, "")
            for id, kind in accounts.questions(self.slug, "", job).items()
        }
        require(not asked or question in asked, not_found(question))
        fits = len(given) == 1 and all(type(value) is ANSWERS[kind] for kind, value in given.items())
        require(fits and asked.get(question, "") in ("", *given), invalid("answer", "is invalid"))
        id = drawer.add("answers", given, id=f"{candidate}{question}")
        reply = created("answers", id, given)
        applications = drawer.find("applications", candidate=candidate)
        if not applications:
            return reply
        last, application = applications[-1]
        reception = application["reception"]
        reception = replace(reception, fields={**reception.fields, f"answer {question}": next(iter(given.values()))})
        drawer.add("applications", {**application, "reception": reception}, id=last)
        return Taken(reception=reception, reply=reply)


def attributes_of(call: Call, kind: str, texts: set[str], flags: set[str], others: set[str]) -> dict[str, Any]:
    """Return the attributes of a document, each one known and of the right type."""
    data = call.body.get("data")
    require(isinstance(data, dict) and data.get("type") == kind, problem(400, "Invalid resource", "The type is wrong."))
    assert isinstance(data, dict)
    given = data.get("attributes")
    require(isinstance(given, dict), problem(400, "Missing attributes", "The attributes are missing."))
    assert isinstance(given, dict)
    for name, value in given.items():
        require(name in texts | flags | others, problem(400, "Param not allowed", f"{name} is not allowed."))
        wanted = str if name in texts else bool if name in flags else None
        require(wanted is None or type(value) is wanted, invalid(name, "is invalid"))
        require(name not in LINKS or LINK.fullmatch(value), invalid(name, "is invalid"))
    tags = given.get("tags", [])
    require(isinstance(tags, list) and all(isinstance(tag, str) for tag in tags), invalid("tags", "is invalid"))
    return given


def related(call: Call, name: str, kind: str) -> str:
    """Return the id of a relation: a string of digits."""
    relation: Any = call.body["data"].get("relationships", {}).get(name, {})
    data = relation.get("data") if isinstance(relation, Mapping) else None
    fits = isinstance(data, dict) and data.get("type") == kind and isinstance(data.get("id"), str)
    require(fits and set(data or ()) == {"id", "type"}, invalid(name, "must exist", place="relationships"))
    assert isinstance(data, dict)
    return str(data["id"])


def created(kind: str, id: str, attributes: Mapping[str, Any]) -> Reply:
    """Return what was made."""
    return Reply(
        status=201, body={"data": {"id": id, "type": kind, "attributes": dict(attributes), "relationships": {}}}
    )
