"""What Personio is told: the CV as a document, and the application that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from ..errors import Uncertain
from ..messages import Answer, Message
from .calls import Request, Response, Submission
from .failures import in_words
from .parts import answered, filled, job_number, labelled, lines, paragraphs, plain

APPLICATIONS = "/v1/recruiting/applications"
#: The step that leaves the CV's id behind.
DOCUMENT = "document"
FILE_TYPES = frozenset({
    "pdf", "pptx", "xlsx", "docx", "doc", "xls", "ppt", "ods", "odt", "7z", "gz", "rar", "zip", "bmp", "gif", "jpg",
    "png", "tif", "csv", "txt", "rtf", "mp4", "3gp", "mov", "avi", "wmv",
})  # fmt: skip
#: Personio wants both names; a person who has only one gets this as the other.
NO_NAME = "-"
DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
#: Personio's own attributes that an answer may fill, with the form of their values; a wrong one is refused whole.
SYSTEM = {
    "birthday": DAY,
    "available_from": DAY,
    "gender": re.compile(r"male|female|diverse|undefined"),
    "location": re.compile(r".+"),
    "salary_expectations": re.compile(r".+"),
}
#: The customer's own attributes; what they take is known to Personio only.
CUSTOM = re.compile(r"custom_attribute_[0-9]+")


def headers(settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {
        "Authorization": f"Bearer {credentials['access_token']}",
        "X-Company-ID": str(settings["company_id"]),
        "X-Personio-Partner-ID": "JOBBIRD",
        "X-Personio-App-ID": "JOBBIRD_APPLY",
        "Accept": "application/json",
    }


def document(submission: Submission) -> Request | None:
    """Return the call that uploads the CV, if there is one."""
    if submission.resume is None:
        return None
    asking = headers(submission.settings, submission.credentials)
    return Request(method="POST", path=f"{APPLICATIONS}/documents", headers=asking, form=(("file", submission.resume),))


def uploaded(response: Response) -> dict[str, str]:
    """Return what the application has to say about the document.

    Raises Uncertain where the answer does not tell.
    """
    found = {name: in_words(response.get(name)) for name in ("uuid", "original_filename")}
    if not all(found.values()):
        raise Uncertain("Personio did not say what it made of the CV.")
    return found


def nothing(settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> Request:
    """Return the call that hands in nothing at all: only a known company gets complaints about it."""
    return Request(method="POST", path=APPLICATIONS, headers=headers(settings, credentials), json={})


def application(submission: Submission) -> Request:
    """Return the call that hands the application in."""
    asking = headers(submission.settings, submission.credentials)
    return Request(method="POST", path=APPLICATIONS, headers=asking, json=body(submission))


def body(submission: Submission) -> dict[str, Any]:
    """Return the application; what has no field of its own is told in the message."""
    message, person = submission.message, submission.message.candidate
    channel, source = submission.settings.get("recruiting_channel_id"), message.application.source
    uploaded = submission.kept.get(DOCUMENT)
    optional: tuple[tuple[str, Any], ...] = (
        ("recruiting_channel_id", channel and int(channel)),
        ("message", letter(message)),
        ("tags", [source] if source else []),
        ("attributes", attributes(message)),
        ("files", [{**uploaded, "category": "cv"}] if uploaded else []),
    )
    return {
        "first_name": person.first_name.strip() or NO_NAME,
        "last_name": person.last_name.strip() or NO_NAME,
        "email": person.email,
        "job_position_id": job_number(message),
        "application_date": message.application.submitted_at.astimezone(UTC).date().isoformat(),
        **dict(filled(*optional)),
    }


def letter(message: Message) -> str:
    """Return the cover letter with the links and the answers that have no attribute."""
    person, fields = message.candidate, in_fields(message)
    others = lines(said for said in answered(message) if fields.get(said.question_id) is not said)
    links = labelled(("LinkedIn", person.linkedin_url), ("Website", person.website_url))
    return paragraphs(message.application.cover_letter, links, others)


def attributes(message: Message) -> list[dict[str, str]]:
    """Return the phone number, which is no field of its own, and the answers that are attributes."""
    told = ((id, plain(said)) for id, said in in_fields(message).items())
    pairs = filled(("phone", message.candidate.phone), *told)
    return [{"id": id, "value": value} for id, value in pairs]


def in_fields(message: Message) -> dict[str, Answer]:
    """Return the answers that are attributes, by their ids; of two to one question the first."""
    return {said.question_id: said for said in reversed(answered(message)) if is_attribute(said)}


def is_attribute(said: Answer) -> bool:
    """Tell whether Personio knows the question as an attribute, and takes the answer for it."""
    if form := SYSTEM.get(said.question_id):
        return bool(form.fullmatch(plain(said)))
    return bool(CUSTOM.fullmatch(said.question_id))
