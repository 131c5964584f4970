"""What JazzHR's applicants and questionnaires are made of, and how its lists are read."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone

from ..messages import Answer, Message
from .calls import Response, Submission
from .failures import in_words
from .job_forms import alike, objects
from .parts import answered, both_names, encoded, filled, job_id, lines, paragraphs, plain

#: How a vacancy names a question: the questionnaire's id and the question's position in it.
QUESTION = re.compile(r"([A-Za-z0-9_-]+)/(0?[1-9]|1[0-9]|20)")


def applicant(submission: Submission) -> dict[str, Any]:
    """Return the fields of an applicant."""
    message, person = submission.message, submission.message.candidate
    application, home = message.application, person.address
    first_name, last_name = both_names(person)
    unasked = (answer for answer in answered(message) if not QUESTION.fullmatch(answer.question_id))
    values = filled(
        ("first_name", first_name),
        ("last_name", last_name),
        ("email", person.email),
        ("phone", person.phone),
        ("job", job_id(message)),
        ("linkedin", person.linkedin_url),
        ("website", person.website_url),
        ("coverletter", paragraphs(application.cover_letter, lines(unasked))),
        ("source", application.source),
        ("apply_date", timezone.localdate(application.submitted_at).isoformat()),
        ("address", ", ".join(filter(None, (home.street, home.country)))),
        ("city", home.city),
        ("postal", home.postal_code),
        ("base64-resume", encoded(submission.resume) if submission.resume else ""),
    )
    return dict(values)


def questionnaires(message: Message) -> tuple[str, ...]:
    """Return the ids of the questionnaires that the answers belong to."""
    return tuple(dict.fromkeys(place[1] for answer in answered(message) if (place := place_of(answer))))


def answer_values(message: Message, questionnaire: str) -> dict[str, str]:
    """Return the answers to one questionnaire, by the positions of its questions."""
    said: dict[str, list[str]] = {}
    for answer in answered(message):
        if (at := place_of(answer)) and at[1] == questionnaire:
            said.setdefault(f"answer_value_{int(at[2]):02}", []).append(plain(answer))
    return {position: ", ".join(texts) for position, texts in said.items()}


def place_of(answer: Answer) -> re.Match[str] | None:
    """Return the questionnaire and the position of an answer's question, where they are known."""
    return QUESTION.fullmatch(answer.question_id)


def records(response: Response) -> list[dict[str, Any]] | None:
    """Return the records of a list, which may be a bare object where it has one; None where it is neither."""
    match response.json():
        case list(found):
            return objects(found)
        case dict(one) if one.get("id"):
            return [one]
    return None


def is_namesake(listed: dict[str, Any], message: Message) -> bool:
    """Tell whether a listed applicant has our candidate's name and, where the list tells it, applied for the job."""
    theirs, job = (in_words(listed.get(name)) for name in ("first_name", "last_name")), in_words(listed.get("job_id"))
    is_same = [alike(name) for name in theirs] == [alike(name) for name in both_names(message.candidate)]
    return is_same and job in ("", job_id(message))
