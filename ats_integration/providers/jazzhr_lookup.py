"""How an applicant is found whose making left no answer: the job's list, then the email address of each namesake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .base import APPLICATION
from .calls import Response, Submission
from .failures import in_words
from .jazzhr_answers import dated
from .jazzhr_calls import applicants, person
from .jazzhr_parts import is_namesake, records
from .steps import Kept, Lookup

PAGE = 100  # applicants in one answer
MOST_PAGES = 20
MOST_NAMESAKES = 20  # on one page


@dataclass(frozen=True)
class Search:
    """The search for the applicant of a submission; `success` refuses answers that are none."""

    success: Callable[[Response], Response]

    def page(self, number: int = 1) -> Lookup:
        """Return the question for one page of the job's applicants."""
        return Lookup(build=partial(applicants, number), read=partial(self.listed, number))

    def listed(self, number: int, submission: Submission, response: Response) -> Kept | Lookup | None:
        """Pick the people of that name; None where JazzHR does not tell, or there is no end of them."""
        if response.status == 404:
            return None if number == 1 else {}
        found = records(self.success(response))
        if found is None or number > MOST_PAGES:
            return None
        same = [in_words(one.get("id")) for one in found if is_namesake(one, submission.message)]
        if len(same) > MOST_NAMESAKES:
            return None
        return self.one_of(same, {} if len(found) < PAGE else self.page(number + 1))

    def one_of(self, people: Sequence[str], otherwise: Kept | Lookup) -> Kept | Lookup:
        """Return the question for the first one's email address; what is `otherwise` to do where nobody is left."""
        if not people:
            return otherwise
        first, *others = people

        def read(submission: Submission, response: Response) -> Kept | Lookup:
            email = in_words(self.success(response).get("email")).casefold()
            is_same = email == submission.message.candidate.email.casefold()
            found = {APPLICATION: dated(submission, {"reference": first, "dropped": []})}
            return found if is_same else self.one_of(others, otherwise)

        return Lookup(build=partial(person, first), read=read)
