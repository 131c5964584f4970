"""Which field of a job's form at Ashby takes which part of a message.

Name, email and CV have fixed paths; all others are found by the field's type and title.
"""

from __future__ import annotations

import re
from typing import Any

from ..messages import Address, Answer, Message
from .ashby_form import BASIC, PATHS
from .job_forms import JobForm, Question, as_date, as_number, yes_or_no
from .parts import answered, filled, labelled, lines, paragraphs, plain, present

#: The name of the multipart field that has the CV; Ashby wants it repeated as the field's value.
RESUME_PART = "resume_file"
#: The part that takes what has no field of its own.
LETTER = "cover_letter"
#: Who applies: no answer stands in these fields.
OWN = frozenset(question.id for question in BASIC.questions)
EMAIL = re.compile(r"[^@\s]+@(?=[^@\s]+\.[^@\s])[^@\s]+")
LINE = frozenset({"String", "LongText", "RichText", "SocialLink", "Url"})
#: A part, the types of field that can take it, and what the title says then. The first that fits counts.
TITLES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("phone", frozenset({"Phone"}), r""),
    ("address", frozenset({"Location"}), r""),
    ("phone", LINE, r"phone|telefoon|mobile number|mobiel"),
    ("linkedin_url", LINE, r"linked\s?in"),
    ("website_url", LINE, r"website|portfolio|homepage"),
    (LETTER, LINE, r"cover letter|motivation|motivatie|additional information"),
    ("other_consent", frozenset({"Boolean"}), r"background|criminal|credit|drug|\bsms\b|text message|whatsapp"),
    ("no_consent", frozenset({"Boolean"}), r"experience|ervaring|knowledge|kennis|familiar|bekend met"),
    ("marketing_consent", frozenset({"Boolean"}), r"marketing|newsletter|nieuwsbrief|other (jobs|roles|vacancies)"),
    ("retention", frozenset({"Boolean"}), r"future|retain|retention|keep my|talent (pool|community)|bewaren"),
    (
        "consent",
        frozenset({"Boolean"}),
        r"privacy|gdpr|\bavg\b|consent|personal data|persoonsgegevens|toestemming|"
        r"process(ing)? (of )?(my|your) data|verwerking van (mijn|je|uw)",
    ),
)


def part_of(question: Question) -> str:
    """Return the part that a field is for; none where it is a question of the customer's own."""
    if question.id in PATHS:
        return PATHS[question.id]
    found = (part for part, kinds, title in TITLES if question.kind in kinds and in_title(title, question))
    return next(found, "")


def in_title(title: str, question: Question) -> bool:
    """Tell whether a field is called like that."""
    return bool(re.search(title, question.label, re.IGNORECASE))


def submissions(message: Message, form: JobForm | None) -> dict[str, Any]:
    """Return what goes into each field, by its path; an answer goes before a part, but joins the cover letter."""
    asked = form or BASIC
    parts, said = values(message, asked), placed(message, asked)
    entries = ((q.id, entry(q, parts.get(part_of(q)), said.get(q.id))) for q in asked.questions)
    return {path: value for path, value in entries if value is not None}


def entry(question: Question, part: Any, answer: Answer | None) -> Any:
    """Return what goes into one field: a part, an answer, or both where it is the cover letter; None for nothing."""
    if answer is None:
        return None if part is None else shaped(question, part)
    if part_of(question) == LETTER:
        return shaped(question, paragraphs(plain(answer), part or ""))
    return value_of(question, answer)


def placed(message: Message, form: JobForm) -> dict[str, Answer]:
    """Return the answers that fields take, by their paths; of two to one question the first."""
    asked = ((form.meant_by(answer), answer) for answer in reversed(answered(message)))
    return {q.id: answer for q, answer in asked if q and q.id not in OWN and value_of(q, answer) is not None}


def values(message: Message, form: JobForm) -> dict[str, Any]:
    """Return what the message has to say, by part."""
    return {**facts(message), **dict(filled((LETTER, letter(message, form))))}


def facts(message: Message) -> dict[str, Any]:
    """Return what the message says of the person and the consents, by part."""
    person, consent = message.candidate, message.application.consent
    said = dict(
        filled(
            ("name", person.full_name),
            ("email", person.email),
            ("resume", RESUME_PART if message.resume else ""),
            ("phone", person.phone),
            ("linkedin_url", person.linkedin_url),
            ("website_url", person.website_url),
        )
    )
    town = place(person.address)
    choices = {"consent": consent.processing, "retention": consent.retention, "marketing_consent": consent.marketing}
    was_asked = consent.given_at or any(choices.values())
    return {**said, **({"address": town} if town else {}), **(choices if was_asked else {})}


def letter(message: Message, form: JobForm) -> str:
    """Return the cover letter with the links and the answers that have no field of their own."""
    person, places = message.candidate, places_in(message, form)
    links = {"linkedin_url": ("LinkedIn", person.linkedin_url), "website_url": ("Website", person.website_url)}
    said = labelled(*(link for part, link in links.items() if part not in places))
    return paragraphs(message.application.cover_letter, said, lines(unplaced(message, form)))


def unplaced(message: Message, form: JobForm) -> list[Answer]:
    """Return the answers that no field takes."""
    taken = placed(message, form).values()
    return [answer for answer in answered(message) if answer not in taken]


def places_in(message: Message, form: JobForm) -> frozenset[str]:
    """Return the parts that a form has a field for, unless an answer that says something else took it."""
    known, said = facts(message), placed(message, form)
    return frozenset(part_of(q) for q in form.questions if is_free(q, known.get(part_of(q)), said.get(q.id)))


def is_free(question: Question, part: Any, answer: Answer | None) -> bool:
    """Tell whether a field can say a part: no answer took it, or one that says the same."""
    return answer is None or part_of(question) == LETTER or value_of(question, answer) == shaped(question, part)


def lost_parts(message: Message, form: JobForm | None) -> frozenset[str]:
    """Return the parts that no field takes; links and answers go into the cover letter where there is one."""
    asked, consent = form or BASIC, message.application.consent
    places = places_in(message, asked)
    told_in_letter = {"linkedin_url", "website_url", "answers"} if LETTER in places else set()
    granted = {"consent": consent.processing, "retention": consent.retention}
    all_granted = all(part in places for part, is_given in granted.items() if is_given)
    all_answered = not unplaced(message, asked)
    taken = places - {"consent"} | told_in_letter | {"source"}
    taken |= {part for part, is_told in (("consent", all_granted), ("answers", all_answered)) if is_told}
    return present(message) - taken


def place(address: Address) -> dict[str, str]:
    """Return the town and country of an address."""
    return dict(filled(("city", address.city), ("country", address.country)))


def shaped(question: Question, value: Any) -> Any:
    """Return a value as its type of field wants it."""
    return {"type": "PlainText", "value": value} if question.kind == "RichText" else value


def value_of(question: Question, answer: Answer) -> Any:
    """Return an answer as its type of field wants it, or None where it does not fit."""
    match question.kind:
        case "Boolean":
            return yes_or_no(answer)
        case "Number" | "Score":
            return counted(question, as_number(answer))
        case "Date":
            return as_date(answer)
        case "Email":
            return plain(answer) if EMAIL.fullmatch(plain(answer)) else None
        case "ValueSelect" | "MultiValueSelect":
            chosen = question.chosen(answer)
            return (list(chosen) or None) if question.kind == "MultiValueSelect" else only(chosen)
        case "File" | "Location":
            return None
    return shaped(question, plain(answer))


def counted(question: Question, number: float | None) -> Any:
    """Return a whole number, as a score from 1 to 4 where one is asked for."""
    if not isinstance(number, int):
        return None
    if question.kind == "Score":
        return {"score": number} if number in range(1, 5) else None
    return number


def only(chosen: tuple[str, ...]) -> str | None:
    """Return the one thing that was chosen, if it was one."""
    return chosen[0] if len(chosen) == 1 else None
