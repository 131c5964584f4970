"""Deliveries that the database says are due and Redis does not know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
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

Value = TypeVar("Value")

#: How many Redis is asked about at once: others wait for the answer.
BATCH = 500
#: How many one sweep looks at behind the head.
WINDOW = 5000


@dataclass(frozen=True, kw_only=True)
class Look:
    """What stands at a place once what was lost there is put back; which of it is pending, and known to Redis."""

    found: int
    put_back: int
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
        looks = list(self.looks(now))
        for look in looks:
            queued(look.queued)
            self._position = max(0, self._position - len(look.queued))  # they are no longer due
        return sum(look.put_back for look in looks)

    def looks(self, now: datetime) -> Iterator[Look]:
        """Look at the head and, where there is more, from where the last sweep stopped: sorting a long line is dear."""
        due = self._due(now)
        yield (head := look_at(due, 0, BATCH, now))
        if head.found < BATCH:
            self._position = 0
            return
        start = max(BATCH, self._position)
        yield (further := look_at(due, start, WINDOW, now))
        self._position = start + WINDOW if further.found == WINDOW else 0


def look_at(due: QuerySet[Delivery], start: int, size: int, now: datetime) -> Look:
    """Put back what is lost at a place, until all that is there is known to Redis."""
    count = 0
    while True:
        found = list(due[start : start + size].values_list("pk", "try_count", "status"))
        lost = lost_of([(pk, try_count) for pk, try_count, _ in found])
        returned = sum(put_back(ids, now) for ids in batches(lost))
        if not returned:
            pending = {pk for pk, _, status in found if status == Status.PENDING}
            return Look(found=len(found), put_back=count, queued=pending.difference(lost))
        count += returned


def lost_of(tries: Sequence[tuple[UUID, int]]) -> list[UUID]:
    """Return the ids of those that Redis does not know, each given with its tryCount."""
    return [pk for some in batches(tries) for pk in queues.missing(some)]


def batches(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield values in their order, BATCH at once."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


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


def put_back(ids: Sequence[UUID], now: datetime) -> int:
    """Enqueue the messages of deliveries again and remember when; return how many Redis took."""
    messages = messages_of(ids)
    if not messages or not queues.put(messages):
        return 0
    taken = [message.message_id for message in messages]
    queued(taken)
    Delivery.objects.filter(pk__in=taken).update(queued_at=now)
    return len(taken)


SCANS = (Scan(left_behind), Scan(due_first), Scan(due_again))
