"""What Bullhorn's records are made of, and how its lists are read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..errors import Rejected, Unavailable, Uncertain
from ..messages import Message
from ..resumes import OpenResume, safe_name, safe_type
from .calls import Response
from .failures import in_words
from .job_forms import objects
from .parts import answered, consented, encoded, filled, lines, one_line, paragraphs

#: Bullhorn wants a last name; a person who has only one name gets this as the other.
NO_NAME = "-"
#: What Bullhorn calls a web response.
NEW = "New Lead"
LONGEST_NAME, LONGEST_PHONE, LONGEST_URL = 50, 20, 100


def candidate(message: Message, source: str) -> dict[str, Any]:
    """Return a new candidate; what has no field, or does not fit into it, stands in the comments."""
    person, fits = message.candidate, fitting(message)
    values = filled(
        ("firstName", (person.first_name.strip() or NO_NAME)[:LONGEST_NAME]),
        ("lastName", (person.last_name.strip() or NO_NAME)[:LONGEST_NAME]),
        ("name", person.full_name),
        ("email", person.email),
        *fits,
        ("status", NEW),
        ("source", source),
        ("comments", contact(message, without=[value for _name, value in fits])),
    )
    return dict(values)


def fitting(message: Message) -> tuple[tuple[str, str], ...]:
    """Return phone and website where Bullhorn's fields have room for them."""
    phone, url = message.candidate.phone.replace(" ", ""), message.candidate.website_url
    return filled(
        ("phone", phone if len(phone) <= LONGEST_PHONE else ""),
        ("companyURL", url if len(url) <= LONGEST_URL else ""),
    )


def contact(message: Message, without: Collection[str] = ()) -> str:
    """Return how to reach and where to find a person, one on a line."""
    person = message.candidate
    known = filled(
        ("Phone", person.phone),
        ("LinkedIn", person.linkedin_url),
        ("Website", person.website_url),
        ("Address", one_line(person.address)),
    )
    return "\n".join(f"{name}: {value}" for name, value in known if value.replace(" ", "") not in without)


def curriculum(resume: OpenResume, source: str) -> dict[str, Any]:
    """Return a CV as a file of the candidate."""
    return {
        "externalID": "Portfolio",
        "fileContent": encoded(resume),
        "fileType": "SAMPLE",
        "name": safe_name(resume.filename),
        "contentType": safe_type(resume.resume.content_type),
        "type": "Resume",
        "description": f"CV via {source}",
    }


def job_submission(message: Message, source: str, *, person: int, job: int, is_known: bool) -> dict[str, Any]:
    """Return the application; where the candidate was there already, how to reach the person stands here."""
    application = message.application
    comments = paragraphs(
        application.cover_letter,
        lines(answered(message)),
        contact(message) if is_known else "",
        consented(application.consent),
    )
    return {
        "candidate": {"id": person},
        "jobOrder": {"id": job},
        "status": NEW,
        "dateWebResponse": int(application.submitted_at.timestamp() * 1000),
        "source": source,
        **dict(filled(("comments", comments))),
    }


def lucene(text: str) -> str:
    """Return a text as a quoted phrase of a search."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def made_id(response: Response) -> int:
    """Return the id of what a PUT made."""
    found = response.get("changedEntityId")
    if isinstance(found, int):
        return found
    raise Uncertain("Bullhorn did not say whether it stored what was sent.")


def file_id(response: Response) -> str:
    """Return the id of a file that was attached, of a 2xx answer.

    Raises Rejected where the answer says what is wrong with it, Uncertain where it says nothing.
    """
    if found := in_words(response.get("fileId")):
        return found
    if why := in_words(response.get("errorMessage")):
        raise Rejected(why)
    raise Uncertain("Bullhorn did not say whether it stored the CV.")


def listed(response: Response) -> list[dict[str, Any]]:
    """Return the records of a search or query."""
    found = response.get("data")
    if isinstance(found, list):
        return objects(found)
    raise Unavailable("Bullhorn's answer to a search could not be read.")


def first_id(response: Response, **values: str) -> int | None:
    """Return the id of the first record that has these values; None where there is none."""
    for record in listed(response):
        same = all(in_words(record.get(name)).casefold() == value.casefold() for name, value in values.items())
        if same and isinstance(record.get("id"), int):
            return int(record["id"])
    return None


def entity(response: Response) -> dict[str, Any]:
    """Return the one record of an answer."""
    found = response.get("data") or response.json()
    if isinstance(found, dict) and "id" in found:
        return found
    raise Unavailable("Bullhorn's answer could not be read.")
