"""The one place where a delivery changes its status: one at a time, or many in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connections, router
from django.utils import timezone

from .errors import IllegalTransition, StaleDelivery
from .models import Delivery
from .states import TRANSITIONS, Status


@dataclass(frozen=True, kw_only=True)
class Move:
    """A delivery, where it is to go, and what changes with it."""

    delivery: Delivery
    to: Status
    changes: Mapping[str, Any]


def move(delivery: Delivery, to: Status, **changes: Any) -> Delivery:
    """Move a delivery, and change other fields with it, if nobody else moved it meanwhile.

    Raises IllegalTransition where its status does not lead there, and StaleDelivery where the row
    is no longer as it was read. The instance is updated along.
    """
    require_legal(Status(delivery.status), to)
    changes |= {"status": to, "updated_at": timezone.now()}
    as_read = Delivery.objects.filter(pk=delivery.pk, status=delivery.status, try_count=delivery.try_count)
    if not as_read.update(**changes):
        raise StaleDelivery(f"Delivery {delivery.pk} is no longer {delivery.status}.")
    for name, value in changes.items():
        setattr(delivery, name, value)
    return delivery


def move_all(moves: Iterable[Move]) -> set[UUID]:
    """Move deliveries and return the ids of those that nobody else moved meanwhile. Call it inside a transaction.

    The instances stay as they were read, so that a transaction that fails can be repeated.
    Raises IllegalTransition where a status does not lead there.
    """
    now = timezone.now()
    ordered = sorted(moves, key=lambda move: (move.to, move.delivery.pk))  # the same order for all: no deadlock
    groups = groupby(ordered, key=attrgetter("to"))
    return {moved for to, group in groups for moved in move_alike(tuple(group), Status(to), now)}


def move_alike(moves: Sequence[Move], to: Status, now: datetime) -> Collection[UUID]:
    """Move deliveries that go to the same status, with one statement."""
    for one in moves:
        require_legal(Status(one.delivery.status), to)
    changes = [{**one.changes, "status": to, "updated_at": now} for one in moves]
    ids = [one.delivery.pk for one in moves]
    if update_each([one.delivery for one in moves], changes) == len(moves):
        return ids
    return list(Delivery.objects.filter(pk__in=ids, status=to, updated_at=now).values_list("pk", flat=True))


def update_each(deliveries: Sequence[Delivery], changes: Sequence[Mapping[str, Any]]) -> int:
    """Write changes of the same fields to rows that are as they were read; return how many were."""
    database = connections[router.db_for_write(Delivery)]
    quote = database.ops.quote_name
    written = [column(name) for name in changes[0]]
    as_read = [column(name) for name in ("id", "status", "try_count")]
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in written)
    conditions = " AND ".join(f"{quote(field.column)} = %s" for field in as_read)
    rows = [
        [field.get_db_prep_save(values[field.name], database) for field in written]
        + [field.get_db_prep_save(getattr(delivery, field.name), database) for field in as_read]
        for delivery, values in zip(deliveries, changes, strict=True)
    ]
    statement = f"UPDATE {quote(Delivery._meta.db_table)} SET {assignments} WHERE {conditions}"  # noqa: S608
    with database.cursor() as cursor:
        cursor.executemany(statement, rows)
        return int(cursor.rowcount)


def column(name: str) -> Any:
    """Return a field of a delivery's row."""
    return Delivery._meta.get_field(name)


def require_legal(start: Status, to: Status) -> None:
    """Raise IllegalTransition where `start` does not lead to `to`."""
    if to not in TRANSITIONS[start]:
        raise IllegalTransition(f"A delivery cannot go from {start} to {to}.")
