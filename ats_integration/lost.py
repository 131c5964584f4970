"""Deliveries that the database says are due and Redis does not know."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from . import queues
from .conf import conf
from .messages import decode
from .models import Delivery
from .states import Status
from .transitions import move

log = logging.getLogger(__name__)

BATCH = 500


def enqueue(now: datetime) -> int:
    """Put lost deliveries back on their queues, the oldest first, until a whole batch is known to Redis.

    Queues are first in, first out: behind a batch that Redis knows entirely, nothing is lost.
    Raises RedisError where Redis does not answer.
    """
    count = 0
    while rows := unknown(due(now)[:BATCH]):
        if not put_back(rows, now):
            break
        count += len(rows)
    return count


def due(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries that should have been taken up by now, oldest first."""
    before = now - conf.sweep_grace
    left_alone = Q(queued_at=None) | Q(queued_at__lt=before)
    pending = Q(status=Status.PENDING, created_at__lt=before) & ~Q(message={})
    queued = Q(status=Status.QUEUED)
    retrying = Q(status=Status.RETRYING, next_try_at__lt=before)
    found = Delivery.objects.filter(pending | queued | retrying).filter(left_alone).unclaimed(now)
    return found.order_by(F("queued_at").asc(nulls_first=True), "created_at")


def unknown(deliveries: QuerySet[Delivery]) -> list[Delivery]:
    """Return those deliveries that Redis does not hold."""
    rows = {delivery.pk: delivery for delivery in deliveries}
    messages = [decode(delivery.message) for delivery in rows.values()]
    return [rows[message.message_id] for message in queues.missing(messages)] if messages else []


def put_back(deliveries: Sequence[Delivery], now: datetime) -> bool:
    """Enqueue deliveries again and remember when; tell whether Redis took them."""
    if not queues.put([decode(delivery.message) for delivery in deliveries]):
        return False
    for delivery in deliveries:
        if delivery.status == Status.PENDING:
            move(delivery, Status.QUEUED)
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(queued_at=now)
    return True
