"""What Homerun is told: the application, the cover letter as a note, the CV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..messages import Message
from .base import APPLICATION
from .calls import Request, Response, Submission, path
from .failures import in_words
from .job_forms import objects
from .lookups import found
from .parts import answered, filled, job_id, plain
from .steps import Kept

#: Homerun wants both names; a person who has only one gets this as the other.
NO_NAME = "-"
APPLICATIONS = path("job-applications")
MOST = 100  # applications on one page of a list


def headers(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Authorization": f"Bearer {credentials['api_key']}", "Accept": "application/json"}


def application(submission: Submission) -> Request:
    """Return the call that hands the application in."""
    asking = headers(submission.credentials)
    return Request(method="POST", path=APPLICATIONS, headers=asking, json=body(submission.message))


def body(message: Message) -> dict[str, Any]:
    """Return the application; without the vacancy's id it would land in the general pool."""
    person, source = message.candidate, message.application.source
    optional: tuple[tuple[str, Any], ...] = (
        ("phone_number", person.phone),
        ("linkedin", person.linkedin_url),
        ("website", person.website_url),
        ("city", person.address.city),
        ("country", person.address.country),
        ("sources", [source] if source else []),
        ("custom_data", told(message)),
    )
    return {
        "first_name": person.first_name.strip() or NO_NAME,
        "last_name": person.last_name.strip() or NO_NAME,
        "email": person.email,
        "vacancy_id": job_id(message),
        "sourced": False,
        **dict(filled(*optional)),
    }


def told(message: Message) -> dict[str, str]:
    """Return the answers by their questions; of a question that comes twice, both."""
    answers: dict[str, str] = {}
    for said in answered(message):
        before = answers.get(said.question)
        answers[said.question] = f"{before}; {plain(said)}" if before else plain(said)
    return answers


def file(submission: Submission) -> Request | None:
    """Return the call that adds the CV, if there is one."""
    if submission.resume is None:
        return None
    form = (("type", "resume"), ("file", submission.resume))
    return Request(method="POST", path=below(submission, "files"), headers=headers(submission.credentials), form=form)


def note(submission: Submission) -> Request | None:
    """Return the call that adds the cover letter, if there is one."""
    said = submission.message.application
    if not said.cover_letter:
        return None
    text = {"note": said.cover_letter, "display_name": said.source or "Job board"}
    return Request(method="POST", path=below(submission, "notes"), headers=headers(submission.credentials), json=text)


def below(submission: Submission, name: str) -> str:
    """Return the address of what belongs to the application."""
    return APPLICATIONS + path(submission.kept[APPLICATION]["reference"], name)


def applications(submission: Submission) -> Request:
    """Return the call that lists the vacancy's applications, the newest first."""
    params = (("filter[vacancy_id]", job_id(submission.message)), ("perPage", str(MOST)))
    return Request(method="GET", path=APPLICATIONS, headers=headers(submission.credentials), params=params)


def arrived(submission: Submission, response: Response) -> Kept | None:
    """Return the candidate's application in such a list."""
    return found(response.get("data"), submission.message, email_of, most=MOST)


def email_of(listed: Mapping[str, Any]) -> Any:
    """Return the address of a listed application, which Homerun shows among the personal information."""
    personal = listed.get("personal_info")
    return listed.get("email") or (personal.get("email") if isinstance(personal, dict) else None)


def complained(response: Response) -> set[str]:
    """Return the parameters that Homerun complains about."""
    return {in_words(detail.get("param")) for detail in objects(response.get("details"))}
