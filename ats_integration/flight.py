"""What one worker has in its hands: taken from Redis, not yet acknowledged. Safe for threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice, takewhile
from uuid import UUID

#: Room is worth a claim once there is this much of it; a claim costs two round trips however much it brings.
WORTH = 1 / 3
#: How long to wait for more room while calls are ending.
GATHER = timedelta(milliseconds=25)
#: A call that takes longer than this is set aside: it no longer keeps another one from beginning.
SLOW = timedelta(seconds=1)
#: Of so many that run, one more may be set aside, and one may be risky.
ASIDE = 4
#: Jobs are claimed ahead of their turn for as many as ended within the last moment of this length.
AHEAD = timedelta(milliseconds=100)


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """One job in flight; `delivery_id` and `config_id` are None for a job that is no delivery.

    One is risky that will probably take long: its connection failed last, or it dies and S3 is slow.
    """

    job_id: str
    config_id: int | None = None
    delivery_id: UUID | None = None
    is_risky: bool = False
    since: float = field(default_factory=time.monotonic)


class Flight:
    """The jobs in flight: at most `capacity` between the begin of their call and the record of its result.

    Slow calls are set aside, up to a quarter as many again: an ATS that hangs must not cost the others their places.
    Some more are claimed ahead, so that no thread waits for a claim: fewer than may run, and only while others
    end, since a job that waits here for a slow ATS could run in another worker.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._jobs: dict[str, InFlight] = {}
        self._open: set[str] = set()
        #: When each began, the longest ago first.
        self._begun: dict[str, float] = {}
        self._ready: deque[tuple[str, Callable[[], None]]] = deque()
        self._ends: deque[float] = deque(maxlen=capacity - 1)
        self._changed = threading.Condition()

    @property
    def most(self) -> int:
        """How many calls there may be at once, with those that are set aside."""
        return self._capacity + self._capacity // ASIDE

    def add(self, jobs: Iterable[InFlight]) -> None:
        """Take jobs in."""
        found = {job.job_id: job for job in jobs}
        with self._changed:
            self._jobs.update(found)
            self._open.update(found)

    def begin(self, job_id: str, start: Callable[[], None]) -> None:
        """Call `start` once one more call may begin: now, or when the result of another one is recorded."""
        with self._changed:
            self._ready.append((job_id, start))
        self._start_ready()

    def end(self, ids: Iterable[str]) -> None:
        """Let others begin: what became of these is recorded. They stay in our hands until they are removed."""
        now = time.monotonic()
        with self._changed:
            ended = self._open.intersection(ids)
            self._open -= ended
            for name in ended:
                self._begun.pop(name, None)
            self._ends.extend(now for _ in ended)
            self._changed.notify_all()
        self._start_ready()

    def remove(self, ids: Collection[str]) -> None:
        """Let jobs go."""
        self.end(ids)
        with self._changed:
            for name in ids:
                self._jobs.pop(name, None)
            self._changed.notify_all()

    def room(self, patience: timedelta) -> int:
        """Return how many jobs may still come in; where there are none, or few while others end, wait for more."""
        self._start_ready()
        with self._changed:
            self._changed.wait_for(lambda: self._room() > 0, patience.total_seconds())
            worth = max(1, int(self._capacity * WORTH))
            if 0 < self._room() < worth and self._ending():
                self._changed.wait_for(lambda: self._room() >= worth, GATHER.total_seconds())
            return max(0, self._room())

    def may_risk(self) -> int:
        """Return how many risky jobs may still come in: others have calls to make."""
        with self._changed:
            return max(1, self._capacity // ASIDE) - sum(job.is_risky for job in self._jobs.values())

    def wait_until_empty(self, patience: timedelta) -> bool:
        """Wait for the last job to go; tell whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, patience.total_seconds())

    def jobs(self, *, younger_than: timedelta) -> list[InFlight]:
        """Return the jobs in flight, without those that should have ended long ago."""
        oldest = time.monotonic() - younger_than.total_seconds()
        with self._changed:
            return [job for job in self._jobs.values() if job.since > oldest]

    def _start_ready(self) -> None:
        with self._changed:
            starts = self._next()
        for each in starts:
            each()

    def _next(self) -> list[Callable[[], None]]:
        starts: list[Callable[[], None]] = []
        places = self._capacity + self._aside() - len(self._begun)
        while self._ready and len(starts) < places:
            job_id, start = self._ready.popleft()
            self._begun[job_id] = time.monotonic()
            starts.append(start)
        return starts

    def _room(self) -> int:
        return self._capacity + self._aside() + self._ending() - len(self._open)

    def _aside(self) -> int:
        long_ago = time.monotonic() - SLOW.total_seconds()
        slow = takewhile(lambda since: since < long_ago, self._begun.values())
        return sum(1 for _ in islice(slow, self._capacity // ASIDE))

    def _ending(self) -> int:
        recent = time.monotonic() - AHEAD.total_seconds()
        return sum(end > recent for end in self._ends)

    def __len__(self) -> int:
        return len(self._jobs)
