"""What goes into Workable's candidate, and what a job there asks: each kind of question has its own answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..errors import Uncertain
from ..messages import Answer, Candidate
from ..resumes import safe_name
from .calls import Response, Submission
from .job_forms import JobForm, Question, as_number, objects, yes_or_no
from .parts import answered, encoded, filled, lines, one_line, paragraphs, plain

LONGEST_SHORT_TEXT = 128  # characters
#: Workable's own names of the fields a job may require, and ours.
USUAL = {"resume": "resume", "cover_letter": "cover_letter", "phone": "phone", "address": "address"}


def candidate(submission: Submission) -> dict[str, Any]:
    """Return the person; what has no field of its own is told in summary and cover letter."""
    message, person, resume = submission.message, submission.message.candidate, submission.resume
    told = [(answer, told_answer(answer, submission.job_form)) for answer in answered(message)]
    others = lines(answer for answer, said in told if not said)
    pairs: tuple[tuple[str, Any], ...] = (
        *names(person),
        ("email", person.email),
        ("phone", person.phone),
        ("address", one_line(person.address)),
        ("summary", person.website_url and f"Website: {person.website_url}"),
        ("cover_letter", paragraphs(message.application.cover_letter, others)),
        ("social_profiles", person.linkedin_url and [{"type": "linkedin", "url": person.linkedin_url}]),
        ("domain", message.application.source),
        ("tags", [message.application.source] if message.application.source else []),
        ("resume", resume and {"name": safe_name(resume.filename), "data": encoded(resume)}),
        ("answers", [said for _answer, said in told if said]),
    )
    return dict(filled(*pairs))


def names(person: Candidate) -> tuple[tuple[str, str], ...]:
    """Return first and last name, or the full name of somebody who has only one."""
    if person.first_name.strip() and person.last_name.strip():
        return ("firstname", person.first_name), ("lastname", person.last_name)
    return (("name", person.full_name),)


def form_in(response: Response) -> JobForm:
    """Read a job's application form.

    Raises Uncertain where the answer has neither of its lists.
    """
    if not any(isinstance(response.get(name), list) for name in ("form_fields", "questions")):
        raise Uncertain("Workable did not say what the job asks.")
    required = {str(f.get("key")) for f in objects(response.get("form_fields")) if f.get("required")}
    return JobForm(
        questions=tuple(question_of(question) for question in objects(response.get("questions"))),
        required_parts=frozenset(USUAL[key] for key in required & set(USUAL)),
    )


def question_of(question: dict[str, Any]) -> Question:
    """Read one question of a job."""
    choices = objects(question.get("choices"))
    return Question(
        id=str(question.get("id", "")),
        label=str(question.get("body", "")),
        is_required=bool(question.get("required")),
        kind=str(question.get("type", "")),
        choices=tuple((str(choice.get("id", "")), str(choice.get("body", ""))) for choice in choices),
    )


def told_answer(answer: Answer, form: JobForm | None) -> dict[str, Any]:
    """Return an answer as its question wants it; nothing where Workable would not know what to do with it."""
    question = form.meant_by(answer) if form else assumed(answer)
    value = value_of(question, answer) if question else {}
    return {"question_key": question.id, **value} if question and value else {}


def assumed(answer: Answer) -> Question | None:
    """Take a question that we could not read for one of the answer's own kind."""
    kinds = {bool: "boolean", int: "numeric", float: "numeric", tuple: "multiple_choice"}
    choices = tuple((text, text) for text in answer.answer) if isinstance(answer.answer, tuple) else ()
    kind = kinds.get(type(answer.answer), "free_text")
    return Question(id=answer.question_id, label="", kind=kind, choices=choices) if answer.question_id else None


def value_of(question: Question, answer: Answer) -> dict[str, Any]:
    """Return the member that carries an answer to this kind of question; none where it does not fit."""
    match question.kind:
        case "boolean":
            return {} if (said := yes_or_no(answer)) is None else {"checked": said}
        case "multiple_choice" | "dropdown":
            return {"choices": list(chosen)} if (chosen := question.chosen(answer)) else {}
        case "numeric":
            return {} if (number := as_number(answer)) is None else {"number": number}
        case "date":
            return {"date": plain(answer)} if is_date(plain(answer)) else {}
        case "short_text":
            return {"body": plain(answer)} if len(plain(answer)) <= LONGEST_SHORT_TEXT else {}
        case "file":
            return {}
    return {"body": plain(answer)}


def is_date(text: str) -> bool:
    """Tell whether a text is a day as Workable wants it, such as 2026-12-01."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
