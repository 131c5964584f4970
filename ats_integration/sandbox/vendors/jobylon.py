"""Jobylon, push API p1: POST /p1/applications/ with X-App-Id and X-App-Key, as JSON or as a multipart form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Refusal, Reply, Taken
from .base import Vendor, is_email, require

OTHERS = {f"other_{number}" for number in range(1, 6)}
FILES = {"cv", "cover_letter"} | OTHERS
TEXTS = {
    "job_id", "first_name", "last_name", "email", "phone", "ln_url", "message", "source_type", "source_json",
    "original_referrer", "ab_test",
} | {f"{name}_url" for name in FILES}  # fmt: skip
REQUIRED = ("job_id", "first_name", "last_name", "source_type", "source_json")
FORMATS = {
    "job_id": re.compile(r"[0-9]+"),
    "ln_url": re.compile(r"https?://[^\s/]+\.\S+"),
    "original_referrer": re.compile(r"https?://\S+"),
    "source_type": re.compile(r"applied|applied-silent|recommended|sourced"),
}
SOURCE = {"partner_name": str, "message": str, "questions": list, "referrer": dict}
QUESTION = {"order", "question", "question_type", "question_args", "question_alternatives", "answer"}
QUESTION_TYPES = ("text", "range", "select-one", "select-multiple")

WRONG_KEY = Reply(status=403, body={"detail": "You do not have permission to perform this action."})
CLOSED = Reply(status=400, body={"job_id": ["This job is not available to this app."]})


class Jobylon(Vendor):
    """Play the push API for one partner. The shape of a refusal is not documented: it is Django's usual one."""

    slug = "jobylon"
    replies = {
        "refuse_key": WRONG_KEY,
        "closed": CLOSED,
        "reject": Reply(status=400, body={"email": ["Enter a valid email address."]}),
    }
    throttled = Reply(status=429, body={"detail": "Request was throttled."})
    unknown = Reply(status=404, body="<h1>Not Found</h1>")

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Take an application as the documentation describes it, and nothing else."""
        require(call.steps in (("p1", "applications"), ("p1", "applications", "")), self.unknown)
        require(call.method == "POST", Reply(status=405, body={"detail": "Method not allowed."}))
        require(call.headers.get("x-app-id"), WRONG_KEY)
        require(accounts.fits(self.slug, "", call.headers.get("x-app-key", "")), WRONG_KEY)
        if wrong := problems(call):
            raise Refusal(Reply(status=400, body={name: [said] for name, said in wrong.items()}))
        require(accounts.has_job(self.slug, "", call.text("job_id")), CLOSED)
        reception = self.received(
            call,
            job=call.text("job_id"),
            resume=call.files.get("cv"),
            name=f"{call.text('first_name')} {call.text('last_name')}",
            email=call.text("email"),
            phone=call.text("phone"),
            cover_letter=call.text("message"),
        )
        reception = replace(reception, fields={**reception.fields, "source_json": source_of(call)})
        return Taken(reception=reception, reply=Reply(status=201, body={"id": int(drawer.add("applications", {}))}))


def problems(call: Call) -> dict[str, str]:
    """Return what is wrong, by field."""
    wrong = {name: "This field is required." for name in REQUIRED if not call.text(name).strip()}
    if wrong:
        return wrong
    wrong |= {name: "Unknown field." for name in call.form if name not in TEXTS}
    wrong |= {name: "Unknown file." for name in call.files if name not in FILES}
    wrong |= {name: "The submitted file is empty." for name, file in call.files.items() if not file.size}
    wrong |= {n: "Not valid." for n, form in FORMATS.items() if n in call.form and not form.fullmatch(call.text(n))}
    if "email" in call.form and not is_email(call.text("email")):
        wrong["email"] = "Enter a valid email address."
    if not is_source(source_of(call)):
        wrong["source_json"] = "Not valid."
    return wrong


def source_of(call: Call) -> Any:
    """Return the source: an object in a JSON body, and a JSON text in a form."""
    try:
        return json.loads(call.text("source_json")) if call.is_multipart else call.body.get("source_json")
    except ValueError:
        return None


def is_source(source: Any) -> bool:
    """Tell whether a source has the documented members, and questions of the documented form."""
    if not isinstance(source, dict) or not all(isinstance(v, SOURCE.get(n, type(None))) for n, v in source.items()):
        return False
    return all(is_question(asked) for asked in source.get("questions", []))


def is_question(asked: Mapping[str, Any]) -> bool:
    """Tell whether a question has the documented members."""
    known = isinstance(asked, dict) and {"order", "question", "question_type", "answer"} <= set(asked) <= QUESTION
    return known and type(asked["order"]) is int and asked["question_type"] in QUESTION_TYPES
