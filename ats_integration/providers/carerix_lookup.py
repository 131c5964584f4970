"""Whether an application reached Carerix, which only tells who has an email address.

Where nobody has it, nothing arrived. Where somebody has, nobody can tell: the person may have come with another
application, to another publication or through another channel.
"""

from __future__ import annotations

from .calls import Response, Submission
from .carerix_calls import ask_people
from .carerix_login import WithLogin
from .failures import in_words
from .job_forms import objects
from .steps import Kept, Lookup


class WithLookup(WithLogin):
    """The part of the adapter that settles a doubt."""

    def lookup(self, submission: Submission) -> Kept | Lookup | None:
        """Ask who has the address; not about one that does not fit the quotes of a qualifier."""
        if set(submission.message.candidate.email) & set("'\\"):
            return None
        return Lookup(build=ask_people, read=self.find)

    def find(self, _submission: Submission, response: Response) -> Kept | None:
        """Return that nothing arrived where nobody has the address, otherwise that nobody knows."""
        if response.status in (400, 403, 404):
            return None
        return {} if people_in(self.success(response)) == [] else None


def people_in(response: Response) -> list[str] | None:
    """Return the ids that a page of people shows; None where it could not be read."""
    data = response.get("data")
    page = data.get("crEmployeePage") if isinstance(data, dict) else None
    items = page.get("items") if isinstance(page, dict) else None
    if response.get("errors") or not isinstance(items, list):
        return None
    return [in_words(person.get("_id")) for person in objects(items)]
