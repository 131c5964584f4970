"""All faults, one kind per file, in the order of the table."""

from __future__ import annotations

from . import ats, clock, database, deeds, disk, s3, together, valkey, web, worker
from .base import Fault, Repeats

FAULTS: tuple[Fault, ...] = (
    *worker.FAULTS,
    *web.FAULTS,
    *valkey.FAULTS,
    *s3.FAULTS,
    *database.FAULTS,
    *ats.FAULTS,
    *clock.FAULTS,
    *disk.FAULTS,
    *deeds.FAULTS,
    *together.FAULTS,
)

__all__ = ["FAULTS", "Fault", "Repeats"]
