"""What one worker has in its hands: taken from Redis, not yet acknowledged. Safe for threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

#: Room is worth a claim once there is this much of it; a claim costs two round trips however much it brings.
WORTH = 1 / 4
#: How long to wait for more room while calls are ending.
GATHER = timedelta(milliseconds=25)


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """One job in flight; `delivery_id` and `config_id` are None for a job that is no delivery."""

    job_id: str
    config_id: int | None = None
    delivery_id: UUID | None = None
    since: float = field(default_factory=time.monotonic)


class Flight:
    """The jobs in flight, at most `capacity`."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._jobs: dict[str, InFlight] = {}
        self._changed = threading.Condition()

    def add(self, jobs: Iterable[InFlight]) -> None:
        """Take jobs in."""
        with self._changed:
            self._jobs.update({job.job_id: job for job in jobs})

    def remove(self, ids: Iterable[str]) -> None:
        """Let jobs go."""
        with self._changed:
            for name in ids:
                self._jobs.pop(name, None)
            self._changed.notify_all()

    def room(self, patience: timedelta) -> int:
        """Return how many jobs may still come in; where there are none or few, wait a moment for more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._jobs) < self._capacity, patience.total_seconds())
            worth = max(1, int(self._capacity * WORTH))
            if 0 < self._capacity - len(self._jobs) < worth:
                self._changed.wait_for(lambda: self._capacity - len(self._jobs) >= worth, GATHER.total_seconds())
            return self._capacity - len(self._jobs)

    def wait_until_empty(self, patience: timedelta) -> bool:
        """Wait for the last job to go; tell whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, patience.total_seconds())

    def jobs(self, *, younger_than: timedelta) -> list[InFlight]:
        """Return the jobs in flight, without those that should have ended long ago."""
        oldest = time.monotonic() - younger_than.total_seconds()
        with self._changed:
            return [job for job in self._jobs.values() if job.since > oldest]

    def __len__(self) -> int:
        return len(self._jobs)
