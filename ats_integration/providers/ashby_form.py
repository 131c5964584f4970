"""What a job posting at Ashby asks: the fields of its form, which are named by paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .calls import Response
from .failures import in_words
from .job_forms import JobForm, Question, objects

#: The paths that Ashby names itself, and the parts that go there.
PATHS = {
    "_systemfield_name": "name",
    "_systemfield_email": "email",
    "_systemfield_resume": "resume",
    "_systemfield_phone": "phone",
    "_systemfield_location": "address",
}
#: What goes into every form, also where none was read.
BASIC = JobForm(questions=tuple(Question(id=path, label="") for path in list(PATHS)[:3]))


def form_in(response: Response) -> JobForm:
    """Read the form of a job posting: its fields stand in sections, or without any; one that shows none is basic."""
    results = response.get("results")
    definition = results.get("applicationFormDefinition") if isinstance(results, dict) else None
    form: dict[str, Any] = definition if isinstance(definition, dict) else {}
    sections = objects(form.get("sections")) or [form]
    found = tuple(field for section in sections for field in fields_of(section))
    return JobForm(questions=found) if found else BASIC


def fields_of(section: dict[str, Any]) -> Iterator[Question]:
    """Yield the fields of one section; one without a path cannot be sent."""
    for entry in objects(section.get("fields")):
        field = entry["field"] if isinstance(entry.get("field"), dict) else entry
        if not field.get("path"):
            continue
        yield Question(
            id=in_words(field.get("path")),
            label=in_words(field.get("title")),
            is_required=any(one.get("isRequired") is True for one in (entry, field)),
            kind=in_words(field.get("type")),
            choices=choices_of(field.get("selectableValues")),
        )


def choices_of(values: Any) -> tuple[tuple[str, str], ...]:
    """Return value and label of each choice; none where they are no list."""
    return tuple(choice_of(value) for value in values) if isinstance(values, list) else ()


def choice_of(value: Any) -> tuple[str, str]:
    """Return value and label of one choice."""
    if not isinstance(value, dict):
        return str(value), str(value)
    return str(value.get("value", "")), str(value.get("label", value.get("value", "")))
