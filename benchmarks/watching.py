"""Watch a worker deliver what is on its queue."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .stage import Place
from .systems import System
from .worker import Worker

PATIENCE = 180  # seconds for all messages of one run
BETWEEN_LOOKS = 0.1  # seconds
BETWEEN_WEIGHINGS = 5  # looks


@dataclass(frozen=True, kw_only=True)
class Run:
    """One system in one round: messages a second, CPU milliseconds per message, peak memory in MB."""

    name: str
    delivered: int
    rate: float
    cpu_ms: float
    peak_mb: float


def watch(system: System, place: Place, worker: Worker, count: int, *, already: int = 0) -> Run:
    """Measure from the first new arrival seen until `count` arrived; CPU until they are recorded, too."""
    worker.wait_for(lambda: place.ats.unique > already, PATIENCE, step=BETWEEN_LOOKS / 10)
    cpu, begun, first = worker.cpu, time.monotonic_ns(), place.ats.unique
    peak = watch_memory(place, worker, count)
    if system.needs_database:
        worker.wait_for(lambda: place.recorded(system) >= min(count, place.ats.unique), PATIENCE)
    totals, used = place.ats.totals(), worker.cpu - cpu
    todo = max(1, totals.unique - first)
    return Run(
        name=system.name,
        delivered=totals.unique,
        rate=todo / ((totals.last_ns - begun) / 1e9),
        cpu_ms=1000 * used / todo,
        peak_mb=peak / 1e6,
    )


def watch_memory(place: Place, worker: Worker, count: int) -> int:
    """Weigh the worker until everything has arrived or our patience ends; return the most it had, in bytes."""
    peak, look, stop = 0, 0, time.monotonic() + PATIENCE
    while place.ats.unique < count and time.monotonic() < stop:
        worker.check()
        peak = max(peak, worker.pss) if look % BETWEEN_WEIGHINGS == 0 else peak
        look += 1
        time.sleep(BETWEEN_LOOKS)
    return max(peak, worker.pss)
