"""What Workable can be asked: who applied, what a job asks, whether it is open. All calls carry the token."""

from __future__ import annotations

from typing import Any

from ..errors import JobClosed, Uncertain
from .base import Values
from .calls import Request, Response, Submission, get, path
from .failures import in_words
from .job_forms import objects
from .parts import job_id

JOBS = path("spi", "v3", "jobs")


def bearer(credentials: Values) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Accept": "application/json", "Authorization": f"Bearer {credentials['api_token']}"}


def of_job(submission: Submission, what: str) -> str:
    """Return the path of something that belongs to the job."""
    return JOBS + path(job_id(submission.message), what)


def search(submission: Submission) -> Request:
    """Return the question whether somebody with this email address is at the job."""
    message = submission.message
    asked = {"email": message.candidate.email, "shortcode": job_id(message)}
    return get(path("spi", "v3", "candidates"), headers=bearer(submission.credentials), **asked)


def earlier(response: Response, submission: Submission) -> str | None:
    """Return the id of the candidate that a list shows for this person and job; None where there is none.

    Raises Uncertain where the answer is no list.
    """
    people = response.get("candidates")
    if not isinstance(people, list):
        raise Uncertain("Workable did not say who applied.")
    return next((in_words(person.get("id")) for person in objects(people) if is_same(person, submission)), None)


def is_same(person: dict[str, Any], submission: Submission) -> bool:
    """Tell whether a listed candidate is ours: an ATS that does not know a filter lists everybody."""
    job, message = person.get("job"), submission.message
    listed = (person.get("email"), job.get("shortcode") if isinstance(job, dict) else None)
    own = (message.candidate.email, job_id(message))
    return all(it is None or str(it).casefold() == mine.casefold() for it, mine in zip(listed, own, strict=True))


def require_open(response: Response) -> None:
    """Look at the state of a job, of a 2xx answer.

    Raises JobClosed where it takes no applications, Uncertain where Workable does not document whether it does.
    """
    match in_words(response.get("state")):
        case "draft" | "archived" as state:
            raise JobClosed(f"The job's state is {state}.")
        case "closed":
            raise Uncertain("Workable calls it closed, and does not document whether it takes applications then.")
        case "":
            raise Uncertain("Whether it is open could not be read.")
