"""Our own applicant in a list: what an ATS answers when it is asked whether an application arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..messages import Message
from .base import APPLICATION
from .failures import in_words
from .job_forms import objects
from .steps import Kept


def found(listed: Any, message: Message, email_of: Callable[[Mapping[str, Any]], Any], *, most: int) -> Kept | None:
    """Return the candidate's application in a job's list, as the step that hands it in would have kept it.

    Nothing where it is not there. None where nobody can tell: that is no list, it has `most` rows and may
    go on, or it does not show every address.
    """
    if not isinstance(listed, list):
        return None
    rows = [(in_words(email_of(row)).casefold(), row) for row in objects(listed)]
    for email, row in rows:
        if email == message.candidate.email.casefold():
            return {APPLICATION: {"reference": in_words(row.get("id")), "dropped": []}}
    is_whole = len(listed) < most and all("@" in email for email, _row in rows)
    return {} if is_whole else None
