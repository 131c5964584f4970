"""Connections as they stand, so that a thousand messages a second do not read them a thousand times.

Who asks tells which version of a connection counts, so a saved change counts at once.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from .models import ATSConfig

#: How old a connection may be: what changes it without saving it, such as another name of the customer, counts then.
FRESH = timedelta(seconds=10)
#: What tells one state of a connection from another, as SQL: both databases keep microseconds.
VERSION = "CAST(updated_at AS text)"


@dataclass(frozen=True)
class Known:
    """A connection, the version for which it was read, and until when it is believed (monotonic seconds)."""

    config: ATSConfig
    version: object
    until: float


class ConfigCache:
    """The connections that one process used last. Safe for threads."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def get(self, versions: Mapping[int, object]) -> Mapping[int, ATSConfig]:
        """Return connections, given by id and version. Gone ones are left out."""
        now, known = time.monotonic(), self._known
        unknown = {one: version for one, version in versions.items() if not is_known(known.get(one), version, now)}
        if unknown:
            self._known = known = with_these(known, unknown, now)
        return {one: known[one].config for one in versions if one in known}


def is_known(known: Known | None, version: object, now: float) -> bool:
    """Tell whether a connection is known in this version."""
    return known is not None and known.version == version and known.until > now


def with_these(known: Mapping[int, Known], versions: Mapping[int, object], now: float) -> dict[int, Known]:
    """Read connections and add them; leave out those that nobody used for a while."""
    until = now + FRESH.total_seconds()
    found = {one: Known(config, versions[one], until) for one, config in current_configs(versions).items()}
    kept = {one: old for one, old in known.items() if old.until > now and one not in versions}
    return kept | found


def current_configs(ids: Collection[int]) -> Mapping[int, ATSConfig]:
    """Read connections as they are now."""
    return ATSConfig.objects.select_related("customer").in_bulk(ids)
