"""Answers as Pinpoint takes them: each kind of question has a field of its own, choices are resources by text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dateparse import parse_date

from ..errors import Uncertain
from ..messages import Answer
from .calls import Response, Submission
from .failures import in_words
from .job_forms import JobForm, Question, objects, yes_or_no
from .json_api import id_of
from .parts import NUMBER, answered, plain

URL = re.compile(r"https?://\S+", re.IGNORECASE)

#: The fields of an answer, and the texts of the choices that it names.
Value = tuple[dict[str, Any], tuple[str, ...]]


def form_in(response: Response) -> JobForm:
    """Return the questions that a job includes.

    Raises Uncertain where the answer shows no job.
    """
    if not id_of(response):
        raise Uncertain("Pinpoint did not say what the job asks.")
    included = objects(response.get("included"))
    return JobForm(questions=tuple(question(each) for each in included if each.get("type") == "questions"))


def shows_questions(response: Response) -> bool:
    """Tell whether a job shows its questions, if only that it has none."""
    return isinstance(response.get("included"), list)


def question(resource: Mapping[str, Any]) -> Question:
    """Return one question."""
    about = resource.get("attributes")
    told = about if isinstance(about, dict) else {}
    choices = told.get("multiple_choice_options")
    texts = [text for text in choices if isinstance(text, str)] if isinstance(choices, list) else []
    return Question(
        id=in_words(resource.get("id")),
        label=in_words(told.get("title")),
        is_required=told.get("required") is True,
        kind=in_words(told.get("question_type")),
        choices=tuple((text, text) for text in texts),
    )


def taken(submission: Submission) -> Iterator[tuple[Question, Value]]:
    """Yield the answers that Pinpoint takes, with their questions."""
    for said in answered(submission.message):
        asked = question_of(said, submission.job_form)
        if asked and (value := value_of(said, asked)):
            yield asked, value


def untaken(submission: Submission) -> list[Answer]:
    """Return the answers that are told in words."""
    form = submission.job_form
    return [a for a in answered(submission.message) if not ((q := question_of(a, form)) and value_of(a, q))]


def question_of(said: Answer, form: JobForm | None) -> Question | None:
    """Return the question of an answer; where Pinpoint does not show the job's, its number has to do."""
    if form:
        return form.meant_by(said)
    return Question(id=said.question_id, label=said.question) if NUMBER.fullmatch(said.question_id) else None


def value_of(said: Answer, asked: Question) -> Value | None:
    """Return an answer in the field of its question's kind; None where it does not fit."""
    text = plain(said)
    match asked.kind, said.answer:
        case ("boolean", _) | ("", bool()):
            agreed = yes_or_no(said)
            return None if agreed is None else ({"boolean_answer": agreed}, ())
        case ("multiple_choice", _) | ("", tuple()):
            return chosen(said, asked)
        case "date", _:
            return ({"date_answer": text}, ()) if is_date(text) else None
        case "url", _:
            return ({"url_answer": text}, ()) if URL.fullmatch(text) else None
        case "document", _:
            return None
    return {"text_answer": text}, ()


def chosen(said: Answer, asked: Question) -> Value | None:
    """Return choices by their texts; None where the question has no such choice."""
    as_said = said.answer if isinstance(said.answer, tuple) else (plain(said),)
    texts = asked.chosen(said) if asked.choices else as_said
    return ({}, texts) if texts else None


def is_date(text: str) -> bool:
    """Tell whether a text is a day as ISO 8601 writes it."""
    try:
        return parse_date(text) is not None
    except ValueError:
        return False


def included(submission: Submission) -> list[dict[str, Any]]:
    """Return answers and choices, each under a temporary id."""
    made: list[dict[str, Any]] = []
    for number, (asked, (attributes, texts)) in enumerate(taken(submission), 1):
        choices = [choice(f"{number}-{place}", text) for place, text in enumerate(texts, 1)]
        relations: dict[str, Any] = {"question": {"data": {"id": asked.id, "type": "questions"}}}
        if choices:
            relations["answer_options"] = {"data": [link(each) for each in choices]}
        answer = {"type": "answers", "temp-id": str(number), "attributes": attributes, "relationships": relations}
        made += [answer, *choices]
    return made


def choice(temp_id: str, text: str) -> dict[str, Any]:
    """Return one choice."""
    return {"type": "answer_options", "temp-id": temp_id, "attributes": {"text": text}}


def link(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the link to a resource that the same document makes."""
    return {"type": resource["type"], "method": "create", "temp-id": resource["temp-id"]}
