"""Take a delivery up for one try, so that no second worker does, whatever Redis holds twice.

A claim is a lease in the row: `claimed_until`. A worker that dies leaves it behind; once it has
run out the sweeper sends the delivery again, and we know that the call may have gone out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, router, transaction
from django.utils import timezone

from .conf import conf
from .config_cache import VERSION, current_configs
from .models import ATSConfig, Delivery
from .states import DELIVERABLE, Status

#: The columns that a try needs; the message came through Redis.
READ = ("id", "config_id", "application_id", "status", "try_count", "kept", "possible_duplicate")
FIELDS = tuple(Delivery._meta.get_field(name) for name in READ)

DELIVERY, CONFIG = Delivery._meta.db_table, ATSConfig._meta.db_table

#: Take what is free, in the order of the rows given (id, tryCount), and read it. Pending is free too: the web request
#: does not note that Redis has the message. An old lease tells that a worker died, maybe after the call.
#: IS TRUE keeps PostgreSQL to the primary key: it would look through all rows of one status.
TAKE = f"""
UPDATE {DELIVERY} SET claimed_until = %s,
    status = CASE WHEN status = '{Status.PENDING}' THEN '{Status.QUEUED}' ELSE status END,
    queued_at = COALESCE(queued_at, created_at),
    possible_duplicate = possible_duplicate OR claimed_until IS NOT NULL
FROM {{rows}}
WHERE id = given.column1 AND (try_count = given.column2) IS TRUE
    AND (status IN ({", ".join(f"'{status}'" for status in sorted(DELIVERABLE))})) IS TRUE
    AND (claimed_until IS NULL OR claimed_until < %s) IS TRUE
RETURNING {", ".join(READ)}, (SELECT {VERSION} FROM {CONFIG} config WHERE config.id = config_id)
"""  # noqa: S608

#: How to read connections, given by id and version: something else once one is saved again.
ConfigsOf = Callable[[Mapping[int, object]], Mapping[int, ATSConfig]]


@dataclass(frozen=True)
class Claim:
    """A delivery in our hands. It may be a duplicate where an earlier worker died with it."""

    delivery: Delivery


@transaction.atomic
def claim(message_id: UUID, try_count: int) -> Claim | None:
    """Claim one delivery for try number `try_count` + 1, or leave it as it was where its connection cannot be read.

    Return None where there is nothing to do: it is gone, done, at another try, or in other hands.
    """
    return claim_all({message_id: try_count}, current_configs).get(message_id)


def claim_all(wanted: Mapping[UUID, int], configs_of: ConfigsOf) -> dict[UUID, Claim]:
    """Claim deliveries, each given with the tries it is to have behind it; return what is ours now."""
    taken = list(take(wanted, timezone.now()))
    configs = configs_of({delivery.config_id: version for delivery, version in taken})
    found = [delivery for delivery, _version in taken if delivery.config_id in configs]
    for delivery in found:
        delivery.config = configs[delivery.config_id]
    return {delivery.pk: Claim(delivery) for delivery in found}


def take(wanted: Mapping[UUID, int], now: datetime) -> Iterator[tuple[Delivery, object]]:
    """Write the lease into the rows that are free, with one statement; yield them, each with its config's version."""
    database = connections[router.db_for_write(Delivery)]
    moment = database.ops.adapt_datetimefield_value
    rows, values = given(database, sorted(wanted.items()))  # the same order for all: no deadlock
    lease = now + conf.claim_lease
    with database.cursor() as cursor:
        cursor.execute(TAKE.format(rows=rows), [moment(lease), *values, moment(now)])
        found = cursor.fetchall()
    for *row, version in found:
        delivery = delivery_of(row, database)
        delivery.claimed_until = lease
        yield delivery, version


def delivery_of(row: Sequence[Any], database: Any) -> Delivery:
    """Return the delivery with these values of READ; Django's raw() would cost a quarter of a claim's CPU."""
    values = [value_of(field, value, database) for field, value in zip(FIELDS, row, strict=True)]
    return Delivery.from_db(database.alias, READ, values)


def value_of(field: Any, value: Any, database: Any) -> Any:
    """Return a value of a column as the field gives it."""
    if hasattr(field, "from_db_value"):
        return field.from_db_value(value, None, database)
    return field.to_python(value)


def given(database: Any, tries: Sequence[tuple[UUID, int]]) -> tuple[str, list[Any]]:
    """Return the table of ids and tries for a statement, and its parameters.

    To PostgreSQL go two texts: the statement stays the same, so that its client takes it apart but once.
    """
    if database.vendor == "postgresql":
        columns = [f"{{{','.join(map(str, column))}}}" for column in zip(*tries, strict=True)]
        return "unnest(%s::uuid[], %s::int[]) AS given(column1, column2)", columns
    key = Delivery._meta.pk.get_db_prep_save
    rows = ", ".join(["(%s, %s)"] * len(tries))
    return f"(VALUES {rows}) AS given", [value for id, count in tries for value in (key(id, database), count)]


@transaction.atomic
def renew(ids: Collection[UUID]) -> None:
    """Hold on to deliveries that take long; one that is settled meanwhile, or just now, is left alone."""
    rows = Delivery.objects.filter(pk__in=ids, status__in=DELIVERABLE, claimed_until__isnull=False)
    free = rows.select_for_update(skip_locked=True).values("pk")
    Delivery.objects.filter(pk__in=free).update(claimed_until=timezone.now() + conf.claim_lease)
