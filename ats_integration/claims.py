"""Take a delivery up for one try, so that no second worker does, whatever Redis holds twice.

A claim is a lease in the row: `claimed_until`. A worker that dies leaves it behind; once it has
run out the sweeper sends the delivery again, and we know that the call may have gone out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from .conf import conf
from .models import ATSConfig, Delivery
from .states import DELIVERABLE, Status

#: The columns that a try needs; the message came through Redis.
READ = ("config", "application", "status", "try_count", "claimed_until", "kept", "possible_duplicate")

#: How to read connections, given by id and when each was saved last.
ConfigsOf = Callable[[Mapping[int, datetime]], Mapping[int, ATSConfig]]


@dataclass(frozen=True)
class Claim:
    """A delivery in our hands; `interrupted` tells that an earlier worker died with it."""

    delivery: Delivery
    interrupted: bool


def claim(message_id: UUID, try_count: int) -> Claim | None:
    """Claim one delivery for try number `try_count` + 1.

    Return None where there is nothing to do: it is gone, done, at another try, or in other hands.
    """
    return claim_all({message_id: try_count}, current_configs).get(message_id)


def claim_all(wanted: Mapping[UUID, int], configs_of: ConfigsOf) -> dict[UUID, Claim]:
    """Claim deliveries, each given with the tries it is to have behind it; return what is ours now."""
    now = timezone.now()
    rows = Delivery.objects.filter(pk__in=wanted.keys()).only(*READ).annotate(config_saved_at=F("config__updated_at"))
    found = [delivery for delivery in rows.order_by() if is_due(delivery, wanted[delivery.pk], now)]
    configs = configs_of({delivery.config_id: delivery.config_saved_at for delivery in found})
    due = [delivery for delivery in found if delivery.config_id in configs]
    interrupted = {delivery.pk: delivery.was_interrupted for delivery in due}
    for delivery in due:
        delivery.config = configs[delivery.config_id]
    return {delivery.pk: Claim(delivery, interrupted[delivery.pk]) for delivery in take(due, now)}


def current_configs(ids: Collection[int]) -> Mapping[int, ATSConfig]:
    """Read connections as they are now."""
    return ATSConfig.objects.select_related("customer").in_bulk(ids)


def is_due(delivery: Delivery, try_count: int, now: datetime) -> bool:
    """Tell whether the row still waits for this very try."""
    free = delivery.claimed_until is None or delivery.claimed_until < now
    return free and delivery.status in DELIVERABLE and delivery.try_count == try_count


def take(deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Write the lease into the rows that nobody else claimed or moved meanwhile; return those.

    The web request may be marking a pending row as queued at this very moment: both count as free.
    """
    return [delivery for group in by_tries(deliveries) for delivery in take_alike(group, now)]


def by_tries(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Group deliveries by the tries behind them: mostly none."""
    groups: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        groups[delivery.try_count].append(delivery)
    return list(groups.values())


def take_alike(deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Write the lease into rows with as many tries behind them, with one statement."""
    lease, claim_id = now + conf.claim_lease, uuid4()
    queued = When(status=Status.PENDING, then=Value(Status.QUEUED.value))
    free = Delivery.objects.filter(
        pk__in=[delivery.pk for delivery in deliveries],
        status__in=DELIVERABLE,
        try_count=deliveries[0].try_count,
    ).unclaimed(now)
    count = free.update(status=Case(queued, default=F("status")), claimed_until=lease, claim_id=claim_id)
    if count == len(deliveries):
        return [taken(delivery, lease) for delivery in deliveries]
    ids = [delivery.pk for delivery in deliveries]
    mine = set(Delivery.objects.filter(pk__in=ids, claim_id=claim_id).values_list("pk", flat=True))
    return [taken(delivery, lease) for delivery in deliveries if delivery.pk in mine]


def taken(delivery: Delivery, lease: datetime) -> Delivery:
    """Bring the instance in line with its claimed row."""
    delivery.status = Status.QUEUED if delivery.status == Status.PENDING else delivery.status
    delivery.claimed_until = lease
    return delivery


@transaction.atomic
def renew(ids: Collection[UUID]) -> None:
    """Hold on to deliveries that take long; one that is settled meanwhile, or just now, is left alone."""
    rows = Delivery.objects.filter(pk__in=ids, status__in=DELIVERABLE, claimed_until__isnull=False)
    free = rows.select_for_update(skip_locked=True).values("pk")
    Delivery.objects.filter(pk__in=free).update(claimed_until=timezone.now() + conf.claim_lease)
