"""Whether an application reached Carerix, which only tells who has an email address: we ask before and after.

A person who was not there before the call, and is there after it, came with it. Of somebody who was there
already nobody can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .base import APPLICATION
from .calls import Request, Response, Submission
from .carerix_calls import ask_people
from .carerix_login import WithLogin
from .failures import in_words
from .job_forms import objects
from .steps import Kept, Lookup, Step

#: For so long a person who is new must have come with our call.
FRESH = timedelta(hours=1)


class WithLookup(WithLogin):
    """The part of the adapter that settles a doubt."""

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Ask who is there before the application."""
        return (Step(name="before", build=ask_before, read=self.read_before), *super().steps(submission))

    def read_before(self, submission: Submission, response: Response) -> dict[str, Any]:
        """Return who has the address, and when we asked; nothing that stands in the way of the application."""
        return {"people": self.read_people(response), "at": submission.at.isoformat()}

    def read_people(self, response: Response) -> list[str] | None:
        """Return the ids of people; None where Carerix does not tell."""
        if response.status in (400, 403, 404):
            return None
        return people_in(self.success(response))

    def lookup(self, submission: Submission) -> Kept | Lookup | None:
        """Ask who is there now; nothing arrived where an earlier try did not even ask who was there before."""
        if "before" not in submission.kept:
            return {}
        return Lookup(build=ask_people, read=self.find) if was_nobody(submission) else None

    def find(self, submission: Submission, response: Response) -> Kept | None:
        """Return the person who came with our call."""
        people = self.read_people(response)
        if not people:
            return None if people is None else {}
        return {APPLICATION: {"reference": people[0], "dropped": []}}


def ask_before(submission: Submission) -> Request | None:
    """Return the question who has the address; none where that does not fit the quotes of a qualifier."""
    return None if set(submission.message.candidate.email) & set("'\\") else ask_people(submission)


def people_in(response: Response) -> list[str] | None:
    """Return the ids that a page of people shows; None where it could not be read."""
    data = response.get("data")
    page = data.get("crEmployeePage") if isinstance(data, dict) else None
    items = page.get("items") if isinstance(page, dict) else None
    if response.get("errors") or not isinstance(items, list):
        return None
    return [in_words(person.get("_id")) for person in objects(items)]


def was_nobody(submission: Submission) -> bool:
    """Tell whether nobody had the address a short while ago, before the application was sent."""
    before = submission.kept["before"] or {}
    return before.get("people") == [] and submission.at - datetime.fromisoformat(before["at"]) < FRESH
