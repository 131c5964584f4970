"""Connections as they stand, so that a thousand messages a second do not read them a thousand times.

Each claim tells when its connection was saved last, so a change counts at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .claims import current_configs
from .models import ATSConfig

#: How old a connection may be: what changes it without saving it, such as another name of the customer, counts then.
FRESH = timedelta(seconds=10)


@dataclass(frozen=True)
class Known:
    """A connection, when it was saved, and until when it is believed (monotonic seconds)."""

    config: ATSConfig
    saved_at: datetime
    until: float


class ConfigCache:
    """The connections that one worker used last."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def get(self, saved_at: Mapping[int, datetime]) -> Mapping[int, ATSConfig]:
        """Return connections, given by id and when each was saved last. Gone ones are left out."""
        now = time.monotonic()
        if unknown := [one for one, saved in saved_at.items() if not self.knows(one, saved, now)]:
            self.read(unknown, now)
        return {one: self._known[one].config for one in saved_at if one in self._known}

    def knows(self, one: int, saved_at: datetime, now: float) -> bool:
        """Tell whether a connection is known as it was saved."""
        known = self._known.get(one)
        return known is not None and known.saved_at == saved_at and known.until > now

    def read(self, ids: list[int], now: float) -> None:
        """Read connections; forget those that nobody used for a while."""
        until = now + FRESH.total_seconds()
        found = {one: Known(config, config.updated_at, until) for one, config in current_configs(ids).items()}
        kept = {one: known for one, known in self._known.items() if known.until > now and one not in ids}
        self._known = kept | found
