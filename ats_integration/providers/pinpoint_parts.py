"""What Pinpoint is told: the application and its answers; and how it is asked whether that arrived."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..messages import Candidate
from ..resumes import OpenResume, safe_name, safe_type
from .calls import Request, Response, Submission, get, path
from .failures import in_words
from .json_api import MEDIA_TYPE, document, errors_of
from .lookups import found
from .parts import encoded, filled, job_id, lines, paragraphs
from .pinpoint_answers import included, link, untaken
from .steps import Kept

#: Pinpoint wants both names; a person who has only one gets this as the other.
NO_NAME = "-"
#: A complaint that is about the job itself, such as "job must be open".
ABOUT_JOB = re.compile(r"job\b", re.IGNORECASE)
APPLICATIONS = path("api", "v1", "applications")
MOST = 100  # applications on one page of a list
#: Without it, applications for confidential jobs are left out.
ALL_JOBS = "confidential,external,internal"


def headers(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of every call."""
    return {"X-API-KEY": credentials["api_key"], "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}


def application(submission: Submission) -> dict[str, Any]:
    """Return the document: the application, and its answers beside it."""
    made = document("applications", attributes(submission), job=("jobs", job_id(submission.message)))
    if not (beside := included(submission)):
        return made
    links = [link(resource) for resource in beside if resource["type"] == "answers"]
    made["data"]["relationships"]["answers"] = {"data": links}
    return {**made, "included": beside}


def attributes(submission: Submission) -> dict[str, str]:
    """Return what is said of the person."""
    person, home = submission.message.candidate, submission.message.candidate.address
    optional = filled(
        ("phone", person.phone),
        ("phone_iso2", country_of_phone(person)),
        ("linkedin_url", person.linkedin_url),
        ("summary", summary(submission)),
        ("address1", home.street),
        ("postcode", home.postal_code),
        ("town", home.city),
        ("country", home.country),
    )
    return {
        "first_name": person.first_name.strip() or NO_NAME,
        "last_name": person.last_name.strip() or NO_NAME,
        "email": person.email,
        **dict(optional),
        **(file(submission.resume) if submission.resume else {}),
    }


def country_of_phone(person: Candidate) -> str:
    """Return the country that a national phone number is read in, where the address tells its code."""
    code = person.address.country.strip().upper()
    is_national = person.phone and not person.phone.startswith(("+", "00"))
    return code if is_national and len(code) == 2 and code.isascii() and code.isalpha() else ""


def file(resume: OpenResume) -> dict[str, str]:
    """Return the CV as a data URL, which is what Pinpoint wants."""
    kind = safe_type(resume.resume.content_type)
    return {
        "cv_base64_filename": safe_name(resume.filename),
        "cv_base64_data": f"data:{kind};base64,{encoded(resume)}",
    }


def summary(submission: Submission) -> str:
    """Return the cover letter with the website and the answers that have no field of their own."""
    message, website = submission.message, submission.message.candidate.website_url
    told = f"Website: {website}" if website else ""
    return paragraphs(message.application.cover_letter, told, lines(untaken(submission)))


def applications(submission: Submission) -> Request:
    """Return the call that lists the addresses of the job's applicants, the newest first."""
    params = {
        "filter[job_id]": job_id(submission.message),
        "filter[job_visibility]": ALL_JOBS,
        "fields[applications]": "email",
        "sort": "-created_at",
        "page[size]": str(MOST),
    }
    return get(APPLICATIONS, headers=headers(submission.credentials), **params)


def arrived(submission: Submission, response: Response) -> Kept | None:
    """Return the candidate's application in such a list; blind screening may hide addresses."""
    return found(response.get("data"), submission.message, email_of, most=MOST)


def email_of(listed: Mapping[str, Any]) -> Any:
    """Return the address of a listed application."""
    shown = listed.get("attributes")
    return shown.get("email") if isinstance(shown, dict) else None


def is_about_job(response: Response) -> bool:
    """Tell whether Pinpoint complains about the job."""
    return any(ABOUT_JOB.match(in_words(error.get("detail"))) for error in errors_of(response))
