"""Turn the result of a try into its row in the delivery's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
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


def write(lines: Sequence[Line]) -> None:
    """Add lines to the histories of their deliveries, with one statement."""
    if lines:
        fields = [field for field in Attempt._meta.concrete_fields if not field.primary_key]
        columns = [Column(field, [getattr(line, field.attname) for line in lines]) for field in fields]
        Insert(Attempt, columns).run()
