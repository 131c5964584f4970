"""Leave a service alone for a moment after it failed, so that nobody waits for it again and again."""

from __future__ import annotations

import time
from datetime import timedelta


class Pause:
    """Remember one failure for `length`. Per process; the sweeper makes up for what is left out."""

    def __init__(self, length: timedelta) -> None:
        self._length = length.total_seconds()
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """Tell whether the service failed a moment ago."""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Note a failure."""
        self._until = time.monotonic() + self._length

    def end(self) -> None:
        """Note a success."""
        self._until = 0.0
