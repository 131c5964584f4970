"""Turn the result of a try into its row in the delivery's history."""

from __future__ import annotations

from collections.abc import Sequence

from .bulk_writes import Column, Insert
from .delivery import Result
from .models import Attempt, Delivery


def attempt_of(delivery: Delivery, result: Result, number: int) -> Attempt:
    """Build the unsaved row of one try; `number` counts from 1 and begins again with a resend."""
    return Attempt(
        delivery=delivery,
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


def write(attempts: Sequence[Attempt]) -> None:
    """Add unsaved rows to the histories of their deliveries; the instances do not learn their keys."""
    if attempts:
        fields = [field for field in Attempt._meta.concrete_fields if not field.primary_key]
        columns = [Column(field, [getattr(one, field.attname) for one in attempts]) for field in fields]
        Insert(Attempt, columns).run()
