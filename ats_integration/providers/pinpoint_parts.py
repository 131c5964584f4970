"""What Pinpoint is told: the application, and the answers that it knows the questions of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..messages import Answer, Message
from ..resumes import OpenResume, safe_name, safe_type
from .calls import Submission
from .json_api import MEDIA_TYPE, document
from .parts import NUMBER, answered, encoded, filled, job_id, lines, paragraphs, plain

#: Pinpoint wants both names; a person who has only one gets this as the other.
NO_NAME = "-"


def headers(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {"X-API-KEY": credentials["api_key"], "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}


def application(submission: Submission) -> dict[str, Any]:
    """Return the document: the application, and its answers beside it."""
    message = submission.message
    made = document("applications", attributes(submission), job=("jobs", job_id(message)))
    included = [answer(str(number), said) for number, said in enumerate(filter(is_known, answered(message)), 1)]
    if not included:
        return made
    links = [{"type": "answers", "method": "create", "temp-id": each["temp-id"]} for each in included]
    made["data"]["relationships"]["answers"] = {"data": links}
    return {**made, "included": included}


def attributes(submission: Submission) -> dict[str, str]:
    """Return what is said of the person."""
    message, person = submission.message, submission.message.candidate
    home = person.address
    return {
        "first_name": person.first_name.strip() or NO_NAME,
        "last_name": person.last_name.strip() or NO_NAME,
        "email": person.email,
        **dict(
            filled(
                ("phone", person.phone),
                ("linkedin_url", person.linkedin_url),
                ("summary", summary(message)),
                ("address1", home.street),
                ("postcode", home.postal_code),
                ("town", home.city),
                ("country", home.country),
            )
        ),
        **(file(submission.resume) if submission.resume else {}),
    }


def file(resume: OpenResume) -> dict[str, str]:
    """Return the CV as a data URL, which is what Pinpoint wants."""
    kind = safe_type(resume.resume.content_type)
    return {
        "cv_base64_filename": safe_name(resume.filename),
        "cv_base64_data": f"data:{kind};base64,{encoded(resume)}",
    }


def summary(message: Message) -> str:
    """Return the cover letter with the website and the answers that have no field of their own."""
    website = message.candidate.website_url
    others = lines(said for said in answered(message) if not is_known(said))
    return paragraphs(message.application.cover_letter, f"Website: {website}" if website else "", others)


def is_known(said: Answer) -> bool:
    """Tell whether Pinpoint can take an answer as one: it numbers its questions, and choices are ids of its own."""
    return bool(NUMBER.fullmatch(said.question_id)) and not isinstance(said.answer, tuple)


def answer(temp_id: str, said: Answer) -> dict[str, Any]:
    """Return one answer, which the application names by a temporary id."""
    value = {"boolean_answer": said.answer} if isinstance(said.answer, bool) else {"text_answer": plain(said)}
    made = document("answers", value, question=("questions", said.question_id))["data"]
    return {"temp-id": temp_id, **made}
