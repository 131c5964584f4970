"""Look at the rows while the database may be away: what is open, what is in a worker's hands."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, transaction
from django.db.models import Max
from redis.exceptions import RedisError

from ats_integration import queues
from ats_integration.models import Attempt, DeadLetter, Delivery, Incident
from ats_integration.states import OPEN, Status
from jobbird.board.models import Application

from .ground import Ground

PATIENCE = 60  # seconds that the database may be away from us
T = TypeVar("T")


def patiently(look: Callable[[], T]) -> T:
    """Look again and again until the database answers."""
    ends = time.monotonic() + PATIENCE
    while True:
        close_old_connections()
        try:
            return look()
        except DatabaseError:
            connection.close()
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


@dataclass(frozen=True)
class Snapshot:
    """How many applications are saved, and where their deliveries stand, at one moment."""

    saved: int
    statuses: Counter[str]

    @property
    def in_flight(self) -> int:
        """How many are on their way."""
        return sum(self.statuses[status] for status in (Status.PENDING, Status.QUEUED, Status.RETRYING))

    @property
    def adds_up(self) -> bool:
        """Tell whether saved = delivered + held + in flight + dead + erased."""
        return self.saved == sum(self.statuses.values())


def snapshot() -> Snapshot:
    """Count in one transaction, so that nothing moves between two counts."""

    def look() -> Snapshot:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return Snapshot(Application.objects.count(), Counter(Delivery.objects.values_list("status", flat=True)))

    return patiently(look)


def last_saved() -> int:
    """Return the highest number of a saved application."""
    return patiently(lambda: Application.objects.aggregate(last=Max("pk"))["last"] or 0)


def unsettled(until: int) -> int:
    """Return how many of the applications up to a number are neither delivered nor stored as a dead letter."""

    def look() -> int:
        waiting = Delivery.objects.filter(application_id__lte=until, status__in=OPEN).count()
        unstored = DeadLetter.objects.unstored().filter(delivery__application_id__lte=until).count()
        return waiting + unstored + Application.objects.filter(pk__lte=until, ats_deliveries=None).count()

    return patiently(look)


def held_by_workers() -> dict[UUID, Any]:
    """Return the open deliveries in the hands of a worker, or left behind by one, with the end of their lease."""
    claimed = Delivery.objects.filter(status__in=OPEN, claimed_until__isnull=False)
    return patiently(lambda: dict(claimed.values_list("pk", "claimed_until")))


def waiting() -> int:
    """Return how many messages could go now; all that are open where Redis does not answer."""
    try:
        depths = queues.depths()
    except RedisError:
        return unsettled(last_saved())
    return sum(depths.values()) - depths["scheduled"]


def clear(ground: Ground) -> None:
    """Forget all applications, everywhere, so that the next fault begins with nothing."""
    tables = ", ".join(model._meta.db_table for model in (Attempt, DeadLetter, Delivery, Incident, Application))

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")

    patiently(empty)
    ground.valkey.forget_messages()
    ground.ats.reset()
    ground.forget_files()
    ground.in_flight.clear()
    ground.erased.clear()
    ground.complaints.clear()
