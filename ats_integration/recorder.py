"""Record what became of the tries, many at once, and acknowledge them: from one thread, in this order."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db import close_old_connections, connections
from redis.exceptions import RedisError

from . import settlement
from .dispatch import Dispatch, Settled
from .faults import where
from .flight import Flight
from .patience import patiently
from .trying import Done

log = logging.getLogger(__name__)

MOST = 256
#: With more in flight than this, results may wait for company.
BUSY = 16
LOOK_EVERY = timedelta(seconds=5)
#: How long to wait for company, where more results are on their way.
GATHER = timedelta(milliseconds=5)


class Recorder(threading.Thread):
    """Write results into the database, let others begin, acknowledge the jobs, then let them go."""

    def __init__(self, dispatch: Dispatch, flight: Flight) -> None:
        super().__init__(name="recorder", daemon=True)
        self._dispatch, self._flight = dispatch, flight
        self._next_look = 0.0
        self._results: queue.SimpleQueue[Done | None] = queue.SimpleQueue()

    def put(self, done: Done) -> None:
        """Take the result of one job."""
        self._results.put(done)

    def stop(self) -> None:
        """Record what is there, then end."""
        self._results.put(None)
        self.join()

    def run(self) -> None:
        """Record batch after batch."""
        while batch := self.next_batch():
            try:
                self.record(batch)
            except Exception as error:  # whatever it is, the next results are recorded
                log.error("recorder.failed results=%d fault=%s", len(batch), where(error))
        connections.close_all()

    def next_batch(self) -> list[Done]:
        """Return results as soon as there are any; an empty list is the end."""
        batch: list[Done] = []
        first = self._results.get()
        if first and len(self._flight) > BUSY:
            time.sleep(GATHER.total_seconds())
        while first:
            batch.append(first)
            if len(batch) == MOST or self._results.empty():
                return batch
            first = self._results.get()
        if batch:
            self._results.put(None)
        return batch

    def record(self, batch: Sequence[Done]) -> None:
        """Record and acknowledge; what the database does not take comes back when its claim runs out."""
        self.refresh_connection()
        try:
            settled = [done.settled for done in self.recorded(batch)]
            self._flight.end(job.id for job in settled)
            self.acknowledge(settled)
        finally:
            self._flight.remove([done.settled.id for done in batch])

    def refresh_connection(self) -> None:
        """Let Django look at the connection now and then: a look is a round trip."""
        if time.monotonic() > self._next_look:
            self._next_look = time.monotonic() + LOOK_EVERY.total_seconds()
            close_old_connections()

    def recorded(self, batch: Sequence[Done]) -> Sequence[Done]:
        """Write all results or, where one of them cannot be written, each on its own; return the written ones."""
        steps = [done.step for done in batch if done.step]
        try:
            patiently(partial(settlement.record, steps))
        except Exception as error:
            log.error("recorder.failed results=%d fault=%s", len(batch), where(error))
            return [done for one in batch for done in self.recorded([one])] if len(batch) > 1 else []
        return batch

    def acknowledge(self, settled: Sequence[Settled]) -> None:
        """Tell Redis; where it is away, the leases run out and the rows say that there is nothing to do."""
        try:
            self._dispatch.settle(settled)
        except RedisError as error:
            log.warning("recorder.redis_away results=%d error=%s", len(settled), type(error).__name__)
