"""What Jobylon is told: a form, whose field `source_json` says where the application comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..messages import Message
from .calls import Request, Submission
from .parts import answered, both_names, filled, job_number, paragraphs, plain

ADDRESS = "/p1/applications/"
#: Jobylon looks at links: one of another form goes into the message.
LINK = re.compile(r"https?://(?=[^\s/]+\.\S)\S+")
#: Who hands in, where the application does not say where it comes from.
PARTNER = "Job board"


def application(submission: Submission) -> Request:
    """Return the POST; what has no field of its own is told in the message."""
    message, person = submission.message, submission.message.candidate
    first_name, last_name = both_names(person)
    return Request(
        method="POST",
        path=ADDRESS,
        headers=headers(submission.settings, submission.credentials),
        form=filled(
            ("job_id", str(job_number(message))),
            ("first_name", first_name),
            ("last_name", last_name),
            ("email", person.email),
            ("phone", person.phone),
            ("ln_url", checked(person.linkedin_url)),
            ("message", letter(message)),
            ("source_type", "applied"),
            ("source_json", json.dumps(source(message), ensure_ascii=False)),
            ("original_referrer", checked(message.vacancy.url)),
            ("cv", submission.resume),
        ),
    )


def nothing(settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> Request:
    """Return an application without anything in it, which cannot be taken."""
    return Request(method="POST", path=ADDRESS, headers=headers(settings, credentials), json={})


def headers(settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {"X-App-Id": settings["app_id"], "X-App-Key": credentials["app_key"], "Accept": "application/json"}


def source(message: Message) -> dict[str, object]:
    """Return where the application comes from, and what was answered there."""
    partner = message.application.source or PARTNER
    questions = [
        {"order": order, "question": said.question, "question_type": "text", "answer": plain(said)}
        for order, said in enumerate(answered(message), 1)
    ]
    return {"partner_name": partner, "message": f"Via {partner}", "questions": questions}


def letter(message: Message) -> str:
    """Return the cover letter with the website, and a LinkedIn link that Jobylon would refuse."""
    person = message.candidate
    linked = "" if checked(person.linkedin_url) else person.linkedin_url
    others = filled(("LinkedIn", linked), ("Website", person.website_url))
    return paragraphs(message.application.cover_letter, "\n".join(f"{name}: {url}" for name, url in others))


def checked(link: str) -> str:
    """Return a link that Jobylon takes as one, or an empty text."""
    return link if LINK.fullmatch(link) else ""
