"""Connections as they stand, so that a thousand messages a second do not read them a thousand times.

Each claim tells which version of its connection counts, so a saved change counts at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .claims import current_configs
from .models import ATSConfig

#: How old a connection may be: what changes it without saving it, such as another name of the customer, counts then.
FRESH = timedelta(seconds=10)


@dataclass(frozen=True)
class Known:
    """A connection, the version for which it was read, and until when it is believed (monotonic seconds)."""

    config: ATSConfig
    version: object
    until: float


class ConfigCache:
    """The connections that one worker used last."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def get(self, versions: Mapping[int, object]) -> Mapping[int, ATSConfig]:
        """Return connections, given by id and version. Gone ones are left out."""
        now = time.monotonic()
        unknown = {one: version for one, version in versions.items() if not self.knows(one, version, now)}
        if unknown:
            self.read(unknown, now)
        return {one: self._known[one].config for one in versions if one in self._known}

    def knows(self, one: int, version: object, now: float) -> bool:
        """Tell whether a connection is known in this version."""
        known = self._known.get(one)
        return known is not None and known.version == version and known.until > now

    def read(self, versions: Mapping[int, object], now: float) -> None:
        """Read connections; forget those that nobody used for a while."""
        until = now + FRESH.total_seconds()
        found = {one: Known(config, versions[one], until) for one, config in current_configs(versions).items()}
        kept = {one: known for one, known in self._known.items() if known.until > now and one not in versions}
        self._known = kept | found
