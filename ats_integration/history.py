"""Turn the result of a try into its row in the delivery's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from .bulk_writes import Column, Insert
from .delivery import Result
from .models import Attempt, Delivery


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the row of one try holds, by the names of its columns."""

    delivery_id: UUID
    number: int
    outcome: str
    http_status: int | None
    duration: timedelta
    error_code: str
    error: str
    excerpt: str
    started_at: datetime

    def row(self) -> Attempt:
        """Return the unsaved row."""
        return Attempt(**asdict(self))


#: The columns of a row, the key of its delivery first.
COLUMNS = tuple(field.name for field in fields(Line))


def line_of(delivery: Delivery, result: Result, number: int) -> Line:
    """Describe one try; `number` counts from 1 and begins again with a resend."""
    return Line(
        delivery_id=delivery.pk,
        number=number,
        outcome=result.outcome,
        http_status=result.status,
        duration=result.duration,
        error_code=result.code[:50],
        error=result.detail,
        excerpt=result.excerpt,
        started_at=result.started_at,
    )


def error_of(result: Result) -> dict[str, str]:
    """Return what the delivery row says about its last failure."""
    return {"last_error_code": result.code[:50], "last_error": result.detail}


def insert(lines: Sequence[Line]) -> Insert:
    """Return what adds lines to the histories of their deliveries."""
    columns: Any = [Attempt._meta.get_field(name) for name in COLUMNS]
    return Insert(Attempt, [Column(each, [getattr(line, each.attname) for line in lines]) for each in columns])
