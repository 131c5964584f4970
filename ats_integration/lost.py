"""Deliveries that the database says are due and Redis does not know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from . import queues
from .conf import conf
from .messages import Message
from .models import Delivery
from .rebuilding import readable
from .states import DELIVERABLE, Status
from .transitions import queued

BATCH = 500
#: Batches that one sweep looks at behind the head.
PAGES = 10


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found at a place: how many deliveries were put back, and which ones are pending and known to Redis."""

    count: int
    queued: Collection[UUID]


class Scan:
    """Where the last sweep stopped looking, so that the next one goes on from there.

    The head of a queue may be a long line of messages that wait for their connection's turn, all known to
    Redis, with a lost one behind them. Each sweep looks at the head and some way further; the end leads back.
    """

    def __init__(self, due: Callable[[datetime], QuerySet[Delivery]]) -> None:
        self._due = due
        self._position = 0

    def put_back(self, now: datetime) -> int:
        """Put lost deliveries back, the oldest first; return how many. Note which of the others are on the queue."""
        due = self._due(now)
        looks = [look_at(due, 0, now)]
        for _ in range(PAGES):
            self._position += BATCH
            looks.append(look_at(due, self._position, now))
            if not due[self._position :].exists():
                self._position = 0
                break
        for look in looks:
            queued(look.queued)
            self._position = max(0, self._position - len(look.queued))  # they are no longer due
        return sum(look.count for look in looks)


def look_at(due: QuerySet[Delivery], position: int, now: datetime) -> Look:
    """Put back what is lost at a position, until a whole batch there is known to Redis."""
    count = 0
    while True:
        found = list(due[position : position + BATCH].values_list("pk", "try_count", "status"))
        lost = queues.missing((pk, try_count) for pk, try_count, _ in found)
        messages = messages_of(lost)
        if not messages or not put_back(messages, now):
            pending = {pk for pk, _, status in found if status == Status.PENDING}
            return Look(count=count, queued=pending.difference(lost))
        count += len(messages)


def enqueue(now: datetime) -> int:
    """Put lost deliveries back on their queues; return how many.

    Raises RedisError where Redis does not answer.
    """
    return sum(scan.put_back(now) for scan in SCANS)


def due_first(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries whose first try should have begun by now, in the order of the happy queue."""
    pending = Q(status=Status.PENDING, created_at__lt=now - conf.sweep_grace)
    waiting = left_alone(now).filter(pending | Q(status=Status.QUEUED))
    return waiting.order_by(F("queued_at").asc(nulls_first=True), "created_at")


def due_again(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries whose next try should have begun by now, in the order of the retry queue."""
    waiting = left_alone(now).filter(status=Status.RETRYING, next_try_at__lt=now - conf.sweep_grace)
    return waiting.order_by(Greatest("next_try_at", Coalesce("queued_at", "next_try_at")))


def left_behind(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries that a worker took up and never settled: few, and the longest overdue."""
    return Delivery.objects.filter(claimed_until__lt=now, status__in=DELIVERABLE).exclude(message={}).order_by("pk")


def left_alone(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries with a message that no worker is busy with and nobody has just enqueued."""
    calm = Q(queued_at=None) | Q(queued_at__lt=now - conf.sweep_grace)
    return Delivery.objects.unclaimed(now).filter(calm).exclude(message={})


def messages_of(ids: Sequence[UUID]) -> list[Message]:
    """Return the messages of deliveries, without those that cannot be read: they are built again."""
    found = Delivery.objects.in_bulk(ids)
    return [message for pk in ids if pk in found and (message := readable(found[pk]))]


def put_back(messages: Sequence[Message], now: datetime) -> bool:
    """Enqueue messages again and remember when; tell whether Redis took them."""
    if not queues.put(messages):
        return False
    ids = [message.message_id for message in messages]
    queued(ids)
    Delivery.objects.filter(pk__in=ids).update(queued_at=now)
    return True


SCANS = (Scan(left_behind), Scan(due_first), Scan(due_again))
