"""What a job asks of an applicant, where the ATS tells: its questions and which parts it requires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ..messages import Message
from .parts import answered, present


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a job. `choices` are (value to send, label) pairs; `kind` is the vendor's own word."""

    id: str
    label: str
    is_required: bool = False
    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobForm:
    """The questions of a job, and which of the parts of a message it requires."""

    questions: tuple[Question, ...] = ()
    required_parts: frozenset[str] = frozenset()

    def find(self, *words: str) -> Question | None:
        """Return the first question whose label has one of these words, such as "linkedin"."""
        for question in self.questions:
            if any(word in question.label.lower() for word in words):
                return question
        return None

    def missing(self, message: Message, told: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Name what the job requires and the message lacks; `told` are questions answered by other parts."""
        answers = {answer.question_id for answer in answered(message)} | told
        parts = tuple(part for part in sorted(self.required_parts - present(message)))
        return parts + tuple(q.label for q in self.questions if q.is_required and q.id not in answers)

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON-ready values, to be remembered for a while."""
        questions = [[q.id, q.label, q.is_required, q.kind, list(q.choices)] for q in self.questions]
        return {"questions": questions, "required_parts": sorted(self.required_parts)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        questions = tuple(
            Question(id=i, label=label, is_required=required, kind=kind, choices=tuple((v, t) for v, t in choices))
            for i, label, required, kind, choices in values["questions"]
        )
        return cls(questions=questions, required_parts=frozenset(values["required_parts"]))
