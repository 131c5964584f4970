"""What the list of connections says about each one: counts, the last success, the last failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from .explanations import Explanation, explain
from .models import ATSConfig, Delivery
from .models.deliveries import DeliveryQuerySet
from .states import Status

PERIOD = timedelta(days=30)

#: A status in the customer's words, and how good or bad it is as a word of the stylesheet.
SHOWN = {
    Status.PENDING: ("about to be sent", ""),
    Status.QUEUED: ("on the way", ""),
    Status.RETRYING: ("being tried again", "warn"),
    Status.DELIVERED: ("delivered", "ok"),
    Status.DEAD: ("not delivered", "bad"),
    Status.HELD: ("waiting", "warn"),
    Status.ERASED: ("erased", ""),
}


@dataclass(frozen=True)
class Tally:
    """How many deliveries of one connection have one status."""

    status: Status
    count: int

    @property
    def words(self) -> str:
        """What the status means to the customer."""
        return SHOWN[self.status][0]

    @property
    def tone(self) -> str:
        """The ending of the badge's class name, empty for a plain one."""
        return SHOWN[self.status][1]


@dataclass(frozen=True)
class Failure:
    """The last thing that went wrong with a connection, and when."""

    at: datetime
    explanation: Explanation


@dataclass(frozen=True)
class Overview:
    """One connection with its numbers of the last 30 days."""

    config: ATSConfig
    tallies: tuple[Tally, ...]
    last_delivered_at: datetime | None
    last_failure: Failure | None


def of(configs: Sequence[ATSConfig]) -> list[Overview]:
    """Return the overview of each connection; three queries, however many there are."""
    recent = Delivery.objects.filter(config__in=configs, created_at__gte=timezone.now() - PERIOD).order_by()
    counts = defaultdict(list)
    for pk, status, count in recent.values_list("config_id", "status").annotate(Count("pk")):
        counts[pk].append(Tally(Status(status), count))
    delivered = dict(recent.values_list("config_id").annotate(Max("delivered_at")))
    failures = last_failures(recent)
    return [
        Overview(config, ordered(counts[config.pk]), delivered.get(config.pk), failures.get(config.pk))
        for config in configs
    ]


def last_failures(recent: DeliveryQuerySet) -> dict[int, Failure]:
    """Return the latest failure of each connection that nothing has mended since."""
    failing = recent.exclude(last_error_code="").exclude(status__in=(Status.DELIVERED, Status.ERASED))
    latest: dict[int, Failure] = {}
    rows = failing.values_list("config_id", "last_error_code").annotate(at=Max("updated_at"))
    for pk, code, at in rows.order_by("at"):
        latest[pk] = Failure(at, explain(code))
    return latest


def ordered(tallies: Sequence[Tally]) -> tuple[Tally, ...]:
    """Return the tallies in the order of a delivery's life."""
    return tuple(sorted(tallies, key=lambda tally: list(SHOWN).index(tally.status)))
