"""Take a delivery up for one try, so that no second worker does, whatever Redis holds twice.

A claim is a lease in the row: `claimed_until`. A worker that dies leaves it behind; once it has
run out the sweeper sends the delivery again, and we know that the call may have gone out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.utils import timezone

from .conf import conf
from .models import Delivery
from .states import DELIVERABLE, Status


@dataclass(frozen=True)
class Claim:
    """A delivery in our hands; `interrupted` tells that an earlier worker died with it."""

    delivery: Delivery
    interrupted: bool


def claim(message_id: UUID, try_count: int) -> Claim | None:
    """Claim the delivery for try number `try_count` + 1.

    Return None where there is nothing to do: it is gone, done, at another try, or in other hands.
    """
    now = timezone.now()
    delivery = Delivery.objects.select_related("config__customer").filter(pk=message_id).first()
    if delivery is None or not is_due(delivery, try_count, now):
        return None
    interrupted = delivery.was_interrupted
    return Claim(delivery, interrupted) if take(delivery, now) else None


def is_due(delivery: Delivery, try_count: int, now: datetime) -> bool:
    """Tell whether the row still waits for this very try."""
    free = delivery.claimed_until is None or delivery.claimed_until < now
    return free and delivery.status in DELIVERABLE and delivery.try_count == try_count


def take(delivery: Delivery, now: datetime) -> bool:
    """Write the lease if nobody else claimed or moved the row meanwhile; tell whether that worked.

    The web request may be marking a pending row as queued at this very moment: both count as free.
    """
    lease = now + conf.claim_lease
    as_read = Delivery.objects.filter(
        pk=delivery.pk,
        status__in=DELIVERABLE,
        try_count=delivery.try_count,
        claimed_until=delivery.claimed_until,
    )
    queued = When(status=Status.PENDING, then=Value(Status.QUEUED.value))
    taken = as_read.update(status=Case(queued, default=F("status")), claimed_until=lease)
    delivery.status = Status.QUEUED if delivery.status == Status.PENDING else delivery.status
    delivery.claimed_until = lease
    return bool(taken)
