"""What a Greenhouse job post asks, and the form fields that tell it: a question's kind decides how its answer looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Uncertain
from ..messages import Answer, Message
from .calls import Response, Submission
from .job_forms import JobForm, Question, objects
from .link_questions import links_asked
from .parts import answered, filled, plain

#: Greenhouse wants a last name; a person who has only one name gets this as the other.
NO_NAME = "-"
#: Greenhouse's own names of the usual fields, and ours.
USUAL = {"resume": "resume", "cover_letter": "cover_letter", "phone": "phone"}
QUESTION = re.compile(r"(?:question_)?([0-9]+)(\[\])?")
TEXTS = ("input_text", "textarea")
SEVERAL = "multi_value_multi_select"
FILE = "input_file"
#: What carries one answer; a field for several choices comes once for each.
Fields = tuple[tuple[str, str], ...]

CONSENT = "consent"
GENERAL, PROCESSING, RETENTION = (
    f"data_compliance[gdpr_{purpose}consent_given]" for purpose in ("", "processing_", "retention_")
)
#: What a job says that it requires, the field that tells it, and whether nobody can apply without.
CONSENTS = (
    ("requires_consent", Question(id=GENERAL, label="consent", kind=CONSENT, is_required=True)),
    (
        "requires_processing_consent",
        Question(id=PROCESSING, label="consent to processing", kind=CONSENT, is_required=True),
    ),
    ("requires_retention_consent", Question(id=RETENTION, label="consent to retention", kind=CONSENT)),
)


def form_fields(submission: Submission, source_token: str | None) -> tuple[tuple[str, Any], ...]:
    """Return the fields of the form in their order; the CV is one of them."""
    message, person, form = submission.message, submission.message.candidate, submission.job_form
    return filled(
        ("first_name", person.first_name.strip() or NO_NAME),
        ("last_name", person.last_name.strip() or NO_NAME),
        ("email", person.email),
        ("phone", person.phone),
        ("resume", submission.resume),
        ("cover_letter_text", message.application.cover_letter),
        ("mapped_url_token", source_token),
        *dict.fromkeys(field for _answer, fields in placed(message, form) for field in fields),
        *((question.field, link) for question, link in links(message, form).values()),
        *((name, "true") for name in consents(message, form)),
    )


def form_in(response: Response) -> JobForm:
    """Read a job post: its own questions, the consents it asks for, and which of the usual fields are required.

    Raises Uncertain where the answer lists no questions, which an empty list does.
    """
    if not isinstance(response.get("questions"), list):
        raise Uncertain("Greenhouse did not say what the job asks.")
    asked = [(q, field) for q in objects(response.get("questions")) for field in objects(q.get("fields"))]
    own = (question_of(q, field) for q, field in asked if QUESTION.fullmatch(str(field.get("name"))))
    required = {USUAL[f["name"]] for q, f in asked if q.get("required") and f.get("name") in USUAL}
    asks = (*own, *consents_in(response))
    return JobForm(questions=asks, required_parts=frozenset(required), counts_told_only=True)


def question_of(question: dict[str, Any], field: dict[str, Any]) -> Question:
    """Read one question; the field of one with several choices ends in brackets."""
    kind, name = str(field.get("type", "")), str(field["name"]).removesuffix("[]")
    return Question(
        id=name.removeprefix("question_"),
        label=str(question.get("label", "")),
        is_required=bool(question.get("required")),
        kind=kind,
        choices=tuple((str(value.get("value")), str(value.get("label"))) for value in objects(field.get("values"))),
        field=f"{name}[]" if kind == SEVERAL else name,
    )


def consents_in(response: Response) -> Iterator[Question]:
    """Yield the consents that a job asks for; where it does not say, each may be told and none must."""
    listed = response.get("data_compliance")
    for key, consent in CONSENTS:
        if not isinstance(listed, list):
            yield Question(id=consent.id, label=consent.label, kind=CONSENT)
        elif any(rule.get(key) for rule in objects(listed)):
            yield consent


def question_for(answer: Answer, form: JobForm | None) -> Question | None:
    """Return the question that an answer is to, of those that the job lists; the one it names where none were read."""
    known = QUESTION.fullmatch(answer.question_id)
    if form:
        return form.meant_by(answer.model_copy(update={"question_id": known[1]}) if known else answer)
    return Question(id=known[1], label="", field=f"question_{known[1]}{known[2] or ''}") if known else None


def placed(message: Message, form: JobForm | None) -> list[tuple[Answer, Fields]]:
    """Return the answers that Greenhouse takes, with their fields; of two to a field that takes one, the first."""
    found: list[tuple[Answer, Fields]] = []
    filled_in: set[str] = set()
    for answer in answered(message):
        fields = answer_fields(answer, form)
        if fields and filled_in.isdisjoint(dict(fields)):
            found.append((answer, fields))
            filled_in |= {name for name, _value in fields if not name.endswith("[]")}
    return found


def answer_fields(answer: Answer, form: JobForm | None) -> Fields:
    """Return the form fields of one answer; none where Greenhouse could not take it."""
    question = question_for(answer, form)
    if question is None or question.kind in (FILE, CONSENT):
        return ()
    if question.choices:
        chosen = question.chosen(answer)
        return tuple((question.field, value) for value in chosen) if question.kind == SEVERAL else one(question, chosen)
    return ((question.field, plain(answer)),) if question.kind in TEXTS else as_given(question, answer)


def one(question: Question, chosen: tuple[str, ...]) -> Fields:
    """Return the field of a question that takes one choice; none where it was not one."""
    return ((question.field, chosen[0]),) if len(chosen) == 1 else ()


def as_given(question: Question, answer: Answer) -> Fields:
    """Return the fields of an answer whose question we could not read: its own kind decides."""
    match answer.answer:
        case tuple(chosen):
            return tuple((f"{question.field.removesuffix('[]')}[]", value) for value in chosen)
        case bool(said):
            return ((question.field, "1" if said else "0"),)
        case said:
            return ((question.field, str(said)),)


def links(message: Message, form: JobForm | None) -> dict[str, tuple[Question, str]]:
    """Return the links that a job asks for, with their questions, unless the candidate answered those."""
    said = {question.id for answer in answered(message) if (question := question_for(answer, form))}
    return links_asked(message, form, kinds=TEXTS, said=said)


def consents(message: Message, form: JobForm | None) -> tuple[str, ...]:
    """Return the fields of the consents that were given, of those that the job asks for."""
    consent = message.application.consent
    given = {GENERAL: consent.processing, PROCESSING: consent.processing, RETENTION: consent.retention}
    asked = {question.id for question in form.questions if question.kind == CONSENT} if form else set(given)
    return tuple(name for name, is_given in given.items() if is_given and name in asked)


def told(message: Message, form: JobForm) -> frozenset[str]:
    """Return the ids of the questions that the fields answer."""
    said = (question_for(answer, form) for answer, _fields in placed(message, form))
    asked = (question for question, _link in links(message, form).values())
    return frozenset((*(question.id for question in (*said, *asked) if question), *consents(message, form)))


def taken(message: Message, form: JobForm | None) -> frozenset[str]:
    """Return which of answers, consent and links the fields tell."""
    sent = [answer for answer, _fields in placed(message, form)]
    all_answered = all(answer in sent for answer in answered(message))
    is_told = {"answers": all_answered, "consent": bool(consents(message, form))}
    return frozenset(links(message, form)) | {part for part, is_so in is_told.items() if is_so}
