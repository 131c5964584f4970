"""What Personio is told, the CV as a document and the application that names it; and the reasons it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..messages import Answer, Message
from .calls import Request, Response, Submission
from .parts import answered, filled, job_number, lines, paragraphs, plain

APPLICATIONS = "/v1/recruiting/applications"
#: The step that leaves the CV's id behind.
DOCUMENT = "document"
FILE_TYPES = frozenset({
    "pdf", "pptx", "xlsx", "docx", "doc", "xls", "ppt", "ods", "odt", "7z", "gz", "rar", "zip", "bmp", "gif", "jpg",
    "png", "tif", "csv", "txt", "rtf", "mp4", "3gp", "mov", "avi", "wmv",
})  # fmt: skip
#: Personio wants both names; a person who has only one gets this as the other.
NO_NAME = "-"
#: The attributes of a candidate that an answer may fill: Personio's own and the customer's.
ATTRIBUTE = re.compile(r"birthday|gender|location|available_from|salary_expectations|custom_attribute_[0-9]+")
REASON = re.compile(r'"reason"\s*:\s*"([\w.-]+)"')


def reasons(response: Response) -> frozenset[str]:
    """Return every reason that an answer gives; Personio puts them in one of three shapes."""
    return frozenset(REASON.findall(response.text))


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
        "application_date": message.application.submitted_at.date().isoformat(),
        **dict(filled(*optional)),
    }


def letter(message: Message) -> str:
    """Return the cover letter with the links and the answers that have no attribute."""
    person, others = message.candidate, lines(said for said in answered(message) if not is_attribute(said))
    links = filled(("LinkedIn", person.linkedin_url), ("Website", person.website_url))
    return paragraphs(message.application.cover_letter, "\n".join(f"{name}: {url}" for name, url in links), others)


def attributes(message: Message) -> list[dict[str, str]]:
    """Return the phone number, which is no field of its own, and the answers that are attributes."""
    told = {said.question_id: plain(said) for said in answered(message) if is_attribute(said)}
    pairs = filled(("phone", message.candidate.phone), *told.items())
    return [{"id": id, "value": value} for id, value in pairs]


def is_attribute(said: Answer) -> bool:
    """Tell whether Personio knows the question as an attribute."""
    return bool(ATTRIBUTE.fullmatch(said.question_id))
