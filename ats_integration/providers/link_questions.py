"""LinkedIn and website for an ATS that has no fields for them: customers make questions that ask for them."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..messages import Message
from .job_forms import JobForm, Question

#: How a question is called that asks for a link, by the part that answers it.
LABELS = {
    "linkedin_url": re.compile(r"linked\s?in", re.IGNORECASE),
    "website_url": re.compile(r"website|portfolio|homepage", re.IGNORECASE),
}


def links_asked(
    message: Message, form: JobForm | None, *, kinds: Collection[str], said: Collection[str]
) -> dict[str, tuple[Question, str]]:
    """Return question and link by part, for each link that the candidate has and the job asks for.

    `kinds` are the kinds of question that take a line of text; `said` the ids of those that the candidate answered.
    """
    links = {"linkedin_url": message.candidate.linkedin_url, "website_url": message.candidate.website_url}
    free = [q for q in form.questions if q.kind in kinds and q.id not in said] if form else []
    asked = {part: next((q for q in free if label.search(q.label)), None) for part, label in LABELS.items()}
    return {part: (question, links[part]) for part, question in asked.items() if question and links[part]}
