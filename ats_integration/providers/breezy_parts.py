"""What Breezy HR's candidates are made of, and how its answers are read."""

from __future__ import annotations

from typing import Any

from ..errors import JobClosed, Unavailable, Uncertain
from ..messages import Message
from .base import APPLICATION
from .calls import Response
from .failures import in_words
from .job_forms import objects
from .parts import answered, consented, filled, one_line, plain

#: The reference where Breezy waits for the person to complete the application: it gives no id then.
PENDING = "waits for the candidate"


def candidate(message: Message) -> dict[str, Any]:
    """Return the candidate; without `origin` applied, Breezy takes a person for one whom a recruiter found."""
    person, application = message.candidate, message.application
    texts = filled(
        ("name", person.full_name),
        ("email_address", person.email),
        ("phone_number", person.phone),
        ("origin", "applied"),
        ("source", application.source),
        ("cover_letter", application.cover_letter),
        ("address", one_line(person.address)),
    )
    links = filled(("linkedin", person.linkedin_url), ("globe", person.website_url))
    return {**dict(texts), **dict(filled(("social_profiles", dict(links)))), **attributes(message)}


def attributes(message: Message) -> dict[str, Any]:
    """Return what is shown on the profile because Breezy has no field for it: answers and consent."""
    told = [(answer.question, plain(answer)) for answer in answered(message)]
    told += filled(("Consent", consented(message.application.consent)))
    found = [{"name": name, "value": value, "secure": False} for name, value in told]
    return {"custom_attributes": found} if found else {}


def on_position(job: str, response: Response) -> dict[str, Any]:
    """Return the candidate of a list who is on a position, as what the first step would have kept.

    Raises Uncertain where it is no list.
    """
    listed = response.json()
    if not isinstance(listed, list):
        raise Uncertain("Breezy did not say who applied.")
    same = [person for person in objects(listed) if id_of(person.get("position")) == job]
    return {APPLICATION: {"reference": id_of(same[0]), "dropped": []}} if same else {}


def require_company(company: str, response: Response) -> None:
    """Refuse a token that does not open the company."""
    if company not in map(id_of, objects(response.json())):
        raise JobClosed("The token opens other companies.")


def require_open(response: Response) -> None:
    """Refuse a position that takes no applications.

    Raises Unavailable where the answer shows no position: something else than Breezy may be there.
    """
    if not isinstance(position := response.json(), dict) or not position:
        raise Unavailable("Breezy did not show the position.", code="send_failed")
    if position.get("state") != "published":
        raise JobClosed("The position is not published.")


def error_type(response: Response) -> str:
    """Return the code of a failure, or an empty text."""
    error = response.get("error")
    return in_words(error.get("type")) if isinstance(error, dict) else ""


def id_of(thing: Any) -> str:
    """Return the id of a candidate, a position or a company, or an empty text."""
    return in_words(thing.get("_id")) if isinstance(thing, dict) else ""
