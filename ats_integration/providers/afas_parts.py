"""What AFAS is told about an applicant."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from ..messages import Address, Candidate, Message
from ..resumes import safe_name
from . import surnames
from .calls import Submission
from .parts import answered, consented, encoded, filled, job_number, lines, one_line, paragraphs

CONNECTOR = "HrCreateApplicant"
#: AFAS wants a last name; somebody who has only one name gets this as the other.
NO_NAME = "-"
#: The longest text of each field, in characters.
LONGEST = {"FiNm": 50, "In": 15, "Is": 15, "LaNm": 80, "Ad": 60, "HmAd": 30, "ZpCd": 15, "Rs": 50}
#: The fields that an application may fill.
FILLED = frozenset(LONGEST) | {
    "VcSn",
    "EmA2",
    "MbN2",
    "CoId",
    "HmNr",
    "Mo",
    "ViSo",
    "CvFileName",
    "CvFileStream",
    "OpEm",
}
STREET = re.compile(r"(?P<street>\D+?) +(?P<number>[0-9]{1,6}) *(?P<suffix>(?:[^0-9 ].{0,29})?)")
#: AFAS has country codes of its own; this one is sure.
NETHERLANDS = ("", "nl", "nld", "nederland", "netherlands", "the netherlands")


def headers(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call; AFAS wants the whole token, from tag to tag, in base64."""
    token = base64.b64encode(credentials["token"].encode()).decode()
    return {"Authorization": f"AfasToken {token}", "Accept": "application/json"}


def applicant(submission: Submission, source_code: str) -> dict[str, Any]:
    """Return the fields of an applicant; only those with a value, but the consent where it was asked for."""
    message, person = submission.message, submission.message.candidate
    home = lived_at(person.address)
    optional = filled(
        *named(person).items(),
        ("EmA2", person.email),
        ("MbN2", person.phone),
        *home.items(),
        ("Mo", motivation(message, has_home=bool(home), has_source=bool(source_code))),
        ("ViSo", source_code),
    )
    return {"VcSn": job_number(message), **dict(optional), **curriculum(submission), **kept(message)}


def named(person: Candidate) -> dict[str, str]:
    """Return the parts of a name, each as long as its field."""
    first = person.first_name.strip()
    prefix, surname = surnames.split(person.last_name, LONGEST["Is"])
    parts = {"FiNm": first, "In": initials(first), "Is": prefix, "LaNm": surname or NO_NAME}
    return {name: text[: LONGEST[name]].strip() for name, text in parts.items()}


def is_cut(person: Candidate) -> bool:
    """Tell whether a name is longer than its field."""
    surname = surnames.split(person.last_name, LONGEST["Is"])[1]
    return len(person.first_name.strip()) > LONGEST["FiNm"] or len(surname) > LONGEST["LaNm"]


def initials(first_name: str) -> str:
    """Return the first letter of each first name: "J.W." for Jan Willem."""
    firsts = (next(filter(str.isalpha, name), "") for name in first_name.split())
    return "".join(f"{letter.upper()}." for letter in firsts if letter)


def lived_at(address: Address) -> dict[str, Any]:
    """Return a Dutch address in its parts; nothing where it is another, has no house number, or fits no field."""
    found = STREET.fullmatch(" ".join(address.street.split()))
    if found is None or address.country.strip().lower() not in NETHERLANDS:
        return {}
    texts = {
        "Ad": found["street"].strip(),
        "HmAd": found["suffix"].strip(),
        "ZpCd": address.postal_code.strip(),
        "Rs": address.city.strip(),
    }
    if any(len(text) > LONGEST[name] for name, text in texts.items()):
        return {}
    return {"CoId": "NL", "HmNr": int(found["number"]), **dict(filled(*texts.items()))}


def motivation(message: Message, *, has_home: bool, has_source: bool) -> str:
    """Return the cover letter, and below it what has no field of its own."""
    person, application = message.candidate, message.application
    home = "" if has_home else one_line(person.address)
    told = filled(
        ("Name", person.full_name if is_cut(person) else ""),
        ("LinkedIn", person.linkedin_url),
        ("Website", person.website_url),
        ("Address", home),
        ("Source", "" if has_source else application.source),
    )
    links = "\n".join(f"{name}: {text}" for name, text in told)
    return paragraphs(application.cover_letter, links, lines(answered(message)), consented(application.consent))


def curriculum(submission: Submission) -> dict[str, str]:
    """Return the CV under a harmless name, in base64."""
    if submission.resume is None:
        return {}
    return {"CvFileName": safe_name(submission.resume.filename), "CvFileStream": encoded(submission.resume)}


def kept(message: Message) -> dict[str, bool]:
    """Return whether the data may be kept for a year; nothing where nobody was asked."""
    consent = message.application.consent
    was_asked = consent.given_at or consent.processing or consent.retention or consent.marketing
    return {"OpEm": consent.retention} if was_asked else {}
