"""What a posting at SmartRecruiters asks: its questions, and the consents of a company that asks by purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import Uncertain
from .calls import Response
from .job_forms import JobForm, Question, objects

#: The consents of a company that asks for each purpose by itself; others have one for all.
RECRUITING, COMMUNITY = "SMART_RECRUIT", "SMART_CRM"
SCOPE = "consent"
#: What a configuration has, each a list or an object.
MEMBERS = ("questions", "settings", "privacyPolicies", "consentDetails")


def form_in(response: Response) -> JobForm:
    """Read a posting's configuration.

    Raises Uncertain where the answer has none of its members.
    """
    if not any(isinstance(response.get(name), list | dict) for name in MEMBERS):
        raise Uncertain("SmartRecruiters did not say what the posting asks.")
    questions = (asked for question in objects(response.get("questions")) for asked in questions_of(question))
    return JobForm(questions=(*questions, *scopes_of(response.get("consentDetails"))))


def questions_of(question: dict[str, Any]) -> Iterator[Question]:
    """Yield what is to be answered: a simple question has one field, a complex one is asked field by field.

    Only a simple one is asked repeatedly: of a complex one nobody could tell which answers belong together.
    """
    fields = [field for field in objects(question.get("fields")) if field.get("type") != "INFORMATION"]
    name, label = str(question.get("id", "")), str(question.get("label", ""))
    for field in fields:
        own, said = str(field.get("id", "")), str(field.get("label") or "")
        yield Question(
            id=name if len(fields) == 1 else f"{name}/{own}",
            label=(label or said) if len(fields) == 1 else f"{label}: {said}",
            is_required=bool(field.get("required")),
            kind=str(field.get("type", "")),
            choices=tuple((str(v.get("id", "")), str(v.get("label", ""))) for v in objects(field.get("values"))),
            field=own,
            is_repeatable=question.get("repeatable") is True and len(fields) == 1,
        )


def scopes_of(details: Any) -> Iterator[Question]:
    """Yield the consents that a company asks for by purpose, however its configuration lists them."""
    listed = str(details)
    yield from (Question(id=scope, label="", kind=SCOPE) for scope in (RECRUITING, COMMUNITY) if scope in listed)
