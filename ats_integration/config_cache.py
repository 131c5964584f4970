"""Connections as they stand, so that a thousand messages a second do not read them a thousand times.

Who asks tells which version of a connection counts, so a saved change counts at once.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextField
from django.db.models.functions import Cast

from .models import ATSConfig

#: How old a connection may be: what changes it without saving it, such as another name of the customer, counts then.
FRESH = timedelta(seconds=10)
#: What tells one state of a connection from another, as SQL and for the ORM: both databases keep microseconds.
VERSION, AS_READ = "CAST(updated_at AS text)", Cast("updated_at", TextField())


@dataclass(frozen=True)
class Known:
    """A connection, its version, and until when it is believed (monotonic seconds)."""

    config: ATSConfig
    version: object
    until: float


class ConfigCache:
    """The connections that one process used last. Safe for threads."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def refresh(self, ids: Collection[int]) -> None:
        """Read those that are not known or were read too long ago: before a claim, which then finds them here."""
        now, known = time.monotonic(), self._known
        if unknown := {one for one in ids if one not in known or known[one].until <= now}:
            self._known = {one: old for one, old in known.items() if old.until > now} | read(unknown, now)

    def get(self, versions: Mapping[int, object]) -> Mapping[int, ATSConfig]:
        """Return connections, given by id and version; read those that were saved since. Gone ones are left out."""
        known = self._known
        if other := {one for one, version in versions.items() if one not in known or known[one].version != version}:
            kept = {one: old for one, old in known.items() if one not in other}
            self._known = known = kept | read(other, time.monotonic())
        return {one: known[one].config for one in versions if one in known}


def read(ids: Collection[int], now: float) -> dict[int, Known]:
    """Read connections with their versions."""
    found = ATSConfig.objects.select_related("customer").annotate(version=AS_READ).in_bulk(ids)
    until = now + FRESH.total_seconds()
    return {one: Known(config, config.version, until) for one, config in found.items()}


def current_configs(ids: Collection[int]) -> Mapping[int, ATSConfig]:
    """Read connections as they are now."""
    return ATSConfig.objects.select_related("customer").in_bulk(ids)
