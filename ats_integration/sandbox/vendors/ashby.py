"""Ashby, public API: every call is a POST to /{endpoint} with Basic auth; what is refused comes with 200."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts, Questions
from ..drawers import Drawer
from ..values import Call, Reception, Reply, Taken
from .base import BOOLEANS, Vendor, is_email, require

ALWAYS_FAILS = "testing-fail-validation@example.com"
PARTS = {"jobPostingId", "applicationForm", "utmData", "tagIds", "allowSubmissionForUnpublishedJobPosting"}
UTM = {"utm_source", "utm_campaign", "utm_medium", "utm_term", "utm_content"}
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CHOICES = [{"value": "mbo", "label": "MBO"}, {"value": "hbo", "label": "HBO"}]
VALUES = {choice["value"] for choice in CHOICES}

#: The form of every posting: path, type, title, and whether it is required.
FIELDS: tuple[tuple[str, str, str, bool], ...] = (
    ("_systemfield_name", "String", "Name", True),
    ("_systemfield_email", "Email", "Email", True),
    ("_systemfield_resume", "File", "Resume", False),
    ("3b1c7a52-0001-4c5d-9a51-0d6f7f1f0a01", "Phone", "Phone number", False),
    ("3b1c7a52-0002-4c5d-9a51-0d6f7f1f0a02", "String", "LinkedIn profile", False),
    ("3b1c7a52-0003-4c5d-9a51-0d6f7f1f0a03", "String", "Your website", False),
    ("3b1c7a52-0004-4c5d-9a51-0d6f7f1f0a04", "LongText", "Cover letter", False),
    ("3b1c7a52-0005-4c5d-9a51-0d6f7f1f0a05", "Location", "Where do you live?", False),
    ("3b1c7a52-0006-4c5d-9a51-0d6f7f1f0a06", "Boolean", "I have read the privacy policy", False),
    ("3b1c7a52-0007-4c5d-9a51-0d6f7f1f0a07", "Boolean", "Keep my data for future openings", False),
    ("3b1c7a52-0008-4c5d-9a51-0d6f7f1f0a08", "Boolean", "Send me the newsletter", False),
    ("3b1c7a52-0009-4c5d-9a51-0d6f7f1f0a09", "Boolean", "Rijbewijs B?", False),
)

#: What each type of field takes.
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Date": lambda value: isinstance(value, str) and bool(ISO_DATE.fullmatch(value)),
    "Number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Email": lambda value: isinstance(value, str) and is_email(value),
    "ValueSelect": lambda value: value in VALUES,
    "MultiValueSelect": lambda value: isinstance(value, list) and {*value} <= VALUES,
    "Score": lambda value: isinstance(value, dict) and value.get("score") in (1, 2, 3, 4),
    "RichText": lambda value: isinstance(value, dict) and value.get("type") == "PlainText" and "value" in value,
    "Location": lambda value: isinstance(value, dict) and set(value) <= {"country", "region", "city"},
}


def refusal(code: str, message: str) -> Reply:
    """Return a refusal in Ashby's shape: with 200."""
    info = {"code": code, "message": message, "requestId": "01JDEXAMPLE"}
    return Reply(status=200, body={"success": False, "errors": [code], "errorInfo": info})


def invalid(message: str) -> Reply:
    """Return what Ashby says about values that it does not take."""
    return refusal("invalid_input", message)


UNKNOWN_KEY = Reply(status=403, body={"success": False, "errors": ["The API key is not valid."]})
NO_KEY = Reply(status=401, body="Authentication is needed.")
UNKNOWN_POSTING = refusal("job_posting_not_found", "There is no such job posting.")


class Ashby(Vendor):
    """Play the account of an Ashby customer."""

    slug = "ashby"
    replies = {
        "refuse_key": UNKNOWN_KEY,
        "closed": refusal("job_posting_not_published", "The job posting is not published."),
        "reject": invalid("A required field is missing."),
    }
    throttled = Reply(status=429, body={"success": False, "errors": ["rate_limit_exceeded"]})
    unknown = Reply(status=404, body={"success": False, "errors": ["endpoint_not_found"]})

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer one of the endpoints."""
        require(call.method == "POST", Reply(status=405, body="Method Not Allowed"))
        endpoint = call.steps[0] if len(call.steps) == 1 else ""
        require(endpoint in ("apiKey.info", "jobPosting.info", "applicationForm.submit"), self.unknown)
        enter(call, accounts)
        if endpoint == "apiKey.info":
            return success({"title": "Jobbird", "scopes": ["candidatesWrite", "jobsRead", "apiKeysRead"]})
        if endpoint == "jobPosting.info":
            return self.posting(call, accounts)
        return super().answer(call, accounts, drawer)

    def posting(self, call: Call, accounts: Accounts) -> Reply:
        """Show a job posting with its form."""
        job = call.body.get("jobPostingId")
        require(isinstance(job, str) and accounts.has_job(self.slug, "", job), UNKNOWN_POSTING)
        fields = [shown(*field) for field in form_of(accounts.questions(self.slug, "", str(job)))]
        return success({"id": job, "applicationFormDefinition": {"sections": [{"title": "", "fields": fields}]}})

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        require(call.is_multipart, invalid("A form is needed."))
        job = call.text("jobPostingId")
        require(job, invalid("jobPostingId is needed."))
        require(accounts.has_job(self.slug, "", job), UNKNOWN_POSTING)
        entries = entries_of(call)
        check_entries(entries, form_of(accounts.questions(self.slug, "", job)))
        check_parts(call, entries)
        titles = {path: title for path, _kind, title, _required in FIELDS}
        told = {titles.get(path, path): value for path, value in entries.items()}
        kept = self.received(
            call,
            job=job,
            resume=call.files.get(str(told.get("Resume"))),
            name=told["Name"],
            email=told["Email"],
            phone=told.get("Phone number", ""),
            cover_letter=told.get("Cover letter", ""),
        )
        return replace(kept, fields={**told, "utmData": call.text("utmData")})

    def receipt(self, reception: Reception) -> Reply:
        """Give back the submitted form; no id of a candidate or an application."""
        form = {"id": reception.id, "formDefinition": {}, "submittedValues": {}}
        return success({"submittedFormInstance": form, "formMessages": {"blocked": False}})


def success(results: Any) -> Reply:
    """Return an answer in Ashby's shape."""
    return Reply(status=200, body={"success": True, "results": results})


def enter(call: Call, accounts: Accounts) -> None:
    """Refuse whoever has no key, and whoever does not ask for JSON."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    require(scheme == "Basic" and token, NO_KEY)
    try:
        user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
    except ValueError:
        user = colon = password = ""
    require(colon and not password and accounts.fits(Ashby.slug, "", user), UNKNOWN_KEY)
    require("application/json" in call.headers.get("accept", ""), invalid("Only JSON can be had."))


def form_of(questions: Questions) -> tuple[tuple[str, str, str, bool], ...]:
    """Return the fields of a posting's form, with the registered questions below the usual ones."""
    return (*FIELDS, *((path, kind, f"Question {path}", False) for path, kind in questions.items()))


def shown(path: str, kind: str, title: str, is_required: bool) -> dict[str, Any]:
    """Return a field as the form lists it."""
    field = {"id": path, "path": path, "type": kind, "title": title, "isNullable": not is_required}
    choices = {"selectableValues": CHOICES} if kind.endswith("ValueSelect") else {}
    return {"isRequired": is_required, "field": {**field, **choices}}


def entries_of(call: Call) -> dict[str, Any]:
    """Return the values by path, or refuse what is no list of them."""
    try:
        entries = json.loads(call.text("applicationForm"))["fieldSubmissions"]
        found = {entry["path"]: entry["value"] for entry in entries}
    except (ValueError, TypeError, KeyError):
        found = {}
    require(found and len(found) == len(entries), invalid("applicationForm is not what it should be."))
    return found


def check_entries(entries: Mapping[str, Any], form: tuple[tuple[str, str, str, bool], ...]) -> None:
    """Refuse paths that the form lacks, fields that are missing, and values of another type."""
    types = {path: kind for path, kind, _title, _required in form}
    require(set(entries) <= set(types), invalid("A path is not on the form."))
    missing = [title for path, _kind, title, required in form if required and not entries.get(path)]
    require(not missing, invalid(f"Missing: {', '.join(missing)}."))
    wrong = [path for path, value in entries.items() if not TYPES.get(types[path], is_text)(value)]
    require(not wrong, invalid(f"Wrong type: {', '.join(wrong)}."))
    require(entries["_systemfield_email"] != ALWAYS_FAILS, invalid("Validation failed."))


def is_text(value: Any) -> bool:
    """Tell whether a value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def check_parts(call: Call, entries: Mapping[str, Any]) -> None:
    """Refuse files that no field names, fields that name no file, and parts that nobody documents."""
    named = {value for path, value in entries.items() if path == "_systemfield_resume"}
    require(named == set(call.files), invalid("Files and file fields do not match."))
    require(all(upload.size for upload in call.files.values()), invalid("A file is empty."))
    require(set(call.form) <= PARTS, invalid("Unknown part."))
    flag = call.text("allowSubmissionForUnpublishedJobPosting")
    require(flag in ("", *BOOLEANS), invalid("Expected true or false."))
    source = json.loads(call.text("utmData") or "{}")
    require(isinstance(source, dict) and set(source) <= UTM, invalid("utmData is not what it should be."))
