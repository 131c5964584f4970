"""`/healthz`: can this site do its work, and how late is the oldest delivery? Bounded in time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from ats_integration import queues
from ats_integration.models import Delivery
from ats_integration.states import Status

OK, DEGRADED, DOWN = "ok", "degraded", "down"


@dataclass(frozen=True, kw_only=True)
class Health:
    """How the parts are. Without Redis applications still come in, so that is only `degraded`."""

    status: str
    database: str
    redis: str
    queues: dict[str, int]
    oldest_due_seconds: float | None


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while applications can come in, 503 without the database."""
    health = look()
    return JsonResponse(asdict(health), status=503 if health.status == DOWN else 200)


def look() -> Health:
    """Ask the database and Redis how they are."""
    database, oldest = ask_database()
    redis, depths = ask_redis()
    return Health(
        status=DOWN if database == DOWN else DEGRADED if redis == DOWN else OK,
        database=database,
        redis=redis,
        queues=depths,
        oldest_due_seconds=oldest,
    )


def ask_database() -> tuple[str, float | None]:
    """Return how the database is, and how late the oldest delivery is."""
    try:
        return OK, oldest_due_seconds(timezone.now())
    except DatabaseError:
        return DOWN, None


def ask_redis() -> tuple[str, dict[str, int]]:
    """Return how Redis is, and the depth of each queue."""
    try:
        return OK, queues.depths()
    except RedisError:
        return DOWN, {}


def oldest_due_seconds(now: datetime) -> float:
    """Return for how long the oldest delivery has been due; 0 where nothing waits.

    Raises django.db.Error where the database does not answer.
    """
    due = [moment for moment in due_since().values() if moment and moment <= now]
    return round((now - min(due)).total_seconds(), 1) if due else 0.0


def due_since() -> dict[str, Any]:
    """Return the earliest moment for each status in which a delivery should be moving."""
    moments = {Status.PENDING: "created_at", Status.QUEUED: "queued_at", Status.RETRYING: "next_try_at"}
    return {
        status: Delivery.objects.filter(status=status).aggregate(first=Min(field))["first"]
        for status, field in moments.items()
    }
