"""What a job asks of an applicant, where the ATS tells: its questions and which parts it requires."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from ..messages import Answer, Message
from .parts import answered, plain, present

YES = ("yes", "ja", "true", "1")
NO = ("no", "nee", "false", "0")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: Thousands as some write them and decimals as others do, such as 40.000: nobody can tell which.
AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a job. `choices` are (value to send, label) pairs; `kind` is the vendor's own word.

    `field` names what carries the answer, where that is not the id; `is_repeatable` that it takes several.
    """

    id: str
    label: str
    is_required: bool = False
    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    field: str = ""
    is_repeatable: bool = False

    def is_meant_by(self, answer: Answer) -> bool:
        """Tell whether an answer is to this question: it has its id, or its very words."""
        return answer.question_id == self.id != "" or alike(answer.question) == alike(self.label) != ""

    def is_answered_by(self, answer: Answer) -> bool:
        """Tell whether an answer is to this question and says something that may be chosen there."""
        return self.is_meant_by(answer) and (not self.choices or bool(self.chosen(answer)))

    def chosen(self, answer: Answer) -> tuple[str, ...]:
        """Return the values of the choices that an answer names, by value or label; none where one is unknown."""
        known = {alike(text): value for value, label in self.choices for text in (label, value)}
        found = [next((known[name] for name in names if name in known), "") for names in namings(answer)]
        return tuple(found) if all(found) else ()


@dataclass(frozen=True, kw_only=True)
class JobForm:
    """The questions of a job, and which of the parts of a message it requires.

    `counts_told_only` is for an ATS that nobody but us asks for complete answers: only what it is told counts.
    """

    questions: tuple[Question, ...] = ()
    required_parts: frozenset[str] = frozenset()
    counts_told_only: bool = False

    def meant_by(self, answer: Answer) -> Question | None:
        """Return the question that an answer is to."""
        return next((question for question in self.questions if question.is_meant_by(answer)), None)

    def missing(self, message: Message, told: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Name what the job requires and the message lacks; `told` are questions that the adapter knows as answered."""
        said = told if self.counts_told_only else told | self.answered_by(message)
        parts = tuple(part for part in sorted(self.required_parts - present(message)))
        return parts + tuple(q.label for q in self.questions if q.is_required and q.id not in said)

    def answered_by(self, message: Message) -> frozenset[str]:
        """Return the ids of the questions that an answer is to, and may be."""
        return frozenset(q.id for q in self.questions for answer in answered(message) if q.is_answered_by(answer))

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON-ready values, to be remembered for a while."""
        questions, parts = [asdict(question) for question in self.questions], sorted(self.required_parts)
        return {"questions": questions, "required_parts": parts, "counts_told_only": self.counts_told_only}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        questions = tuple(Question(**{**q, "choices": tuple(map(tuple, q["choices"]))}) for q in values["questions"])
        parts, only = frozenset(values["required_parts"]), bool(values.get("counts_told_only"))
        return cls(questions=questions, required_parts=parts, counts_told_only=only)


def alike(text: str) -> str:
    """Return a text in the form in which two spellings of the same are compared."""
    return " ".join(text.casefold().split())


def namings(answer: Answer) -> tuple[tuple[str, ...], ...]:
    """Return what was chosen, each in all the ways in which a choice may be called."""
    match answer.answer:
        case bool(said):
            return (YES if said else NO,)
        case tuple(chosen):
            return tuple((alike(text),) for text in chosen)
        case said:
            return (synonyms(alike(str(said))),)


def synonyms(text: str) -> tuple[str, ...]:
    """Return a text as it is, followed by its likes where it says yes or no."""
    return (text, *next((words for words in (YES, NO) if text in words), ()))


def yes_or_no(answer: Answer) -> bool | None:
    """Return an answer as yes or no, or None where it is neither."""
    (names, *others) = namings(answer)
    if others or not {*names} & {*YES, *NO}:
        return None
    return bool({*names} & {*YES})


def as_number(answer: Answer) -> float | None:
    """Return an answer as a number, whole where it is; None where it is none, or a text such as 40.000."""
    said = plain(answer).strip()
    if isinstance(answer.answer, str) and AMBIGUOUS.fullmatch(said):
        return None
    try:
        number = float(said.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def as_date(answer: Answer) -> str | None:
    """Return an answer as a date in the form 2026-12-31, or None where it is none."""
    said = plain(answer).strip()
    try:
        return date.fromisoformat(said).isoformat() if DATE.fullmatch(said) else None
    except ValueError:
        return None


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; none where it is something else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
