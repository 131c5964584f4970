"""The parts of a message by the names people see, and how a part is put into words or forms."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import TypeVar

from ..errors import Rejected, ResumeChanged
from ..messages import Address, Answer, Candidate, Consent, Message
from ..resumes import OpenResume, reading

#: Parts of a message that not every ATS can carry, by the name shown to people.
PARTS = (
    "resume",
    "cover_letter",
    "phone",
    "address",
    "linkedin_url",
    "website_url",
    "answers",
    "consent",
    "marketing_consent",
    "source",
)

#: Stands for the name that somebody lacks, where an ATS wants both.
NO_NAME = "-"

#: An id that an ATS gives as a number.
NUMBER = re.compile(r"[0-9]{1,18}")
#: A link for an ATS that checks its form.
WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

Value = TypeVar("Value")

NOWHERE = Address()


def present(message: Message) -> frozenset[str]:
    """Name the optional parts that a message really has."""
    application, candidate = message.application, message.candidate
    consent = application.consent
    values = {
        "resume": message.resume,
        "cover_letter": application.cover_letter,
        "phone": candidate.phone,
        "address": candidate.address != NOWHERE,
        "linkedin_url": candidate.linkedin_url,
        "website_url": candidate.website_url,
        "answers": answered(message),
        "consent": consent.processing or consent.retention,
        "marketing_consent": consent.marketing,
        "source": application.source,
    }
    return frozenset(part for part, value in values.items() if value)


def job_id(message: Message) -> str:
    """Return the job's id in the ATS.

    Raises Rejected where the vacancy has none, or one that would change the address of the call.
    """
    found = message.vacancy.external_id.strip()
    if found in ("", ".", ".."):
        raise Rejected("The vacancy has no id of the job in the ATS.", code="job_id_missing")
    return found


def job_number(message: Message) -> int:
    """Return the job's id for an ATS that gives its jobs numbers.

    Raises Rejected where the vacancy has none, or something else.
    """
    found = job_id(message)
    if not NUMBER.fullmatch(found):
        raise Rejected("The vacancy's id of the job in the ATS is not a number.", code="job_id_invalid")
    return int(found)


def both_names(person: Candidate) -> tuple[str, str]:
    """Return first and last name for an ATS that wants both; somebody who has one gets a dash as the other."""
    return person.first_name.strip() or NO_NAME, person.last_name.strip() or NO_NAME


def without_street(parts: frozenset[str], message: Message) -> frozenset[str]:
    """Leave out an address that is more than a town, for an ATS that has no place for a street."""
    home = message.candidate.address
    return parts - {"address"} if home.street or home.postal_code else parts


def answered(message: Message) -> tuple[Answer, ...]:
    """Return the answers that say anything; blanks do not."""
    return tuple(answer for answer in message.application.answers if says_anything(answer))


def says_anything(answer: Answer) -> bool:
    """Tell whether an answer has more than blanks."""
    match answer.answer:
        case str(text):
            return bool(text.strip())
        case tuple(chosen):
            return any(text.strip() for text in chosen)
    return True


def filled(*pairs: tuple[str, Value | None]) -> tuple[tuple[str, Value], ...]:
    """Return the fields of a form that have a value, in their order."""
    return tuple((name, value) for name, value in pairs if value)


def plain(answer: Answer) -> str:
    """Return what the candidate said as one text."""
    match answer.answer:
        case bool(said):
            return "yes" if said else "no"
        case tuple(chosen):
            return ", ".join(chosen)
        case said:
            return str(said)


def lines(answers: Iterable[Answer]) -> str:
    """Return answers as "question: answer", one on a line, for an ATS that has no field for them."""
    return "\n".join(f"{answer.question}: {plain(answer)}" for answer in answers)


def labelled(*pairs: tuple[str, str]) -> str:
    """Return named values as "name: value", one on a line, for an ATS that has no field for them; empty ones go."""
    return "\n".join(f"{name}: {value}" for name, value in pairs if value)


def paragraphs(*texts: str) -> str:
    """Join the texts that are not empty, with an empty line between them."""
    return "\n\n".join(text for text in texts if text)


def one_line(address: Address) -> str:
    """Return an address as people write it, on one line."""
    place = f"{address.postal_code} {address.city}".strip()
    return ", ".join(filter(None, (address.street, place, address.country)))


def consented(consent: Consent) -> str:
    """Return what the candidate agreed to as one sentence, for an ATS that has no field for it; empty = nothing."""
    kinds = (
        ("to have the data processed", consent.processing),
        ("to have it kept for other jobs", consent.retention),
        ("to be contacted later", consent.marketing),
    )
    agreed = ", ".join(kind for kind, is_given in kinds if is_given)
    when = f" on {consent.given_at:%Y-%m-%d %H:%M} UTC" if consent.given_at else ""
    words = f" The words were: {consent.text}" if consent.text else ""
    return f"The candidate agreed{when}: {agreed}.{words}" if agreed else ""


def encoded(resume: OpenResume) -> str:
    """Return a CV as base64, for an ATS that takes files inside of JSON; the stream is at its start again.

    Raises ResumeMissing or ResumeChanged where the CV does not give what its description says.
    """
    with reading():
        content = resume.stream.read()
        resume.stream.seek(0)
    if len(content) != resume.resume.size:
        raise ResumeChanged("The stored CV is not as long as the one that was handed in.")
    return base64.b64encode(content).decode()
