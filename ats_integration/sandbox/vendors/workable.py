"""Workable, API v3: POST /spi/v3/jobs/{shortcode}/candidates with a bearer token and JSON.

The vendor has the account in the host's name. Here it is an optional first step of the path:
/workable/acmebv/spi/v3/… plays acmebv.workable.com.
"""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..accounts import Accounts, Questions
from ..drawers import Drawer
from ..uploads import upload_of
from ..values import Call, Reception, Refusal, Reply, Taken, Upload
from .base import Asked, Vendor, is_email, kind_of, require

NOT_AUTHORIZED = Reply(status=401, body={"error": "Not authorized"})
NOT_FOUND = Reply(status=404, body={"error": "Not found"})
CLOSED = Reply(status=422, body={"error": "position is draft or archived"})
WINDOW = 10  # seconds

LENGTHS = {"firstname": 127, "lastname": 127, "name": 255, "email": 255, "phone": 255, "headline": 255, "address": 255}
MEMBERS = {*LENGTHS, "summary", "cover_letter", "resume", "resume_url", "social_profiles", "domain", "tags", "answers"}
NETWORKS = {"linkedin", "github", "xing", "twitter", "facebook"}
CHOICES = [{"id": "c1", "body": "MBO"}, {"id": "c2", "body": "HBO"}]
CHOOSING = ("multiple_choice", "dropdown")
#: What every job asks that was registered without questions.
USUAL: Questions = {"7001": "boolean"}
#: Which member carries the answer to which kind of question, and what it must be.
CARRIERS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "boolean": ("checked", lambda value: isinstance(value, bool)),
    "numeric": ("number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "date": ("date", lambda value: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))),
    "short_text": ("body", lambda value: isinstance(value, str) and len(value) <= 128),
    "free_text": ("body", lambda value: isinstance(value, str)),
    **dict.fromkeys(
        CHOOSING, ("choices", lambda value: bool(value) and {*value} <= {choice["id"] for choice in CHOICES})
    ),
}


class Workable(Vendor):
    """Play the account of a Workable customer."""

    slug = "workable"
    replies = {
        "refuse_key": NOT_AUTHORIZED,
        "closed": CLOSED,
        "reject": Reply(
            status=422, body={"error": "Validation failed", "validation_errors": {"email": ["is invalid"]}}
        ),
    }
    throttled = Reply(status=429, body={"error": "Rate limit exceeded"})
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[0] if steps and steps[0] != "spi" else ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer with the headers that every answer has, and remember who applied."""
        answer = self.search(call, accounts, drawer) or super().answer(call, accounts, drawer)
        if isinstance(answer, Reply):
            return replace(answer, headers={**answer.headers, **window()})
        taken = answer.reception
        drawer.add("candidates", {"email": taken.email, "job": taken.job_id, "account": taken.account}, id=taken.id)
        return replace(answer, reply=replace(answer.reply, headers=window()))

    def search(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | None:
        """List candidates by email address and job."""
        if call.method != "GET" or self.enter(call, accounts) != ("candidates",):
            return None
        known = {"account": self.account(call.steps)}
        asked = {name: (call.query.get(key) or [""])[0] for name, key in (("email", "email"), ("job", "shortcode"))}
        people = drawer.find("candidates", **known, **{name: value for name, value in asked.items() if value})
        listed = [{"id": id, "email": p["email"], "job": {"shortcode": p["job"]}} for id, p in people]
        return Reply(status=200, body={"candidates": listed})

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show the jobs, one of them, its application form or its questions."""
        match self.enter(call, accounts):
            case ("jobs",):
                jobs = accounts.jobs(self.slug, self.account(call.steps))
                return Reply(status=200, body={"jobs": [job_of(job) for job in jobs]})
            case ("jobs", job, *what) if accounts.has_job(self.slug, self.account(call.steps), job):
                questions = accounts.questions(self.slug, self.account(call.steps), job) or USUAL
                return {
                    (): Reply(status=200, body=job_of(job)),
                    ("application_form",): Reply(status=200, body={"form_fields": FORM, "questions": shown(questions)}),
                    ("questions",): Reply(status=200, body={"questions": shown(questions)}),
                }.get(tuple(what), NOT_FOUND)
        return NOT_FOUND

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        steps, account = self.enter(call, accounts), self.account(call.steps)
        require(len(steps) == 3 and (steps[0], steps[2]) == ("jobs", "candidates"), NOT_FOUND)
        require(accounts.has_job(self.slug, account, steps[1]), NOT_FOUND)
        require(set(call.body) <= {"sourced", "candidate"} and isinstance(call.body.get("sourced", True), bool), WRONG)
        person = call.body.get("candidate")
        if not isinstance(person, dict) or call.query:
            raise Refusal(WRONG)
        if wrong := invalid(person, accounts.questions(self.slug, account, steps[1]) or USUAL):
            raise Refusal(Reply(status=422, body={"error": "Validation failed", "validation_errors": wrong}))
        kept = self.received(
            call,
            job=steps[1],
            resume=resume_of(person),
            name=f"{person.get('firstname', '')} {person.get('lastname', '')}".strip() or person["name"],
            email=person["email"],
            phone=person.get("phone", ""),
            cover_letter=person.get("cover_letter", ""),
        )
        shown = {name: value for name, value in person.items() if name != "resume"}
        return replace(kept, fields={"sourced": call.body.get("sourced", True), **shown})

    def enter(self, call: Call, accounts: Accounts) -> tuple[str, ...]:
        """Return what follows /spi/v3, where address and token are right."""
        account = self.account(call.steps)
        steps = call.steps[1:] if account else call.steps
        require(steps[:2] == ("spi", "v3") and accounts.is_known(self.slug, account), NOT_FOUND)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        require(scheme == "Bearer" and accounts.fits(self.slug, account, token), NOT_AUTHORIZED)
        return steps[2:]

    def receipt(self, reception: Reception) -> Reply:
        """Give the candidate back."""
        candidate = {"id": reception.id, "name": reception.name, "job": {"shortcode": reception.job_id}}
        return Reply(status=201, body={"status": "created", "candidate": candidate})


WRONG = Reply(status=422, body={"error": "Unprocessable"})
FORM = [
    {"key": "phone", "label": "Phone", "type": "string", "required": False},
    {"key": "resume", "label": "Resume", "type": "file", "required": False},
    {"key": "cover_letter", "label": "Cover letter", "type": "string", "required": False},
]


def window() -> dict[str, str]:
    """Return the headers that tell of the limit; the window ends at a moment, not in so many seconds."""
    ends = int(time.time()) // WINDOW * WINDOW + WINDOW
    return {"X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "9", "X-Rate-Limit-Reset": str(ends)}


def job_of(job: str) -> dict[str, str]:
    """Return a job as it is listed."""
    return {"shortcode": job, "title": f"Job {job}", "state": "published"}


def shown(questions: Questions) -> list[dict[str, Any]]:
    """Return questions as the application form lists them."""
    asked = {id: Asked.of(id, registered) for id, registered in questions.items()}
    return [
        {"id": id, "body": question.label, "type": question.kind, "required": question.is_required}
        | ({"choices": CHOICES} if question.kind in CHOOSING else {})
        for id, question in asked.items()
    ]


def resume_of(person: Mapping[str, Any]) -> Upload | None:
    """Return the CV; raise ValueError where it is none."""
    resume = person.get("resume")
    if resume is None:
        return None
    if not isinstance(resume, dict) or set(resume) != {"name", "data"}:
        raise ValueError("A CV has a name and data.")
    kind = mimetypes.guess_type(resume["name"])[0] or ""
    return upload_of(resume["name"], kind, resume["data"])


def invalid(person: Mapping[str, Any], questions: Questions) -> dict[str, list[str]]:
    """Return what is wrong with a candidate, by member."""
    wrong = {name: ["is unknown"] for name in set(person) - MEMBERS}
    wrong |= {n: [f"is too long (maximum is {most} characters)"] for n, most in LENGTHS.items() if is_long(person, n)}
    if not (person.get("name") or (person.get("firstname") and person.get("lastname"))):
        wrong["name"] = ["either name or firstname and lastname"]
    if not is_email(str(person.get("email", ""))):
        wrong["email"] = ["can't be blank" if not person.get("email") else "is invalid"]
    profiles = person.get("social_profiles", [])
    if not all(p.get("type") in NETWORKS and str(p.get("url")).startswith("http") for p in profiles):
        wrong["social_profiles"] = ["is invalid"]
    tags = person.get("tags", [])
    if not (isinstance(tags, list) and all(isinstance(tag, str) and tag for tag in tags)):
        wrong["tags"] = ["is invalid"]
    if not all(answer_fits(answer, questions) for answer in person.get("answers", [])):
        wrong["answers"] = ["is invalid"]
    return wrong | wrong_resume(person)


def is_long(person: Mapping[str, Any], name: str) -> bool:
    """Tell whether a line is longer than Workable takes, or no line at all."""
    value = person.get(name, "")
    return not isinstance(value, str) or len(value) > LENGTHS[name]


def wrong_resume(person: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the CV."""
    try:
        resume = resume_of(person)
    except ValueError:
        return {"resume": ["is invalid"]}
    return {"resume": ["can't be blank"]} if resume and not resume.size else {}


def answer_fits(answer: Mapping[str, Any], questions: Questions) -> bool:
    """Tell whether an answer names its question and has the one member that its kind wants."""
    kind = kind_of(questions.get(str(answer.get("question_key")), ""))
    member, is_right = CARRIERS.get(kind, ("", bool))
    return set(answer) == {"question_key", member} and is_right(answer[member])
