"""Re-encrypt credentials under the first key, one row at a time, without stopping anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import encryption
from .credentials import Credentials
from .errors import CredentialsUnreadable
from .models import ATSConfig


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
