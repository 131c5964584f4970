"""Pinpoint, JSON:API: POST /api/v1/applications with X-API-KEY; person, CV and answers in one document.

The vendor has the customer in the host's name. Here it is an optional first step of the path:
/pinpoint/acme/api/v1/… plays acme.pinpointhq.com.
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

JSON_API = "application/vnd.api+json"
TEXTS = {
    "first_name", "last_name", "email", "phone", "phone_iso2", "linkedin_url", "summary", "cv_base64_filename",
    "cv_base64_data", "address1", "address2", "town", "country", "postcode", "date_of_birth", "start_on", "locale",
}  # fmt: skip
ANSWERS = {"text_answer": str, "boolean_answer": bool, "date_answer": str, "url_answer": str}
FILTERS = {"filter[job_id]", "filter[job_visibility]", "fields[applications]", "sort", "page[size]", "page[number]"}
DATA_URL = re.compile(r"data:(?P<kind>[\w.+-]+/[\w.+-]+);base64,(?P<content>[A-Za-z0-9+/]+={0,2})")


def refusal(status: int, title: str, code: str, detail: str) -> Reply:
    """Return a refusal in Pinpoint's shape."""
    error = {"title": title, "code": code, "status": str(status), "detail": detail}
    return Reply(status=status, body={"errors": [error]})


def invalid(detail: str) -> Reply:
    """Return what Pinpoint says about wrong data."""
    return refusal(422, "Validation Error", "unprocessable_entity", detail)


def malformed(detail: str) -> Reply:
    """Return what Pinpoint says about a document that it cannot read."""
    return refusal(400, "Bad Request", "bad_request", detail)


NO_KEY = refusal(401, "Unauthorized", "unauthorized", "X-API-KEY header not provided")
WRONG_KEY = refusal(401, "Unauthorized", "unauthorized", "Invalid API key")
NOT_FOUND = refusal(404, "Record not found", "not_found", "Record not found")


class Pinpoint(Vendor):
    """Play the account of a Pinpoint customer."""

    slug = "pinpoint"
    replies = {"refuse_key": WRONG_KEY, "closed": NOT_FOUND, "reject": invalid("first_name can't be blank")}
    throttled = refusal(429, "Too Many Requests", "too_many_requests", "Rate limit exceeded")
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[0] if steps and steps[0] != "api" else ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer any call, and remember who applied."""
        account = self.account(call.steps)
        if call.method == "GET" and call.steps[bool(account) :] == ("api", "v1", "applications"):
            self.enter(call, accounts)
            return applicants(call, account, drawer)
        answered = super().answer(call, accounts, drawer)
        if isinstance(answered, Taken):
            drawer.add("applications", {"reception": answered.reception}, id=answered.reception.id)
        return answered

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show the jobs, or one of them, with its questions where they are asked for."""
        account = self.account(call.steps)
        match self.enter(call, accounts):
            case ("jobs",):
                jobs = [resource("jobs", job) for job in accounts.jobs(self.slug, account)]
                return Reply(status=200, body={"data": jobs})
            case ("jobs", job) if accounts.has_job(self.slug, account, job):
                require(set(call.query) <= {"include"}, malformed("Malformed query params"))
                included = {"included": QUESTIONS} if call.query.get("include") == ["questions"] else {}
                return Reply(status=200, body={"data": resource("jobs", job), **included})
        return NOT_FOUND

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        account = self.account(call.steps)
        require(self.enter(call, accounts) == ("applications",), NOT_FOUND)
        require(call.headers.get("content-type") == JSON_API, malformed("Send JSON:API."))
        require(set(call.body) <= {"data", "included"} and not call.query, malformed("Unknown member"))
        data = part(call.body, "data")
        require(data.get("type") == "applications", malformed("The type is wrong."))
        given, relations = part(data, "attributes"), part(data, "relationships")
        check_attributes(given)
        job = related(relations, "job", "jobs")
        require(accounts.has_job(self.slug, account, job), NOT_FOUND)
        answers = answers_of(relations, call.body.get("included", []))
        reception = self.received(
            call,
            job=job,
            resume=file_of(given),
            name=f"{given['first_name']} {given['last_name']}",
            email=given["email"],
            phone=given.get("phone", ""),
            cover_letter=given.get("summary", ""),
        )
        texts = {name: value for name, value in given.items() if name != "cv_base64_data"}
        return replace(reception, fields={**texts, **answers})

    def enter(self, call: Call, accounts: Accounts) -> tuple[str, ...]:
        """Return what is asked for below the API; refuse a call without a good key."""
        account = self.account(call.steps)
        steps, key = call.steps[bool(account) :], call.headers.get("x-api-key", "")
        require(accounts.is_known(self.slug, account) and steps[:2] == ("api", "v1"), NOT_FOUND)
        require(key, NO_KEY)
        require(accounts.fits(self.slug, account, key), WRONG_KEY)
        require(call.headers.get("accept") == JSON_API, malformed("Accept JSON:API."))
        return steps[2:]

    def receipt(self, reception: Reception) -> Reply:
        """Give the application's id back."""
        return Reply(status=201, body={"data": {"id": reception.id, "type": "applications", "attributes": {}}})


def resource(kind: str, id: str, **attributes: Any) -> dict[str, Any]:
    """Return a resource as a list shows it."""
    return {"id": id, "type": kind, "attributes": attributes or {"title": f"Job {id}", "status": "open"}}


#: What every job asks.
QUESTIONS = [
    resource("questions", "7001", title="Rijbewijs B?", question_type="boolean", required=False),
    resource("questions", "7002", title="Beschikbaar vanaf", question_type="date", required=False),
    resource("questions", "7003", title="Portfolio", question_type="url", required=False),
    resource("questions", "7004", title="Motivatie", question_type="long_text", required=False),
    resource("questions", "7005", title="Talen", question_type="multiple_choice", required=False,
             multiple_choice_options=["Nederlands", "Engels"]),
    resource("questions", "7006", title="Diploma", question_type="document", required=False),
]  # fmt: skip


def applicants(call: Call, account: str, drawer: Drawer) -> Reply:
    """Return one page of a job's applications, the newest first."""
    require(
        set(call.query) <= FILTERS and call.query.get("sort") == ["-created_at"], malformed("Malformed query params")
    )
    most = int((call.query.get("page[size]") or ["100"])[0])
    (job,) = call.query.get("filter[job_id]") or [""]
    kept = [found["reception"] for _, found in drawer.find("applications")][::-1]
    rows = [resource("applications", r.id, email=r.email) for r in kept if (r.account, r.job_id) == (account, job)]
    return Reply(status=200, body={"data": rows[:most], "meta": {}})


def part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a member that must be an object."""
    found = document.get(name)
    require(isinstance(found, dict), malformed(f"{name} is missing"))
    assert isinstance(found, dict)
    return found


def check_attributes(given: Mapping[str, Any]) -> None:
    """Refuse attributes that nobody documents, of another type, or missing."""
    strange = [name for name in given if name not in TEXTS]
    require(not strange, malformed(f"{', '.join(strange)} not allowed"))
    for name, value in given.items():
        require(isinstance(value, str) and value, invalid(f"{name} is invalid"))
    for name in ("first_name", "last_name", "email"):
        require(given.get(name, "").strip(), invalid(f"{name} can't be blank"))
    require(is_email(given["email"]), invalid("email is invalid"))


def file_of(given: Mapping[str, str]) -> Upload | None:
    """Return the CV: a data URL, never bare base64."""
    if "cv_base64_data" not in given:
        return None
    name, found = given.get("cv_base64_filename", ""), DATA_URL.fullmatch(given["cv_base64_data"])
    require(found and "." in name, invalid("cv is invalid"))
    assert found
    return upload_of(name, found["kind"], found["content"])


def related(relations: Mapping[str, Any], name: str, kind: str) -> str:
    """Return the id of a relation, which is a string."""
    data = part(part(relations, name), "data")
    fits = set(data) == {"id", "type"} and data["type"] == kind and isinstance(data["id"], str) and data["id"]
    require(fits, invalid(f"{name} must exist"))
    return str(data["id"])


def answers_of(relations: Mapping[str, Any], included: Any) -> dict[str, Any]:
    """Return the answers by their questions: each is linked by its temporary id, and each link has its answer."""
    require(isinstance(included, list), malformed("included is no list"))
    answers = [each for each in included if each.get("type") == "answers"]
    texts = dict(text_of(each) for each in included if each not in answers)
    require(links(relations, "answers") == [each["temp-id"] for each in answers], malformed("temp-id"))
    told = [answer_of(each, texts) for each in answers]
    require(not texts, malformed("An option belongs to no answer"))
    return dict(told)


def links(relations: Mapping[str, Any], name: str) -> list[str]:
    """Return the temporary ids of what a relation makes."""
    made = part(relations, name).get("data", []) if name in relations else []
    fits = all(set(each) == {"type", "method", "temp-id"} and isinstance(each["temp-id"], str) for each in made)
    require(fits and all((each["type"], each["method"]) == (name, "create") for each in made), malformed("temp-id"))
    return [each["temp-id"] for each in made]


def text_of(each: Mapping[str, Any]) -> tuple[str, str]:
    """Return one choice by its temporary id."""
    require(set(each) == {"type", "temp-id", "attributes"} and each["type"] == "answer_options", malformed("included"))
    require(set(part(each, "attributes")) == {"text"}, malformed("answer_options"))
    return each["temp-id"], each["attributes"]["text"]


def answer_of(each: Mapping[str, Any], texts: dict[str, str]) -> tuple[str, Any]:
    """Return one answer and its question; the choices that it names are taken out of `texts`."""
    require(set(each) == {"type", "temp-id", "attributes", "relationships"}, malformed("answers"))
    values, relations = list(part(each, "attributes").items()), part(each, "relationships")
    question = f"answer {related(relations, 'question', 'questions')}"
    if chosen := links(relations, "answer_options"):
        require(not values and set(chosen) <= set(texts), invalid("answers is invalid"))
        return question, [texts.pop(temp_id) for temp_id in chosen]
    require(len(values) == 1 and type(values[0][1]) is ANSWERS.get(values[0][0]), invalid("answers is invalid"))
    return question, values[0][1]
