"""Connections as they were a moment ago, so that a thousand messages a second do not read them a thousand times."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import timedelta

from .claims import current_configs
from .models import ATSConfig

#: How old a connection may be: whoever mends a credential never waits longer for it to count.
FRESH = timedelta(seconds=1)


class ConfigCache:
    """The connections that one worker used last."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, ATSConfig]] = {}
        self._used: set[int] = set()

    def get(self, ids: Collection[int]) -> Mapping[int, ATSConfig]:
        """Return connections by id, reading those that are not known or not fresh. Gone ones are left out."""
        now = time.monotonic()
        self._used |= set(ids)
        if any(self.age(one, now) > FRESH for one in ids):
            self.read(now)
        return {one: self._known[one][1] for one in ids if one in self._known}

    def read(self, now: float) -> None:
        """Read what was used since the last time and will soon be too old, all at once; forget what was not used."""
        old = [one for one in self._used if self.age(one, now) > FRESH / 2]
        kept = {one: self._known[one] for one in self._used.difference(old)}
        self._known = kept | {one: (now, config) for one, config in current_configs(old).items()}
        self._used = set()

    def age(self, one: int, now: float) -> timedelta:
        """Return how old what is known of a connection is."""
        return timedelta(seconds=now - self._known[one][0]) if one in self._known else timedelta.max
