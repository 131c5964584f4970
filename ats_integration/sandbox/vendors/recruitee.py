"""Recruitee, Careers Site API: POST /api/offers/{slug}/candidates with a token header and a multipart form.

The vendor has the company in the host's name. Here it is an optional first step of the path:
/recruitee/acme/api/offers/… plays acme.recruitee.com.
"""

from __future__ import annotations

import re

from ..accounts import Accounts, Questions
from ..values import Call, Reception, Refusal, Reply
from .base import BOOLEANS, Asked, Vendor, is_email, kind_of, require, unknown_names

NOT_FOUND = Reply(status=404, body={"error": "Not Found"})
WRONG_TOKEN = Reply(status=401, body={"error": "Unauthorized"})
NOT_HOSTED = Reply(status=301, headers={"Location": "https://recruitee.com/careers_not_hosted"})

FILE_TYPES = {"pdf", "doc", "docx", "odt", "rtf", "txt", "jpg", "jpeg", "png"}
NAMES = {f"candidate[{name}]" for name in ("name", "email", "phone", "cv", "cover_letter", "photo", "referrer")}
ANSWER = re.compile(
    r"candidate\[open_question_answers_attributes\]\[([0-9]+)\]\[(open_question_id|content|multi_content|flag|file)\](\[\])?"
)
#: What every offer asks that was registered without questions.
USUAL: Questions = {"7001": "boolean"}
CHOOSING = ("single_choice", "multi_choice")
OPTIONS = ("MBO", "HBO")
#: Which field carries the answer to which kind of question.
CARRIERS = {"boolean": "flag", "legal": "flag", "multi_choice": "multi_content[]", "file": "file"}


class Recruitee(Vendor):
    """Play the careers site of a Recruitee customer."""

    slug = "recruitee"
    replies = {
        "refuse_key": WRONG_TOKEN,
        "closed": NOT_FOUND,
        "reject": Reply(
            status=422, body={"error": ["Email is invalid"], "error_fields": {"emails.email": ["is invalid"]}}
        ),
    }

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[0] if steps and steps[0] != "api" else ""

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show the published offers or one of them, to who has the token."""
        company, job = self.enter(call, accounts), job_of(call)
        if not job:
            return Reply(status=200, body={"offers": [offer(known, {}) for known in accounts.jobs(self.slug, company)]})
        require(accounts.has_job(self.slug, company, job), NOT_FOUND)
        return Reply(status=200, body={"offer": offer(job, accounts.questions(self.slug, company, job))})

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        company, job = self.enter(call, accounts), job_of(call)
        require(job and call.steps[-1] == "candidates", NOT_FOUND)
        require(accounts.has_job(self.slug, company, job), NOT_FOUND)
        require(call.is_multipart, refusal({"base": ["is not a form"]}))
        if wrong := invalid(call, accounts.questions(self.slug, company, job)):
            raise Refusal(refusal(wrong))
        return self.received(
            call,
            job=job,
            resume=call.files["candidate[cv]"],
            name=call.text("candidate[name]"),
            email=call.text("candidate[email]"),
            phone=call.text("candidate[phone]"),
            cover_letter=call.text("candidate[cover_letter]"),
        )

    def enter(self, call: Call, accounts: Accounts) -> str:
        """Return the company, where address and token are right."""
        company = self.account(call.steps)
        require(accounts.is_known(self.slug, company), NOT_HOSTED)
        require(offer_steps(call) is not None, NOT_FOUND)
        require(accounts.fits(self.slug, company, call.headers.get("x-careers-sites-token", "")), WRONG_TOKEN)
        return company

    def receipt(self, reception: Reception) -> Reply:
        """Give the candidate back, with a number as id."""
        candidate = {
            "id": int(reception.id.replace("-", "")[:8], 16),
            "name": reception.name,
            "emails": [reception.email],
            "phones": [reception.phone],
            "created_at": reception.at,
        }
        return Reply(status=201, body={"candidate": candidate})


def offer_steps(call: Call) -> tuple[str, ...] | None:
    """Return what follows /api/offers, or None where the path is another one."""
    steps = call.steps if call.steps[:1] == ("api",) else call.steps[1:]
    return steps[2:] if steps[:2] == ("api", "offers") else None


def job_of(call: Call) -> str:
    """Return the offer that a path names, or nothing."""
    return (offer_steps(call) or ("",))[0]


def offer(job: str, questions: Questions) -> dict[str, object]:
    """Return an offer as the careers site shows it."""
    return {
        "id": 1,
        "slug": job,
        "status": "published",
        "options_cv": "required",
        "options_phone": "optional",
        "options_cover_letter": "optional",
        "open_questions": [
            question(id, registered, position)
            for position, (id, registered) in enumerate((questions or USUAL).items(), 1)
        ],
    }


def question(id: str, registered: str, position: int) -> dict[str, object]:
    """Return one open question with its options."""
    asked = Asked.of(id, registered)
    options = OPTIONS if asked.kind in CHOOSING else ()
    return {
        "id": int(id),
        "kind": asked.kind,
        "required": asked.is_required,
        "position": position,
        "body": asked.label,
        "open_question_options": [{"id": number, "body": body} for number, body in enumerate(options, 1)],
    }


def refusal(wrong: dict[str, list[str]]) -> Reply:
    """Return a refusal in Recruitee's shape."""
    words = [f"{field.capitalize()} {problem}" for field, problems in wrong.items() for problem in problems]
    return Reply(status=422, body={"error": words, "error_fields": wrong})


def invalid(call: Call, questions: Questions) -> dict[str, list[str]]:
    """Return what is wrong with the fields, by field."""
    wrong: dict[str, list[str]] = {}
    if not call.text("candidate[name]").strip():
        wrong["name"] = ["can't be blank"]
    if not is_email(call.text("candidate[email]")):
        wrong["email"] = ["is invalid"]
    resume = call.files.get("candidate[cv]")
    if resume is None or not resume.size:
        wrong["cv"] = ["can't be blank"]
    elif resume.extension not in FILE_TYPES:
        wrong["cv"] = ["has an unsupported file type"]
    if "candidate[cv]" in call.form or unknown_names(call, NAMES, (ANSWER,)):
        wrong["base"] = ["has unknown fields"]
    if not answers_fit(call, questions):
        wrong["open_question_answers"] = ["are invalid"]
    return wrong


def answers_fit(call: Call, questions: Questions) -> bool:
    """Tell whether the answers are numbered 0, 1, 2 …, each with its question and fitting values."""
    found: dict[int, dict[str, list[str]]] = {}
    for name in (*call.form, *call.files):
        if match := ANSWER.fullmatch(name):
            found.setdefault(int(match[1]), {})[f"{match[2]}{match[3] or ''}"] = list(call.form.get(name, []))
    in_order = sorted(found) == list(range(len(found)))
    return in_order and all(answer_fits(answer, questions) for answer in found.values())


def answer_fits(answer: dict[str, list[str]], questions: Questions) -> bool:
    """Tell whether one answer names its question and has the one field that the question's kind wants."""
    (number, *others), fields = answer.pop("open_question_id", [""]), list(answer)
    if others or not number.isdecimal() or len(fields) != 1:
        return False
    if not questions:
        return fits_any(fields[0], answer[fields[0]])
    kind = kind_of(questions.get(number, ""))
    is_offered = kind not in CHOOSING or {*answer[fields[0]]} <= {*OPTIONS}
    is_right = bool(kind) and fields[0] == CARRIERS.get(kind, "content")
    return is_right and is_offered and fits_any(fields[0], answer[fields[0]])


def fits_any(field: str, values: list[str]) -> bool:
    """Tell whether a field has as many values as it takes, and a flag one of its two."""
    if field == "multi_content[]":
        return bool(values)
    return len(values) <= 1 and (field != "flag" or values[0] in BOOLEANS)
