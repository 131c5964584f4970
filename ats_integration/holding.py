"""Deliveries of a paused connection: parked without costing a try or budget, sent when it is on again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from . import queues
from .errors import StaleDelivery
from .faults import one_by_one
from .messages import Message
from .models import Delivery
from .rebuilding import readable
from .states import Status
from .transitions import move

log = logging.getLogger(__name__)

BATCH = 500


def hold(delivery: Delivery) -> None:
    """Park a claimed delivery because its connection is paused.

    Raises StaleDelivery where somebody else moved it meanwhile.
    """
    move(delivery, Status.HELD, held_at=timezone.now(), claimed_until=None, next_try_at=None)


def release(now: datetime) -> int:
    """Send what was held for connections that are on again; return how many."""
    held = Delivery.objects.filter(status=Status.HELD, config__is_active=True).exclude(message={})
    return one_by_one(
        partial(released, now=now),
        held.select_related("config").order_by("held_at")[:BATCH],
        partial(log.error, "holding.not_released message=%s fault=%s"),
    )


def released(delivery: Delivery, now: datetime) -> int:
    """Send one held delivery; its budget is longer by the time it was held."""
    message = resumed(delivery, now)
    if message is None:
        return 0
    status = Status.RETRYING if message.try_count else Status.QUEUED
    try:
        move(
            delivery,
            status,
            message=message.to_dict(),
            deadline_at=message.deadline_at,
            next_try_at=now if message.try_count else None,
            queued_at=now,
            held_at=None,
        )
    except StaleDelivery:
        return 0
    queues.put([message])
    return 1


def resumed(delivery: Delivery, now: datetime) -> Message | None:
    """Return the message as it goes on: the connection as it is now, the deadline moved."""
    message = readable(delivery)
    if message is None:
        return None
    waited = now - delivery.held_at if delivery.held_at else timedelta(0)
    deadline = message.deadline_at + waited if message.deadline_at else None
    return message.but(ats=delivery.config.snapshot(), deadline_at=deadline)
