"""What BambooHR is told, the form of an application; and what it says: the open jobs, who applied, why not."""

from __future__ import annotations

import re
from typing import Any

from ..messages import Message
from ..resumes import OpenResume
from .calls import Response, Submission, TextFile
from .failures import in_words
from .job_forms import objects
from .parts import WEB_ADDRESS, answered, filled, job_number, labelled, lines, paragraphs

#: BambooHR wants a last name; a person who has only one name gets this as the other.
NO_NAME = "-"
LETTER = "motivatie.txt"
LINKEDIN = re.compile(r"https?://([\w-]+\.)*linkedin\.com/\S*", re.IGNORECASE)
#: Faults after which the candidate may have been stored.
DOUBTFUL = (408, 500, 502, 504, 598)
#: A line that says "job" and later what is wrong with it: looked for behind the first "job" only, so in one go.
CLOSED = re.compile(
    r"^(?>.*?\bjob\b).*\b(closed|invalid|no longer|not exist|not found|not open|unknown)\b",
    re.IGNORECASE | re.MULTILINE,
)


def form(submission: Submission) -> tuple[tuple[str, str | OpenResume | TextFile], ...]:
    """Return the fields that have a value; the cover letter goes as a text file."""
    message, person = submission.message, submission.message.candidate
    home, text = person.address, letter(submission.message)
    return filled(
        ("firstName", person.first_name.strip() or NO_NAME),
        ("lastName", person.last_name.strip() or NO_NAME),
        ("email", person.email),
        ("phoneNumber", person.phone),
        ("jobId", str(job_number(message))),
        ("source", message.application.source),
        ("linkedinUrl", fitting(person.linkedin_url, LINKEDIN)),
        ("websiteUrl", fitting(person.website_url, WEB_ADDRESS)),
        ("address", home.street),
        ("city", home.city),
        ("zip", home.postal_code),
        ("country", home.country),
        ("resume", submission.resume),
        ("coverLetter", TextFile(LETTER, text) if text else None),
    )


def fitting(url: str, form: re.Pattern[str]) -> str:
    """Return a link where its field takes it, or an empty text."""
    return url if form.fullmatch(url) else ""


def letter(message: Message) -> str:
    """Return the cover letter with what no field takes: the answers, and links of another form."""
    person = message.candidate
    links = (("LinkedIn", person.linkedin_url, LINKEDIN), ("Website", person.website_url, WEB_ADDRESS))
    others = labelled(*((name, url) for name, url, form in links if not fitting(url, form)))
    return paragraphs(message.application.cover_letter, others, lines(answered(message)))


def same_person(listed: list[Any], email: str) -> str | None:
    """Return the candidate's id of an application with exactly this address; None where there is none."""
    people = objects([application.get("applicant") for application in objects(listed)])
    same = (person for person in people if in_words(person.get("email")).casefold() == email.casefold())
    return next((in_words(person.get("id")) for person in same), None)


def open_jobs(response: Response) -> set[str] | None:
    """Return the ids of the open jobs, none where the list is empty; None where the answer lists nothing readable."""
    listed = response.json()
    ids = {id for job in objects(listed) if (id := in_words(job.get("id")))}
    return ids if ids or listed == [] else None
