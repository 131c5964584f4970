"""Deliveries that the database says are due and Redis does not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from . import queues
from .conf import conf
from .messages import Message
from .models import Delivery
from .rebuilding import readable
from .states import Status

BATCH = 500


def enqueue(now: datetime) -> int:
    """Put lost deliveries back on their queues; return how many.

    Raises RedisError where Redis does not answer.
    """
    return put_all_back(due_first(now), now) + put_all_back(due_again(now), now)


def put_all_back(due: QuerySet[Delivery], now: datetime) -> int:
    """Put the lost ones of one queue back, the oldest first, until a whole batch is known to Redis.

    A queue is first in, first out: behind a batch that Redis knows entirely, nothing is lost.
    """
    count = 0
    while lost := unknown(due[:BATCH]):
        if not put_back(lost, now):
            break
        count += len(lost)
    return count


def due_first(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries whose first try should have begun by now, in the order of the happy queue."""
    pending = Q(status=Status.PENDING, created_at__lt=now - conf.sweep_grace)
    waiting = left_alone(now).filter(pending | Q(status=Status.QUEUED))
    return waiting.order_by(F("queued_at").asc(nulls_first=True), "created_at")


def due_again(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries whose next try should have begun by now, in the order of the retry queue."""
    waiting = left_alone(now).filter(status=Status.RETRYING, next_try_at__lt=now - conf.sweep_grace)
    return waiting.order_by(Greatest("next_try_at", Coalesce("queued_at", "next_try_at")))


def left_alone(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries with a message that no worker is busy with and nobody has just enqueued."""
    calm = Q(queued_at=None) | Q(queued_at__lt=now - conf.sweep_grace)
    return Delivery.objects.unclaimed(now).filter(calm).exclude(message={})


def unknown(deliveries: QuerySet[Delivery]) -> list[Message]:
    """Return the messages of those deliveries that Redis does not hold."""
    return queues.missing([message for delivery in deliveries if (message := readable(delivery))])


def put_back(messages: Sequence[Message], now: datetime) -> bool:
    """Enqueue messages again and remember when; tell whether Redis took them."""
    if not queues.put(messages):
        return False
    deliveries = Delivery.objects.filter(pk__in=[message.message_id for message in messages])
    deliveries.filter(status=Status.PENDING).update(status=Status.QUEUED)
    deliveries.update(queued_at=now)
    return True
