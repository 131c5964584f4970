"""SmartRecruiters, Application API: POST /postings/{uuid}/candidates with X-SmartToken and JSON, no /v1 before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts, Questions
from ..uploads import upload_of
from ..values import Call, Reception, Reply, Upload
from .base import Vendor, require

EMAIL = re.compile(r"[a-zA-Z0-9#._%'+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,63}")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FILE_TYPES = {"pdf", "doc", "docx", "rtf", "jpg", "jpeg", "png"}
LARGEST_FILE = 2 * 1024 * 1024
LONGEST_ANSWER = 4000
#: Members and what they must be.
MEMBERS: Mapping[str, type] = {
    "firstName": str, "lastName": str, "email": str, "phoneNumber": str, "location": dict, "web": dict,
    "resume": dict, "attachments": list, "messageToHiringManager": str, "answers": list, "consentDecisions": dict,
    "consent": bool, "sourceDetails": dict, "internal": bool, "createJoinLink": bool, "tags": list,
    "education": list, "experience": list, "avatar": dict,
}  # fmt: skip
PLACE = {"country", "countryCode", "region", "regionCode", "city", "lat", "lng"}
WEB = {"skype", "linkedIn", "facebook", "twitter", "website"}
SCOPES = {"SINGLE", "SMART_RECRUIT", "SMART_CRM", "SMART_MESSAGE_SMS", "SMART_MESSAGE_WHATSAPP"}
CHOOSING = ("RADIO", "SINGLE_SELECT", "MULTI_SELECT")
CHOICES = [{"id": "0", "label": "No"}, {"id": "1", "label": "Yes"}]
#: What ends the kind of a question that may be repeated, and how often.
REPEATABLE, MOST_RECORDS = "[]", 100
#: What every posting asks that was registered without questions.
USUAL: Questions = {"7001": "RADIO"}


def refusal(status: int, code: str, message: str) -> Reply:
    """Return a refusal in SmartRecruiters' shape; it has an id, too."""
    body = {"id": "b7c1c0de-0000-4000-8000-000000000000", "code": code, "message": message}
    return Reply(status=status, body=body)


NOT_FOUND = refusal(404, "RESOURCE_NOT_FOUND_ERROR", "Not Found")
NO_KEY = Reply(status=401, body="Authentication data missing")
WRONG_KEY = refusal(401, "INVALID_API_KEY_ERROR", "The API key is not valid")


class SmartRecruiters(Vendor):
    """Play the postings of a SmartRecruiters customer."""

    slug = "smartrecruiters"
    replies = {
        "refuse_key": WRONG_KEY,
        "closed": NOT_FOUND,
        "reject": refusal(400, "DATA_VALIDATION_ERROR", "screening questions are required: q-work-permit"),
    }
    throttled = refusal(429, "TOO_MANY_REQUESTS", "Too many requests")
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show the feed, a company's postings, or what a posting asks."""
        match call.steps:
            case ("v1", "companies", _, "postings"):
                jobs = [{"uuid": job, "name": f"Job {job}"} for job in accounts.jobs(self.slug, "")]
                return Reply(status=200, body={"totalFound": len(jobs), "content": jobs})
            case ("feed", "publications"):
                self.enter(call, accounts)
                return Reply(status=200, body={"content": []})
            case ("postings", job, "configuration"):
                self.enter(call, accounts)
                require(accounts.has_job(self.slug, "", job), NOT_FOUND)
                questions = shown(accounts.questions(self.slug, "", job) or USUAL)
                return Reply(status=200, body={"questions": questions, "settings": {}, "privacyPolicies": []})
        return NOT_FOUND

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        require(len(call.steps) == 3 and (call.steps[0], call.steps[2]) == ("postings", "candidates"), NOT_FOUND)
        self.enter(call, accounts)
        job, person = call.steps[1], call.body
        require(accounts.has_job(self.slug, "", job), NOT_FOUND)
        require(not call.query and person, refusal(400, "INVALID_REQUEST", "JSON is needed"))
        check_members(person)
        check_answers(person.get("answers", []), accounts.questions(self.slug, "", job) or USUAL)
        kept = self.received(
            call,
            job=job,
            resume=file_of(person["resume"]) if "resume" in person else None,
            name=f"{person['firstName']} {person['lastName']}",
            email=person["email"],
            phone=person.get("phoneNumber", ""),
            cover_letter=person.get("messageToHiringManager", ""),
        )
        return replace(kept, fields={name: value for name, value in person.items() if name != "resume"})

    def enter(self, call: Call, accounts: Accounts) -> None:
        """Refuse a call without a key or with a wrong one."""
        key = call.headers.get("x-smarttoken", "")
        require(key, NO_KEY)
        require(accounts.fits(self.slug, "", key), WRONG_KEY)

    def receipt(self, reception: Reception) -> Reply:
        """Give the candidate's id back."""
        made = {"id": reception.id, "createdOn": reception.at, "candidatePortalUrl": "https://my.example.org/"}
        return Reply(status=201, body=made)


def shown(questions: Questions) -> list[dict[str, Any]]:
    """Return questions as a posting's configuration lists them: simple ones, of one field each."""
    return [
        {
            "id": id,
            "label": f"Question {id}",
            "repeatable": kind.endswith(REPEATABLE),
            "fields": [field_of(kind.removesuffix(REPEATABLE))],
        }
        for id, kind in questions.items()
    ]


def field_of(kind: str) -> dict[str, Any]:
    """Return the one field of a simple question."""
    return {"id": "value", "type": kind, "required": False, "values": CHOICES if kind in CHOOSING else []}


def check_members(person: Mapping[str, Any]) -> None:
    """Refuse members that nobody documents, of another type, or missing."""
    wrong = [name for name, value in person.items() if not isinstance(value, MEMBERS.get(name, type(None)))]
    require(not wrong, refusal(400, "INVALID_REQUEST", f"Unknown or of another type: {', '.join(wrong)}"))
    names = [name for name in ("firstName", "lastName") if not person.get(name, "").strip()]
    require(not names, refusal(400, "DATA_VALIDATION_ERROR", f"Missing: {', '.join(names)}"))
    require(EMAIL.fullmatch(person.get("email", "")), refusal(400, "DATA_VALIDATION_ERROR", "email does not match"))
    for name, known in (("location", PLACE), ("web", WEB), ("consentDecisions", SCOPES)):
        require(set(person.get(name, {})) <= known, refusal(400, "INVALID_REQUEST", f"{name} has unknown members"))
    decisions = person.get("consentDecisions", {}).values()
    require(all(isinstance(given, bool) for given in decisions), refusal(400, "INVALID_INPUT", "true or false"))
    if "resume" in person:
        file_of(person["resume"])


def file_of(file: Mapping[str, Any]) -> Upload:
    """Return a file, or refuse it."""
    wrong = refusal(400, "FILE_UPLOAD_ERROR", "The file cannot be taken")
    require(set(file) == {"fileName", "mimeType", "fileContent"}, wrong)
    try:
        upload = upload_of(file["fileName"], file["mimeType"], file["fileContent"])
    except (ValueError, TypeError):
        upload = None
    require(upload and upload.extension in FILE_TYPES and 0 < upload.size <= LARGEST_FILE, wrong)
    assert upload
    return upload


def check_answers(answers: list[Any], questions: Questions) -> None:
    """Refuse answers to unknown questions and values that a question does not have."""
    wrong = [str(answer.get("id")) for answer in answers if not answer_fits(answer, questions)]
    require(not wrong, refusal(400, "DATA_VALIDATION_ERROR", f"incorrect answers: {', '.join(wrong)}"))


def answer_fits(answer: Mapping[str, Any], questions: Questions) -> bool:
    """Tell whether an answer has records of fields, whose values are lists of fitting texts."""
    kind, records = questions.get(str(answer.get("id")), ""), answer.get("records")
    if set(answer) != {"id", "records"} or kind in ("", "INFORMATION") or not isinstance(records, list):
        return False
    fields, most = [record.get("fields", {}) for record in records], MOST_RECORDS if kind.endswith(REPEATABLE) else 1
    kind = kind.removesuffix(REPEATABLE)
    return 0 < len(fields) <= most and all(set(f) == {"value"} and values_fit(kind, f["value"]) for f in fields)


def values_fit(kind: str, values: Any) -> bool:
    """Tell whether the values of one field fit its type."""
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        return False
    if kind in CHOOSING:
        return {*values} <= {choice["id"] for choice in CHOICES} and (kind == "MULTI_SELECT" or len(values) == 1)
    if kind == "CHECKBOX":
        return values == ["1"]
    if kind == "DATE":
        return all(ISO_DATE.fullmatch(value) for value in values)
    return all(len(value.encode()) <= LONGEST_ANSWER for value in values)
