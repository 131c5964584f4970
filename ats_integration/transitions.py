"""The one place where a delivery changes its status: one at a time, or many in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from .bulk_writes import Column, Update
from .errors import IllegalTransition, StaleDelivery
from .models import Delivery
from .states import TRANSITIONS, Status

#: What tells whether a row is as it was read.
AS_READ = ("id", "status", "try_count")


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


def update(moves: Sequence[Move]) -> Update:
    """Return what moves deliveries that all go to the same status, unless somebody else moved them meanwhile.

    The instances stay as they were read, so that what fails can be repeated. Raises IllegalTransition
    where a status does not lead there.
    """
    to, now = moves[0].to, timezone.now()
    for one in moves:
        require_legal(Status(one.delivery.status), to)
    ordered = sorted(moves, key=lambda move: move.delivery.pk)  # the same order for all: no deadlock
    changes = [{**one.changes, "status": to, "updated_at": now} for one in ordered]
    as_read = [column(name, [getattr(one.delivery, name) for one in ordered]) for name in AS_READ]
    written = [column(name, [values[name] for values in changes]) for name in changes[0]]
    return Update(Delivery, fresh=written, known=as_read)


def queued(ids: Collection[UUID]) -> None:
    """Note of pending deliveries that they stand on the queue, unless a worker was faster."""
    if not ids:
        return
    pending = [column("id", sorted(ids)), column("status", [Status.PENDING] * len(ids))]  # one order: no deadlock
    marks = [column("status", [Status.QUEUED] * len(ids)), column("queued_at", [timezone.now()] * len(ids))]
    Update(Delivery, fresh=marks, known=pending).run()


def column(name: str, values: Sequence[Any]) -> Column:
    """Return a field of deliveries with a value for each."""
    field: Any = Delivery._meta.get_field(name)
    return Column(field, values)


def require_legal(start: Status, to: Status) -> None:
    """Raise IllegalTransition where `start` does not lead to `to`."""
    if to not in TRANSITIONS[start]:
        raise IllegalTransition(f"A delivery cannot go from {start} to {to}.")
