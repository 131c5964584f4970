"""Re-encrypt credentials under the first key, one row at a time, without stopping anything.

Messages hold sealed credentials, too. Those of deliveries that are done need none and lose theirs.
Sessions are sealed as well. Those of an older key are dropped: the next delivery logs in and makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from . import encryption
from .bulk_writes import Update
from .credentials import Credentials
from .errors import CredentialsUnreadable
from .models import ATSConfig, Delivery
from .states import Status
from .transitions import column

BATCH = 500
#: Here a message has gone its way: what is sent again gets a new one.
DONE = (Status.DELIVERED, Status.DEAD)
#: Where a message holds sealed credentials.
SEALED = "message__ats__credentials"
#: What tells whether a delivery is as it was read.
AS_READ = ("id", "status", "updated_at")


@dataclass(frozen=True)
class Report:
    """What a rotation did; `unreadable` are the ids of connections that no key opens."""

    rotated: int
    current: int
    unreadable: tuple[int, ...]


def total() -> int:
    """Return how many connections there are."""
    return ATSConfig.objects.count()


def rotate(*, dry_run: bool = False, on_each: Callable[[], object] = lambda: None) -> Report:
    """Put every connection's credentials under the first key; those under it already are left alone."""
    rotated, current, unreadable = 0, 0, []
    for config in ATSConfig.objects.only("pk", "credentials").order_by("pk").iterator():
        on_each()
        try:
            is_old = renew(config, dry_run=dry_run)
        except CredentialsUnreadable:
            unreadable.append(config.pk)
        else:
            rotated, current = rotated + is_old, current + (not is_old)
    return Report(rotated, current, tuple(unreadable))


def renew(config: ATSConfig | None, *, dry_run: bool) -> bool:
    """Put one connection's credentials under the first key; tell whether that was needed.

    Credentials that somebody entered meanwhile are looked at in their turn.
    Raises CredentialsUnreadable where no key opens them.
    """
    fresh = renewed(config.credentials) if config else None
    if config is None or fresh is None:
        return False
    if dry_run or replace(config, fresh):
        return True
    return renew(ATSConfig.objects.filter(pk=config.pk).first(), dry_run=dry_run)


def renewed(credentials: Credentials) -> Credentials | None:
    """Return the credentials under the first key, or None where they are already.

    Raises CredentialsUnreadable where no key opens them.
    """
    if not credentials or encryption.is_current(credentials.token):
        return None
    return Credentials(encryption.rotate(credentials.token))


def replace(config: ATSConfig, fresh: Credentials) -> int:
    """Write new credentials unless somebody changed them meanwhile; return the number of rows written."""
    unchanged = ATSConfig.objects.filter(pk=config.pk, credentials=config.credentials)
    return unchanged.update(credentials=fresh)


def drop_sessions(*, dry_run: bool = False) -> int:
    """Drop the sessions that the first key does not open; return how many.

    They are not put under it: credentials that were are another mark, and end their session as it is.
    """
    rows = ATSConfig.objects.exclude(session="").values_list("pk", "session").iterator()
    old = [(key, session) for key, session in rows if not encryption.is_current(session.token)]
    return len(old) if dry_run else sum(dropped(key, session) for key, session in old)


def dropped(key: int, session: Credentials) -> int:
    """Drop a session unless somebody made a new one meanwhile; return the number of rows written."""
    return ATSConfig.objects.filter(pk=key, session=session).update(session={}, session_until=None)


def empty_messages(*, dry_run: bool = False, on_batch: Callable[[int], object] = lambda _: None) -> int:
    """Take the credentials out of the messages of deliveries that are done; return how many had some.

    `on_batch` is told how many there were so far.
    """
    count = 0
    for batch in sealed_and_done():
        count += len(batch) if dry_run else emptied(batch)
        on_batch(count)
    return count


def sealed_and_done() -> Iterator[Sequence[Delivery]]:
    """Yield the deliveries that are done and whose messages hold credentials, BATCH at once."""
    rows = Delivery.objects.filter(**{"status__in": DONE, f"{SEALED}__startswith": encryption.FERNET_START})
    rows, last = rows.only(*AS_READ, "message").order_by("pk"), UUID(int=0)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def emptied(batch: Sequence[Delivery]) -> int:
    """Write messages without credentials unless somebody changed their deliveries meanwhile; return how many."""
    known = [column(name, [getattr(delivery, name) for delivery in batch]) for name in AS_READ]
    fresh = column("message", [without_credentials(delivery.message) for delivery in batch])
    return len(Update(Delivery, fresh=[fresh], known=known).run())


def without_credentials(message: dict[str, Any]) -> dict[str, Any]:
    """Return a stored message without its sealed credentials."""
    return {**message, "ats": {**message["ats"], "credentials": None}}


def old_on_their_way() -> int:
    """Return how many messages that still go somewhere hold credentials which the first key does not open."""
    sealed = Delivery.objects.open().filter(**{f"{SEALED}__startswith": encryption.FERNET_START})
    tokens = sealed.order_by().values_list(SEALED).annotate(Count("pk"))
    return sum(count for token, count in tokens if not encryption.is_current(token))
