"""Compare the database with Redis and S3, and bring back whatever was lost on the way.

The database is the truth: Redis may be emptied at any moment, S3 may be away, a worker may die
with a delivery in its hands, an import may write applications without a signal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from . import burial, holding, lost, missed, rebuilding
from .faults import where

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one sweep did, in deliveries and dead letters; `faults` names the steps that failed."""

    taken_in: int = 0
    rebuilt: int = 0
    released: int = 0
    enqueued: int = 0
    stored: int = 0
    faults: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(asdict(self).values())


#: The steps in their order: field of the report, and what it calls.
STEPS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("taken_in", missed.take_in),
    ("rebuilt", rebuilding.rebuild),
    ("released", holding.release),
    ("enqueued", lost.enqueue),
    ("stored", burial.store_waiting),
)


def sweep(now: datetime | None = None) -> Report:
    """Do every step once; safe at any time and in any number of processes. A failing step stops no other."""
    moment = now or timezone.now()
    counts: dict[str, int] = {}
    faults: list[str] = []
    for name, step in STEPS:
        try:
            counts[name] = step(moment)
        except Exception as error:
            log.warning("sweep.failed step=%s fault=%s", name, where(error))
            faults.append(name)
    return noted(Report(**counts, faults=tuple(faults)))


def noted(report: Report) -> Report:
    """Log a sweep that did something."""
    if report:
        log.info("sweep.done %s", " ".join(f"{name}={value}" for name, value in asdict(report).items()))
    return report
