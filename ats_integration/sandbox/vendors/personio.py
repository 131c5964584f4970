"""Personio Recruiting API v1: POST …/applications/documents, then POST …/applications; the careers page's XML feed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Refusal, Reply, Taken, Upload
from .base import Vendor, is_email, require

FILE_TYPES = {
    "pdf", "pptx", "xlsx", "docx", "doc", "xls", "ppt", "ods", "odt", "7z", "gz", "rar", "zip", "bmp", "gif", "jpg",
    "png", "tif", "csv", "txt", "rtf", "mp4", "3gp", "mov", "avi", "wmv",
}  # fmt: skip
LARGEST = 20 * 2**20
CATEGORIES = {"cv", "cover-letter", "employment-reference", "certificate", "work-sample", "other"}
ATTRIBUTE = re.compile(r"phone|birthday|gender|location|available_from|salary_expectations|custom_attribute_[0-9]+")
DAYS = ("birthday", "available_from")
GENDERS = ("male", "female", "diverse", "undefined")
REQUIRED = ("first_name", "last_name", "email", "job_position_id")
#: The type of each field of an application.
TYPES: dict[str, type] = {
    "first_name": str, "last_name": str, "email": str, "job_position_id": int, "recruiting_channel_id": int,
    "external_posting_id": str, "message": str, "application_date": str, "phase": dict, "tags": list, "files": list,
    "attributes": list,
}  # fmt: skip
PLACE = ("v1", "recruiting", "applications")


def refusal(*problems: tuple[str, str], status: int = 400) -> Reply:
    """Return what Personio says about wrong fields: pairs of field and reason."""
    errors = [{"field": name, "errors": [{"reason": f"errors.{why}", "context": {}}]} for name, why in problems]
    return Reply(status=status, body={"errors": errors})


def trouble(status: int, title: str, detail: str) -> Reply:
    """Return what Personio says where no field is wrong."""
    error = {"id": str(uuid4()), "status": str(status), "title": title, "detail": detail}
    return Reply(status=status, body={"errors": [error]})


class Personio(Vendor):
    """Play the company behind a token."""

    slug = "personio"
    replies = {
        "refuse_key": trouble(401, "Unauthorized", "The token is not recognised."),
        "closed": refusal(("job_position_id", "job-position.not-published")),
        "reject": refusal(("email", "attribute-validation.invalid-email-format")),
    }
    throttled = trouble(429, "Too Many Requests", "Too many requests.")
    unknown = trouble(404, "Not Found", "There is no such address.")

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Take documents and applications; show the careers page's feed to everybody."""
        match call.method, call.steps:
            case "GET", ("xml",):
                return Reply(status=200, body=feed(accounts.jobs(self.slug, "")))
            case "POST", steps if steps == (*PLACE, "documents"):
                self.enter(call, accounts)
                return self.take_document(call, drawer)
            case "POST", steps if steps == PLACE:
                self.enter(call, accounts)
                return self.take_application(call, accounts, drawer)
        return self.unknown if call.method in ("GET", "POST") else trouble(405, "Method Not Allowed", "Use POST.")

    def enter(self, call: Call, accounts: Accounts) -> None:
        """Refuse a call whose headers are not those of the documentation."""
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        known = scheme == "Bearer" and accounts.fits(self.slug, "", key)
        require(known and call.headers.get("x-company-id", "").isdecimal(), self.replies["refuse_key"])
        require(call.headers.get("accept") == "application/json", trouble(406, "Not Acceptable", "Accept JSON."))

    def take_document(self, call: Call, drawer: Drawer) -> Reply:
        """Keep one file for an application that will name it."""
        upload = call.files.get("file")
        require(call.is_multipart and upload and not call.form and len(call.files) == 1, refusal(("file", MISSING)))
        assert upload
        require(upload.size <= LARGEST, refusal(("file", "file-too-big"), status=413))
        fits = upload.size and upload.extension in FILE_TYPES
        require(fits, refusal(("file", "invalid-file-type"), status=422))
        uuid = str(uuid4())
        drawer.add("documents", asdict(upload), id=uuid)
        shown = {"uuid": uuid, "size": upload.size, "mimetype": upload.content_type}
        return Reply(status=200, body={**shown, "original_filename": upload.filename, "extension": upload.extension})

    def take_application(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken:
        """Take an application as the documentation describes it, and nothing else."""
        require(isinstance(call.json, dict), trouble(400, "Bad Request", "The body is not a JSON object."))
        if problems := [*wrong(call.body), *wrong_files(call.body, drawer)]:
            raise Refusal(refusal(*problems))
        job, email = str(call.body["job_position_id"]), call.body["email"].lower()
        require(accounts.has_job(self.slug, "", job), self.replies["closed"])
        twice = drawer.find("applications", job=job, email=email)
        require(not twice, refusal(("email", "applicant-already-exists")))
        drawer.add("applications", {"job": job, "email": email})
        files = [
            drawer.get("documents", file["uuid"]) for file in call.body.get("files", []) if file["category"] == "cv"
        ]
        reception = self.received(
            call,
            job=job,
            resume=Upload(**files[0]) if files and files[0] else None,
            name=f"{call.body['first_name']} {call.body['last_name']}",
            email=call.body["email"],
            phone=next((a["value"] for a in call.body.get("attributes", []) if a["id"] == "phone"), ""),
            cover_letter=call.body.get("message", ""),
        )
        return Taken(reception=reception, reply=Reply(status=201))


MISSING = "attribute-validation.required-attribute"
TYPE = "attribute-validation.invalid-type"


def wrong(body: Any) -> list[tuple[str, str]]:
    """Return what is wrong with an application, by field."""
    problems = [(name, MISSING) for name in REQUIRED if not str(body.get(name) or "").strip()]
    problems += [(name, "attribute-validation.unknown") for name in body if name not in TYPES]
    problems += [(n, TYPE) for n, kind in TYPES.items() if n in body and type(body[n]) is not kind]
    if isinstance(body.get("email"), str) and body["email"] and not is_email(body["email"]):
        problems.append(("email", "attribute-validation.invalid-email-format"))
    if isinstance(body.get("application_date"), str):
        problems += wrong_date(body["application_date"])
    if not all(isinstance(tag, str) for tag in body.get("tags", [])):
        problems.append(("tags", TYPE))
    return [*problems, *wrong_attributes(body.get("attributes", []))]


def wrong_date(text: str) -> list[tuple[str, str]]:
    """Return what is wrong with the day of an application."""
    if not is_day(text):
        return [("application_date", "attribute-validation.invalid-date-format")]
    late = date.fromisoformat(text) > datetime.now(UTC).date()
    return [("application_date", "date-validation.date-in-the-future")] if late else []


def is_day(text: str) -> bool:
    """Tell whether a text is a day as Personio writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def wrong_attributes(attributes: Any) -> list[tuple[str, str]]:
    """Return what is wrong with the attributes: each one known, once, and a text."""
    if not isinstance(attributes, list) or not all(has(a, "id", "value") for a in attributes):
        return [("attributes", TYPE)]
    ids = [attribute["id"] for attribute in attributes]
    unknown = [id for id in ids if not ATTRIBUTE.fullmatch(id)]
    if unknown or len(ids) != len(set(ids)):
        return [("attributes", "attribute-validation.unknown")]
    values = {attribute["id"]: attribute["value"] for attribute in attributes}
    if not all(is_day(values[name]) for name in DAYS if name in values):
        return [("attributes", "attribute-validation.invalid-date-format")]
    if values.get("gender", GENDERS[0]) not in GENDERS:
        return [("attributes", "attribute-validation.unknown-attribute-option")]
    return [] if all(values.values()) else [("attributes", TYPE)]


def wrong_files(body: Any, drawer: Drawer) -> list[tuple[str, str]]:
    """Return what is wrong with the files that an application names."""
    files = body.get("files", [])
    if not isinstance(files, list) or not all(has(file, "uuid", "original_filename", "category") for file in files):
        return [("files", MISSING)]
    if any(drawer.get("documents", file["uuid"]) is None for file in files):
        return [("files", "file-validation.file-not-exists")]
    known = all(file["category"] in CATEGORIES for file in files)
    return [] if known else [("files", "file-validation.unknown-file-category")]


def has(value: Any, *names: str) -> bool:
    """Tell whether a value is an object with these texts and nothing else."""
    return isinstance(value, dict) and set(value) == set(names) and all(isinstance(value[name], str) for name in names)


def feed(jobs: Collection[str]) -> str:
    """Return the open positions as the careers page lists them."""
    positions = "".join(f"<position>\n<id>{job}</id>\n<name>{json.dumps(job)}</name>\n</position>" for job in jobs)
    return f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{positions}</workzag-jobs>'
