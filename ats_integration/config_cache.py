"""Connections as they were a moment ago, so that a thousand messages a second do not read them a thousand times."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import timedelta

from .claims import current_configs
from .models import ATSConfig

#: How old a connection may be: whoever mends a credential never waits longer for it to count.
FRESH = timedelta(seconds=1)
MOST = 1000


class ConfigCache:
    """The connections that one worker used last."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[float, ATSConfig]] = OrderedDict()

    def get(self, ids: Collection[int]) -> Mapping[int, ATSConfig]:
        """Return connections by id, reading those that are not known or not fresh. Gone ones are left out."""
        now = time.monotonic()
        missed = [one for one in ids if one not in self._known or now - self._known[one][0] > FRESH.total_seconds()]
        found = current_configs(missed) if missed else {}
        for one in missed:
            self._known.pop(one, None)
        self._known.update({one: (now, config) for one, config in found.items()})
        wanted = {one: self._known[one][1] for one in ids if one in self._known}
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return wanted
