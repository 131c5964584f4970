"""Greenhouse, Job Board API: POST /v1/boards/{board_token}/jobs/{id} with Basic auth and a multipart form."""

from __future__ import annotations

import base64
import re

from ..accounts import Accounts, Questions
from ..values import Call, Reception, Refusal, Reply
from .base import Asked, Vendor, holds_url, is_email, kind_of, require, unknown_names

NOT_SAVED = "Failed to save person"
ACCESS_DENIED = Reply(status=401, body="HTTP Basic: Access denied.\n")
BAD_REQUEST = Reply(status=400, body={"status": 400, "error": "Bad Request"})
BAD_TYPE = Reply(status=400, body={"status": 400, "error": "Uploaded resume has an unsupported file type."})
NOT_FOUND = Reply(status=404, body={"status": 404, "error": "Job not found"})

LONGEST = 255
FILE_TYPES = {"pdf", "doc", "docx", "txt", "rtf"}
COMPLIANCE = re.compile(r"data_compliance\[(gdpr(?:_processing|_retention)?)_consent_given\]")
QUESTION = re.compile(r"question_([0-9]+)(\[\])?")
TEXTS = {
    "first_name", "last_name", "email", "phone", "cover_letter_text", "location", "latitude", "longitude",
    "mapped_url_token", "applicant_ip", "resume_text", "resume_url", "resume_url_filename",
}  # fmt: skip
FILES = {"resume", "cover_letter"}
PLACE = ("location", "latitude", "longitude")

SINGLE, SEVERAL = "multi_value_single_select", "multi_value_multi_select"
#: What can be chosen, by the kind of question as it is registered; "boolean" stands for a choice of yes and no.
CHOICES: dict[str, list[dict[str, object]]] = {
    "boolean": [{"label": "No", "value": 0}, {"label": "Yes", "value": 1}],
    SINGLE: [{"label": "MBO", "value": 10}, {"label": "HBO", "value": 11}],
    SEVERAL: [{"label": "MBO", "value": 10}, {"label": "HBO", "value": 11}],
}
#: How a consent is registered, by the id with which its field begins: gdpr, gdpr_processing or gdpr_retention.
CONSENT = "consent"
REQUIRES = {
    "gdpr": "requires_consent",
    "gdpr_processing": "requires_processing_consent",
    "gdpr_retention": "requires_retention_consent",
}


class Greenhouse(Vendor):
    """Play the job board of a Greenhouse customer."""

    slug = "greenhouse"
    replies = {
        "refuse_key": ACCESS_DENIED,
        "closed": Reply(status=401, body={"status": 401, "error": NOT_SAVED}),
        "reject": Reply(status=422, body={"status": 422, "error": "Invalid attributes: email"}),
    }

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[2] if steps[:2] == ("v1", "boards") and len(steps) > 2 else ""

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Show a board, its jobs or one job; all of it is public."""
        board = self.account(call.steps)
        require(board and accounts.is_known(self.slug, board), NOT_FOUND)
        match call.steps[3:]:
            case ():
                return Reply(status=200, body={"name": board, "content": ""})
            case ("jobs",):
                return Reply(status=200, body={"jobs": [{"id": j} for j in accounts.jobs(self.slug, board)]})
            case ("jobs", job) if accounts.has_job(self.slug, board, job):
                questions = accounts.questions(self.slug, board, job)
                return Reply(status=200, body={"id": job, "title": f"Job {job}", **shown(questions)})
        return NOT_FOUND

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Take an application as the documentation describes it, and nothing else."""
        board, job = self.account(call.steps), call.steps[-1]
        require(board and len(call.steps) == 5 and call.steps[3] == "jobs", NOT_FOUND)
        require(accounts.is_known(self.slug, board), NOT_FOUND)
        require(accounts.fits(self.slug, board, key_of(call)), ACCESS_DENIED)
        require(accounts.has_job(self.slug, board, job), self.replies["closed"])
        require(call.is_multipart and not call.query, BAD_REQUEST)
        resume = call.files.get("resume")
        require(resume is None or (resume.extension in FILE_TYPES and resume.size), BAD_TYPE)
        if wrong := invalid(call, accounts.questions(self.slug, board, job)):
            raise Refusal(Reply(status=422, body={"status": 422, "error": f"Invalid attributes: {','.join(wrong)}"}))
        name = f"{call.text('first_name')} {call.text('last_name')}"
        return self.received(
            call,
            job=job,
            resume=resume,
            name=name,
            email=call.text("email"),
            phone=call.text("phone"),
            cover_letter=call.text("cover_letter_text"),
        )

    def receipt(self, reception: Reception) -> Reply:
        """Say that it was saved; no id comes back."""
        return Reply(status=200, body={"success": "Candidate saved successfully"})


def key_of(call: Call) -> str:
    """Return the key of Basic auth with an empty password, or nothing."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    try:
        user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
    except ValueError:
        return ""
    return user if scheme == "Basic" and colon and not password else ""


def invalid(call: Call, questions: Questions) -> list[str]:
    """Return the names of all fields that Greenhouse would not take."""
    wrong = [name for name in ("first_name", "last_name") if not is_name(call.text(name))]
    wrong += [] if is_email(call.text("email")) and len(call.text("email")) <= LONGEST else ["email"]
    wrong += ["phone"] if holds_url(call.text("phone")) else []
    wrong += list(PLACE) if 0 < sum(map(bool, map(call.text, PLACE))) < len(PLACE) else []
    wrong += [name for name in call.form if COMPLIANCE.fullmatch(name) and not is_consent(name, call, questions)]
    wrong += [name for name in call.form if QUESTION.fullmatch(name) and not fits(name, call, questions)]
    misplaced = [name for name in call.form if name in FILES] + [name for name in call.files if name in TEXTS]
    return wrong + misplaced + unknown_names(call, TEXTS | FILES, (COMPLIANCE, QUESTION))


def is_name(text: str) -> bool:
    """Tell whether a name is there, short enough and not a link."""
    return bool(text.strip()) and len(text) <= LONGEST and not holds_url(text)


def is_consent(name: str, call: Call, questions: Questions) -> bool:
    """Tell whether a consent is given, and one that the job asks for; where none is registered, any may be given."""
    asked = consents(questions)
    wanted = not asked or COMPLIANCE.fullmatch(name)[1] in asked  # type: ignore[index]  # asked before
    return wanted and call.text(name) in ("true", "1")


def fits(name: str, call: Call, questions: Questions) -> bool:
    """Tell whether an answer has the type of its question; where no questions are registered, any has."""
    number, many = QUESTION.fullmatch(name).groups()  # type: ignore[union-attr]  # asked before
    if not questions:
        return bool(many) or len(call.form[name]) == 1
    kind = kind_of(questions.get(number, ""))
    known = {str(choice["value"]) for choice in CHOICES.get(kind, [])}
    is_offered = not known or known >= {*call.form[name]}
    return bool(kind) and is_offered and (kind == SEVERAL) == bool(many) and (bool(many) or len(call.form[name]) == 1)


def consents(questions: Questions) -> set[str]:
    """Return the consents that are registered among the questions of a job."""
    return {id for id, registered in questions.items() if kind_of(registered) == CONSENT}


def shown(questions: Questions) -> dict[str, object]:
    """Return questions and consents as the job's page lists them."""
    asked = consents(questions)
    listed = [question(id, registered) for id, registered in questions.items() if id not in asked]
    rules = {"type": "gdpr", **{key: id in asked for id, key in REQUIRES.items()}}
    return {"questions": listed, **({"data_compliance": [rules]} if asked else {})}


def question(number: str, registered: str) -> dict[str, object]:
    """Return one question; a field for several choices ends in brackets."""
    asked = Asked.of(number, registered)
    field = {
        "name": f"question_{number}" + ("[]" if asked.kind == SEVERAL else ""),
        "type": SINGLE if asked.kind == "boolean" else asked.kind,
        "values": CHOICES.get(asked.kind, []),
    }
    return {"label": asked.label, "required": asked.is_required, "fields": [field]}
