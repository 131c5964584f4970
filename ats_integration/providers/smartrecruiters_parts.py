"""What goes into SmartRecruiters' candidate.

Answers are records of fields, whose values are lists of texts.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..messages import Answer, Consent, Message
from ..resumes import OpenResume, safe_name, safe_type
from .calls import Submission
from .job_forms import JobForm, Question, as_date, yes_or_no
from .parts import answered, both_names, encoded, filled, lines, paragraphs, plain
from .smartrecruiters_form import COMMUNITY, RECRUITING, SCOPE

#: The consent of a company that asks for all purposes at once.
ALL = "SINGLE"
#: Carries the answer to a question that we could not read.
USUAL_FIELD = "value"
LONGEST_ANSWER = 4000  # bytes
MOST_RECORDS = 100  # of a question that may be repeated
ONE_OF = ("RADIO", "SINGLE_SELECT")
#: Kinds whose yes and no have the ids 1 and 0; a question that we could not read may be one of them.
YES_NO = (*ONE_OF, "MULTI_SELECT", "")


def candidate(submission: Submission) -> dict[str, Any]:
    """Return the person; answers without a field are told in the message to the hiring manager."""
    message, form, resume = submission.message, submission.job_form, submission.resume
    person = message.candidate
    first_name, last_name = both_names(person)
    country = "countryCode" if len(person.address.country) == 2 else "country"
    pairs: tuple[tuple[str, Any], ...] = (
        ("firstName", first_name),
        ("lastName", last_name),
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


def answers_of(message: Message, form: JobForm | None) -> list[dict[str, Any]]:
    """Return the answers, the fields of one question together; a repeated question has a record for each answer."""
    found: dict[str, dict[int, dict[str, list[str]]]] = {}
    for (_id, number), (question, answer) in placed(message, form).items():
        if values := values_of(question, answer):
            records = found.setdefault(question.id.removesuffix(f"/{question.field}"), {})
            records.setdefault(number, {})[question.field] = values
    return [{"id": name, "records": [{"fields": each} for each in records.values()]} for name, records in found.items()]


def placed(message: Message, form: JobForm | None) -> dict[tuple[str, int], tuple[Question, Answer]]:
    """Return the answers that questions take, by the ids of these and the number of the record."""
    found: dict[tuple[str, int], tuple[Question, Answer]] = {}
    numbers: Counter[str] = Counter()
    for answer in answered(message):
        question = question_for(answer, form)
        if question is None or values_of(question, answer) is None:
            continue
        if numbers[question.id] < (MOST_RECORDS if question.is_repeatable else 1):
            found[question.id, numbers[question.id]] = question, answer
            numbers[question.id] += 1
    return found


def unplaced(message: Message, form: JobForm | None) -> list[Answer]:
    """Return the answers that no question takes; a box that was not ticked needs no place."""
    taken = [answer for _question, answer in placed(message, form).values()]
    return [answer for answer in answered(message) if answer not in taken]


def question_for(answer: Answer, form: JobForm | None) -> Question | None:
    """Return the question of an answer; where the posting's are not known, the one it names."""
    if form:
        return form.meant_by(answer)
    return Question(id=answer.question_id, label="", field=USUAL_FIELD) if answer.question_id else None


def values_of(question: Question, answer: Answer) -> list[str] | None:
    """Return an answer as texts, none for a box that was not ticked; None where the question cannot take it."""
    if question.kind == "CHECKBOX":
        return {True: ["1"], False: [], None: None}[yes_or_no(answer)]
    if question.choices:
        chosen = list(question.chosen(answer))
        return chosen if len(chosen) == 1 or (chosen and question.kind not in ONE_OF) else None
    if isinstance(answer.answer, bool) and question.kind in YES_NO:
        return ["1" if answer.answer else "0"]
    text = as_date(answer) if question.kind == "DATE" else plain(answer)
    return [text] if text and len(text.encode()) <= LONGEST_ANSWER else None


def decisions(consent: Consent, form: JobForm | None) -> dict[str, bool]:
    """Return what the candidate decided, by purpose where the company asks so; nothing where nobody asked."""
    agreed = consent.processing or consent.retention
    if not (consent.given_at or agreed or consent.marketing):
        return {}
    scopes = {question.id for question in form.questions if question.kind == SCOPE} if form else set()
    by_purpose = {RECRUITING: agreed, COMMUNITY: consent.marketing}
    return {scope: by_purpose[scope] for scope in by_purpose if scope in scopes} or {ALL: agreed}
