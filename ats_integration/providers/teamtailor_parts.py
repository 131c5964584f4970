"""What Teamtailor is told: the candidate, the application, the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ..errors import OurFault
from ..messages import Answer, Message
from .calls import Request, Submission, path
from .json_api import MEDIA_TYPE, document
from .parts import NUMBER, WEB_ADDRESS, answered, filled, job_number, labelled, lines, paragraphs, plain

#: The step that leaves the candidate's id behind.
CANDIDATE = "candidate"


def headers(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    key = {"Authorization": f"Token token={credentials['api_key']}"}
    return {**key, "X-Api-Version": "20240904", "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}


def post(submission: Submission, body: dict[str, Any]) -> Request:
    """Return the call that makes what the document describes."""
    where = path("v1", body["data"]["type"])
    return Request(method="POST", path=where, headers=headers(submission.credentials), json=body)


def candidate(submission: Submission) -> Request:
    """Return the call that makes the person, or adds to the one with the same email address."""
    message, person = submission.message, submission.message.candidate
    source, consent = message.application.source, message.application.consent
    attributes: tuple[tuple[str, Any], ...] = (
        ("first-name", person.first_name),
        ("last-name", person.last_name),
        ("email", person.email),
        ("phone", person.phone),
        ("linkedin-url", person.linkedin_url if WEB_ADDRESS.fullmatch(person.linkedin_url) else ""),
        ("resume", resume_link(submission)),
        ("referring-url", message.vacancy.url),
        ("tags", [source] if source else []),
        ("set-consent-expiration", consent.processing or consent.retention),
    )
    return post(submission, document("candidates", {**dict(filled(*attributes)), "sourced": False, "merge": True}))


def resume_link(submission: Submission) -> str:
    """Return where Teamtailor can fetch the CV.

    Raises OurFault where there is a CV but no page that shows it: it must not get lost.
    """
    if submission.resume and not submission.resume_url:
        raise OurFault("There is no public page from which Teamtailor could fetch the CV.", code="no_public_url")
    return submission.resume_url


def application(submission: Submission) -> Request:
    """Return the call that hands the application in."""
    message = submission.message
    texts = filled(("cover-letter", letter(message)), ("referring-url", message.vacancy.url))
    person, job = ("candidates", submission.kept[CANDIDATE]), ("jobs", job_number(message))
    attributes = {**dict(texts), "sourced": False, "send-user-notifications": True}
    return post(submission, document("job-applications", attributes, candidate=person, job=job))


def letter(message: Message) -> str:
    """Return the cover letter with the links and the answers that no field takes."""
    person, known = message.candidate, placed(message).values()
    unknown = lines(said for said in answered(message) if said not in known)
    linkedin = "" if WEB_ADDRESS.fullmatch(person.linkedin_url) else person.linkedin_url
    links = labelled(("LinkedIn", linkedin), ("Website", person.website_url))
    return paragraphs(message.application.cover_letter, links, unknown)


def placed(message: Message) -> dict[str, Answer]:
    """Return the answers to Teamtailor's own questions, by their ids, which are numbers; of two to one the first."""
    found: dict[str, Answer] = {}
    for said in answered(message):
        if NUMBER.fullmatch(said.question_id):
            found.setdefault(said.question_id, said)
    return found


def answers(submission: Submission) -> Iterator[tuple[str, Callable[[Submission], Request]]]:
    """Yield the calls that answer Teamtailor's own questions, by the names of their steps."""
    for number, said in enumerate(placed(submission.message).values(), 1):
        yield f"answer {number}", partial(answer, said)


def answer(said: Answer, submission: Submission) -> Request:
    """Return the call that answers one question; a repeat overwrites."""
    person, question = ("candidates", submission.kept[CANDIDATE]), ("questions", said.question_id)
    return post(submission, document("answers", typed(said), candidate=person, question=question))


def typed(said: Answer) -> dict[str, Any]:
    """Return an answer as the kind of value it is."""
    match said.answer:
        case bool(flag):
            return {"boolean": flag}
        case int(number):
            return {"range": number}
        case tuple(chosen) if all(NUMBER.fullmatch(choice) for choice in chosen):
            return {"choices": [int(choice) for choice in chosen]}
    return {"text": plain(said)}
