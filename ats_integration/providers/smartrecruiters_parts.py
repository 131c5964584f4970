"""What goes into SmartRecruiters' candidate, and what a posting there asks.

Answers are records of fields, whose values are lists of texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..messages import Answer, Consent, Message
from ..resumes import OpenResume, safe_name, safe_type
from .calls import Response, Submission
from .job_forms import JobForm, Question, objects, yes_or_no
from .parts import answered, encoded, filled, lines, paragraphs, plain

#: SmartRecruiters wants both names; a person who has only one gets this as the other.
NO_NAME = "-"
#: The consents of a company that asks for each purpose by itself; others have one for all.
RECRUITING, COMMUNITY, ALL = "SMART_RECRUIT", "SMART_CRM", "SINGLE"
SCOPE = "consent"
#: Carries the answer to a question that we could not read.
USUAL_FIELD = "value"
LONGEST_ANSWER = 4000  # bytes


def candidate(submission: Submission) -> dict[str, Any]:
    """Return the person; answers without a field are told in the message to the hiring manager."""
    message, form, resume = submission.message, submission.job_form, submission.resume
    person = message.candidate
    country = "countryCode" if len(person.address.country) == 2 else "country"
    pairs: tuple[tuple[str, Any], ...] = (
        ("firstName", person.first_name.strip() or NO_NAME),
        ("lastName", person.last_name.strip() or NO_NAME),
        ("email", person.email),
        ("phoneNumber", person.phone),
        ("location", dict(filled(("city", person.address.city), (country, person.address.country)))),
        ("web", dict(filled(("linkedIn", person.linkedin_url), ("website", person.website_url)))),
        ("resume", resume and file_of(resume)),
        ("messageToHiringManager", paragraphs(message.application.cover_letter, lines(unplaced(message, form)))),
        ("answers", answers_of(message, form)),
        ("consentDecisions", decisions(message.application.consent, form)),
    )
    return dict(filled(*pairs))


def file_of(resume: OpenResume) -> dict[str, str]:
    """Return the CV."""
    kind = safe_type(resume.resume.content_type)
    return {"fileName": safe_name(resume.filename), "mimeType": kind, "fileContent": encoded(resume)}


def form_in(response: Response) -> JobForm:
    """Read a posting's configuration."""
    questions = (asked for question in objects(response.get("questions")) for asked in questions_of(question))
    return JobForm(questions=(*questions, *scopes_of(response.get("consentDetails"))))


def questions_of(question: dict[str, Any]) -> Iterator[Question]:
    """Yield what is to be answered: a simple question has one field, a complex one is asked field by field."""
    fields = [field for field in objects(question.get("fields")) if field.get("type") != "INFORMATION"]
    name, label = str(question.get("id", "")), str(question.get("label", ""))
    for field in fields:
        own, said = str(field.get("id", "")), str(field.get("label") or "")
        yield Question(
            id=name if len(fields) == 1 else f"{name}/{own}",
            label=(label or said) if len(fields) == 1 else f"{label}: {said}",
            is_required=bool(field.get("required")),
            kind=str(field.get("type", "")),
            choices=tuple((str(v.get("id", "")), str(v.get("label", ""))) for v in objects(field.get("values"))),
            field=own,
        )


def scopes_of(details: Any) -> Iterator[Question]:
    """Yield the consents that a company asks for by purpose, however its configuration lists them."""
    listed = str(details)
    yield from (Question(id=scope, label="", kind=SCOPE) for scope in (RECRUITING, COMMUNITY) if scope in listed)


def answers_of(message: Message, form: JobForm | None) -> list[dict[str, Any]]:
    """Return the answers, the fields of one question together."""
    found: dict[str, dict[str, list[str]]] = {}
    for answer in answered(message):
        question = question_for(answer, form)
        if question and (values := values_of(question, answer)):
            found.setdefault(question.id.removesuffix(f"/{question.field}"), {})[question.field] = values
    return [{"id": name, "records": [{"fields": fields}]} for name, fields in found.items()]


def unplaced(message: Message, form: JobForm | None) -> list[Answer]:
    """Return the answers that no question takes; a box that was not ticked needs no place."""
    asked = ((answer, question_for(answer, form)) for answer in answered(message))
    return [answer for answer, question in asked if question is None or values_of(question, answer) is None]


def question_for(answer: Answer, form: JobForm | None) -> Question | None:
    """Return the question of an answer; where the posting's are not known, the one it names."""
    if form:
        return form.meant_by(answer)
    return Question(id=answer.question_id, label="", field=USUAL_FIELD) if answer.question_id else None


def values_of(question: Question, answer: Answer) -> list[str] | None:
    """Return an answer as texts, none for a box that was not ticked; None where the question cannot take it."""
    if question.choices:
        return list(question.chosen(answer)) or None
    if question.kind == "CHECKBOX":
        return {True: ["1"], False: [], None: None}[yes_or_no(answer)]
    if isinstance(answer.answer, bool):
        return ["1" if answer.answer else "0"]
    texts = list(answer.answer) if isinstance(answer.answer, tuple) else [plain(answer)]
    return texts if all(len(text.encode()) <= LONGEST_ANSWER for text in texts) else None


def decisions(consent: Consent, form: JobForm | None) -> dict[str, bool]:
    """Return what the candidate decided, by purpose where the company asks so; nothing where nobody asked."""
    agreed = consent.processing or consent.retention
    if not (consent.given_at or agreed or consent.marketing):
        return {}
    scopes = {question.id for question in form.questions if question.kind == SCOPE} if form else set()
    by_purpose = {RECRUITING: agreed, COMMUNITY: consent.marketing}
    return {scope: by_purpose[scope] for scope in by_purpose if scope in scopes} or {ALL: agreed}
