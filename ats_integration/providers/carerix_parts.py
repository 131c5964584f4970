"""What a Carerix application is made of, and what its GraphQL answers mean."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Unavailable, Uncertain
from ..messages import Message
from ..resumes import OpenResume, safe_name
from .calls import Response
from .carerix_calls import SCOPE
from .failures import in_words
from .job_forms import objects
from .parts import answered, consented, encoded, filled, lines, one_line, paragraphs

#: A person who has only one name gets this as last name.
NO_NAME = "-"

#: GraphQL servers say "field" before the name of a field that the client cannot see.
HIDDEN = re.compile(r"\bfield\W+cr(EmployeeApply|Publication)\b", re.IGNORECASE)
TEMPORARY = re.compile(r"time[ -]?out|timed out|internal[ _](server[ _])?error", re.IGNORECASE)


def employee(message: Message, resume: OpenResume | None, tag: str) -> dict[str, Any]:
    """Return the person with the CV; what has no field stands in the notes."""
    person = message.candidate
    values = filled(
        ("_kind", "CREmployee"),
        ("firstName", person.first_name.strip()),
        ("lastName", person.last_name.strip() or NO_NAME),
        ("emailAddress", person.email),
        ("phoneNumber", person.phone),
        ("notes", notes(message)),
    )
    attached = {"attachments": {"items": [attachment(resume, person.full_name, tag)]}} if resume else {}
    return {**dict(values), **attached}


def notes(message: Message) -> str:
    """Return the cover letter, and below it what else Carerix has no documented field for."""
    person, application = message.candidate, message.application
    known = filled(
        ("LinkedIn", person.linkedin_url),
        ("Website", person.website_url),
        ("Address", one_line(person.address)),
        ("Source", application.source),
    )
    links = "\n".join(f"{name}: {value}" for name, value in known)
    return paragraphs(application.cover_letter, links, lines(answered(message)), consented(application.consent))


def attachment(resume: OpenResume, person: str, tag: str) -> dict[str, Any]:
    """Return a CV as a document of the customer's type."""
    return {
        "_kind": "CRAttachment",
        "filePath": safe_name(resume.filename),
        "label": f"CV {person}",
        "toTypeNode": {"_kind": "CRDataNode", "_lookup": {"key": "tag", "value": tag}},
        "toAttachmentData": {"_kind": "CRAttachmentData", "content": encoded(resume)},
    }


def answer_of(response: Response, field: str) -> Any:
    """Return what a 2xx answer holds for a field of the query.

    Raises what its `errors` mean, or Uncertain where it has errors and a result.
    """
    data = response.get("data")
    found = data.get(field) if isinstance(data, dict) else None
    if not response.get("errors"):
        return found
    raise Uncertain(f"Carerix answered with an error and a result: {said(response)}") if found else refusal(response)


def refusal(response: Response) -> DeliveryError:
    """Return the failure that the errors of an answer mean; Carerix documents no texts."""
    words = said(response)
    if HIDDEN.search(words):
        return Unauthorized(f"{words} (has the client the scope {SCOPE}?)", status=response.status)
    if TEMPORARY.search(words):
        return Unavailable(words, status=response.status)
    if "publication" in words.lower():
        return JobClosed(words, status=response.status)
    return Rejected(words, status=response.status)


def said(response: Response) -> str:
    """Return the messages of all errors, in one line."""
    errors = response.get("errors")
    messages = (in_words(error.get("message")) for error in objects(errors))
    return "; ".join(filter(None, messages)) or in_words(errors)


def require_published(response: Response) -> None:
    """Accept a publication that is there and has not ended.

    Raises JobClosed, or Uncertain where its end cannot be read.
    """
    found = answer_of(response, "crPublication")
    if found is None and response.get("data") is None:
        raise Uncertain("Whether it is open could not be read.")
    if not isinstance(found, dict):
        raise JobClosed("Carerix knows no such publication.")
    if not (ends := in_words(found.get("publicationEnd"))):
        return
    try:
        day = parse_date(ends[:10])
    except ValueError:
        day = None
    if day is None:
        raise Uncertain("It is there, but when it ends could not be read.")
    if day < timezone.localdate():
        raise JobClosed("The publication has ended.")
