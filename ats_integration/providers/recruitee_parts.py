"""What goes into Recruitee's form, and what an offer there asks: open questions, each kind with a field of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Uncertain
from ..messages import Answer, Message
from .calls import Response, Submission
from .job_forms import JobForm, Question, objects, yes_or_no
from .link_questions import links_asked
from .parts import NUMBER, answered, filled, lines, paragraphs, plain

QUESTIONS = "candidate[open_question_answers_attributes]"
#: What an offer says of the usual fields, and our names of them.
USUAL = {"options_cv": "resume", "options_phone": "phone", "options_cover_letter": "cover_letter"}
TEXTS = ("string", "text")
LEGAL = "legal"
#: Kinds of which nobody has a text to give.
FILES = ("file", "video")
#: A sentence between the questions.
INFOBOX = "infobox"
#: How a legal question is worded that goes beyond the application at hand.
BEYOND = re.compile(r"future|retain|retention|keep|talent|toekomst|bewaren|bewaard", re.IGNORECASE)

#: The fields that carry one answer, by the end of their names.
Fields = tuple[tuple[str, str], ...]


def form_fields(submission: Submission) -> tuple[tuple[str, Any], ...]:
    """Return the fields of the form in their order; the CV is one of them."""
    message, person, form = submission.message, submission.message.candidate, submission.job_form
    return filled(
        ("candidate[name]", person.full_name),
        ("candidate[email]", person.email),
        ("candidate[phone]", person.phone),
        ("candidate[cv]", submission.resume),
        ("candidate[cover_letter]", letter(message, form)),
        ("candidate[referrer]", message.application.source),
        *numbered((*placed(message, form), *links(message, form), *consents(message, form))),
    )


def form_in(response: Response) -> JobForm:
    """Read an offer: its open questions, and which of the usual fields it requires.

    Raises Uncertain where the answer shows no offer.
    """
    offer = response.get("offer")
    if not (isinstance(offer, dict) and offer):
        raise Uncertain("Recruitee did not say what the offer asks.")
    questions = (question_of(question) for question in objects(offer.get("open_questions")))
    return JobForm(
        questions=tuple(question for question in questions if question.kind != INFOBOX),
        required_parts=frozenset(part for key, part in USUAL.items() if offer.get(key) == "required"),
    )


def question_of(question: dict[str, Any]) -> Question:
    """Read one open question; what is chosen is told by its words."""
    options = [str(option.get("body", "")) for option in objects(question.get("open_question_options"))]
    return Question(
        id=str(question.get("id", "")),
        label=str(question.get("body", "")),
        is_required=bool(question.get("required")),
        kind=str(question.get("kind", "")),
        choices=tuple((option, option) for option in options),
    )


def letter(message: Message, form: JobForm | None) -> str:
    """Return the cover letter with the links and the answers that have no field of their own."""
    person, has_place = message.candidate, dict(link_places(message, form))
    told = {"linkedin_url": ("LinkedIn", person.linkedin_url), "website_url": ("Website", person.website_url)}
    others = filled(*(link for part, link in told.items() if part not in has_place))
    placeless = lines(answer for answer in answered(message) if not fields_of(answer, form))
    return paragraphs(message.application.cover_letter, "\n".join(f"{name}: {url}" for name, url in others), placeless)


def numbered(answers: tuple[tuple[str, Fields], ...]) -> Iterator[tuple[str, str]]:
    """Yield the fields of all answers under a running index, which is not the question's id."""
    for index, (question, fields) in enumerate(answers):
        yield f"{QUESTIONS}[{index}][open_question_id]", question
        yield from ((f"{QUESTIONS}[{index}]{end}", value) for end, value in fields)


def placed(message: Message, form: JobForm | None) -> Iterator[tuple[str, Fields]]:
    """Yield the answers that a question takes, by the question's id."""
    for answer in answered(message):
        if (question := question_for(answer, form)) and (fields := fields_of(answer, form)):
            yield question.id, fields


def links(message: Message, form: JobForm | None) -> Iterator[tuple[str, Fields]]:
    """Yield the links that a question asks for."""
    for question, link in link_places(message, form).values():
        yield question.id, (("[content]", link),)


def link_places(message: Message, form: JobForm | None) -> dict[str, tuple[Question, str]]:
    """Return the links that the offer asks for, with their questions, by part."""
    return links_asked(message, form, kinds=TEXTS, said=answered_ids(message, form))


def answered_ids(message: Message, form: JobForm | None) -> frozenset[str]:
    """Return the ids of the questions that the candidate answered."""
    said = (question_for(answer, form) for answer in answered(message))
    return frozenset(question.id for question in said if question)


def consents(message: Message, form: JobForm | None) -> tuple[tuple[str, Fields], ...]:
    """Return the legal questions that the candidate's consent answers, one about later only by consent to that."""
    consent, said = message.application.consent, answered_ids(message, form)
    asked = [q for q in form.questions if q.kind == LEGAL and q.id not in said] if form else []
    agreed = (q for q in asked if consent.processing and (consent.retention or not BEYOND.search(q.label)))
    return tuple((question.id, (("[flag]", "true"),)) for question in agreed)


def is_consent_told(message: Message, form: JobForm | None) -> bool:
    """Tell whether a legal question is answered, by the candidate or by the consent that came along."""
    legal = {question.id for question in form.questions if question.kind == LEGAL} if form else set()
    answers = (*placed(message, form), *consents(message, form))
    return any(question in legal for question, _fields in answers)


def told(message: Message, form: JobForm) -> frozenset[str]:
    """Return the ids of the questions that links and consent answer."""
    return frozenset(question for question, _fields in (*links(message, form), *consents(message, form)))


def question_for(answer: Answer, form: JobForm | None) -> Question | None:
    """Return the question of an answer; where the offer's are not known, the one that its number names."""
    if form:
        return form.meant_by(answer)
    return Question(id=answer.question_id, label="") if NUMBER.fullmatch(answer.question_id) else None


def fields_of(answer: Answer, form: JobForm | None) -> Fields:
    """Return the fields that carry an answer; none where its question cannot take it."""
    question = question_for(answer, form)
    if question is None or question.kind in FILES:
        return ()
    if question.choices:
        return chosen_fields(question, question.chosen(answer))
    if question.kind in ("boolean", LEGAL):
        return () if (said := yes_or_no(answer)) is None else flag(is_yes=said)
    return text_fields(question, answer)


def chosen_fields(question: Question, chosen: tuple[str, ...]) -> Fields:
    """Return the fields of what was chosen; a question of one choice takes no two."""
    if question.kind == "multi_choice":
        return tuple(("[multi_content][]", option) for option in chosen)
    return (("[content]", chosen[0]),) if len(chosen) == 1 else ()


def text_fields(question: Question, answer: Answer) -> Fields:
    """Return the fields of an answer in words; where the kind of the question is not known, the answer's decides."""
    match answer.answer:
        case bool(said) if not question.kind:
            return flag(is_yes=said)
        case tuple(several) if question.kind in ("", "multi_choice"):
            return tuple(("[multi_content][]", option) for option in several)
    return (("[content]", plain(answer)),)


def flag(*, is_yes: bool) -> Fields:
    """Return the field that says yes or no."""
    return (("[flag]", str(is_yes).lower()),)
