"""What AFAS is told about an applicant."""

from __future__ import annotations

import re
from typing import Any

from ..messages import Address, Message
from ..resumes import safe_name
from . import surnames
from .calls import Submission
from .parts import answered, consented, encoded, filled, job_number, lines, one_line, paragraphs

CONNECTOR = "HrCreateApplicant"
#: AFAS wants a last name; somebody who has only one name gets this as the other.
NO_NAME = "-"
LONGEST_PREFIX = 15  # characters
STREET = re.compile(r"(?P<street>\D+?) +(?P<number>[0-9]{1,6}) *(?P<suffix>(?:[^0-9 ].{0,29})?)")
#: AFAS has country codes of its own; this one is sure.
NETHERLANDS = ("", "nl", "nld", "nederland", "netherlands", "the netherlands")


def applicant(submission: Submission, source_code: str) -> dict[str, Any]:
    """Return the fields of an applicant; only those with a value, but the consent where it was asked for."""
    message, person = submission.message, submission.message.candidate
    prefix, surname = surnames.split(person.last_name, LONGEST_PREFIX)
    home = lived_at(person.address)
    optional = filled(
        ("FiNm", person.first_name.strip()),
        ("In", initials(person.first_name)),
        ("Is", prefix),
        ("EmA2", person.email),
        ("MbN2", person.phone),
        *home.items(),
        ("Mo", motivation(message, has_home=bool(home), has_source=bool(source_code))),
        ("ViSo", source_code),
    )
    needed = {"VcSn": job_number(message), "LaNm": surname or NO_NAME}
    return {**needed, **dict(optional), **curriculum(submission), **kept(message)}


def initials(first_name: str) -> str:
    """Return the first letter of each first name: "J.W." for Jan Willem."""
    return "".join(f"{name[0].upper()}." for name in first_name.split())


def lived_at(address: Address) -> dict[str, Any]:
    """Return a Dutch address in its parts; nothing where it is another, or has no house number."""
    found = STREET.fullmatch(address.street.strip())
    if found is None or address.country.strip().lower() not in NETHERLANDS:
        return {}
    parts: tuple[tuple[str, Any], ...] = (
        ("CoId", "NL"),
        ("Ad", found["street"].strip()),
        ("HmNr", int(found["number"])),
        ("HmAd", found["suffix"].strip()),
        ("ZpCd", address.postal_code),
        ("Rs", address.city),
    )
    return dict(filled(*parts))


def motivation(message: Message, *, has_home: bool, has_source: bool) -> str:
    """Return the cover letter, and below it what has no field of its own."""
    person, application = message.candidate, message.application
    home = "" if has_home else one_line(person.address)
    told = filled(
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
