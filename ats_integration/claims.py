"""Take a delivery up for one try, so that no second worker does, whatever Redis holds twice.

A claim is a lease in the row: `claimed_until`. A worker that dies leaves it behind; once it has
run out the sweeper sends the delivery again, and we know that the call may have gone out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from django.db import connections, router, transaction
from django.utils import timezone

from .bulk_writes import Update
from .conf import conf
from .models import ATSConfig, Delivery
from .states import DELIVERABLE, Status
from .transitions import column

#: The columns that a try needs; the message came through Redis.
READ = ("id", "config_id", "application_id", "status", "try_count", "claimed_until", "kept", "possible_duplicate")

#: How to read connections, given by id and version: something else once one is saved again.
ConfigsOf = Callable[[Mapping[int, object]], Mapping[int, ATSConfig]]


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
    found = [delivery for delivery in read(wanted.keys()) if is_due(delivery, wanted[delivery.pk], now)]
    configs = configs_of({delivery.config_id: delivery.config_version for delivery in found})
    due = [delivery for delivery in found if delivery.config_id in configs]
    interrupted = {delivery.pk: delivery.was_interrupted for delivery in due}
    for delivery in due:
        delivery.config = configs[delivery.config_id]
    return {delivery.pk: Claim(delivery, interrupted[delivery.pk]) for delivery in take(due, now)}


def read(ids: Collection[UUID]) -> Iterable[Any]:
    """Read what a try needs of deliveries; `config_version` is another one once their connection is saved again.

    In SQL, because building this query takes longer than reading its rows.
    """
    columns = ", ".join(f"delivery.{name}" for name in READ)
    tables = f"{Delivery._meta.db_table} delivery JOIN {ATSConfig._meta.db_table} config ON config.id = config_id"
    query = f"SELECT {columns}, CAST(config.updated_at AS text) AS config_version FROM {tables} WHERE delivery.id IN "  # noqa: S608
    alias = router.db_for_write(Delivery)
    keys = [Delivery._meta.pk.get_db_prep_save(one, connections[alias]) for one in ids]
    return Delivery.objects.using(alias).raw(f"{query} ({', '.join(['%s'] * len(keys))})", keys)


def current_configs(ids: Collection[int]) -> Mapping[int, ATSConfig]:
    """Read connections as they are now."""
    return ATSConfig.objects.select_related("customer").in_bulk(ids)


def is_due(delivery: Delivery, try_count: int, now: datetime) -> bool:
    """Tell whether the row still waits for this very try."""
    free = delivery.claimed_until is None or delivery.claimed_until < now
    return free and delivery.status in DELIVERABLE and delivery.try_count == try_count


@dataclass(frozen=True, kw_only=True)
class Take(Update):
    """A lease for rows that nobody else claimed or moved meanwhile."""

    now: datetime

    def conditions(self) -> list[str]:
        deliverable = ", ".join(f"'{status}'" for status in sorted(DELIVERABLE))
        return [*super().conditions(), f"status IN ({deliverable})", "claimed_until IS NULL OR claimed_until < %s"]

    def parameters(self) -> Iterator[Any]:
        yield from super().parameters()
        yield self.prepared(column("claimed_until", [self.now]), 0)


def take(deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Write the lease into the rows that are free, with one statement; return those.

    The web request may be marking a pending row as queued at this very moment: both count as free.
    """
    if not deliveries:
        return []
    lease, claim_id, count = now + conf.claim_lease, uuid4(), len(deliveries)
    ordered = sorted(deliveries, key=attrgetter("pk"))  # the same order for all: no deadlock
    known = [column(name, [getattr(one, name) for one in ordered]) for name in ("id", "try_count")]
    statuses = column("status", [after_claim(one) for one in ordered])
    marks = (column("claimed_until", [lease] * count), column("claim_id", [claim_id] * count))
    if Take(model=Delivery, fresh=(statuses, *marks), known=known, now=now).run() == count:
        return [taken(delivery, lease) for delivery in deliveries]
    ids = [delivery.pk for delivery in deliveries]
    mine = set(Delivery.objects.filter(pk__in=ids, claim_id=claim_id).values_list("pk", flat=True))
    return [taken(delivery, lease) for delivery in deliveries if delivery.pk in mine]


def after_claim(delivery: Delivery) -> str:
    """Return the status that a claim leaves: what a worker has is not pending any more."""
    return Status.QUEUED if delivery.status == Status.PENDING else delivery.status


def taken(delivery: Delivery, lease: datetime) -> Delivery:
    """Bring the instance in line with its claimed row."""
    delivery.status = after_claim(delivery)
    delivery.claimed_until = lease
    return delivery


@transaction.atomic
def renew(ids: Collection[UUID]) -> None:
    """Hold on to deliveries that take long; one that is settled meanwhile, or just now, is left alone."""
    rows = Delivery.objects.filter(pk__in=ids, status__in=DELIVERABLE, claimed_until__isnull=False)
    free = rows.select_for_update(skip_locked=True).values("pk")
    Delivery.objects.filter(pk__in=free).update(claimed_until=timezone.now() + conf.claim_lease)
