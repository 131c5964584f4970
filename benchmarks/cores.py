"""Who runs where: the measured worker alone on the first core, everything else on the others."""

from __future__ import annotations

import os

WORKER_CORES = frozenset({0})


def all_cores() -> frozenset[int]:
    """Return every core of this machine."""
    return frozenset(range(os.cpu_count() or 1))


def leave_worker_core() -> None:
    """Move this process, and all that it starts from now on, away from the worker's core."""
    os.sched_setaffinity(0, all_cores() - WORKER_CORES or all_cores())


def pin(pid: int, cores: frozenset[int] = WORKER_CORES) -> None:
    """Keep a process that has just started, and all that it starts, on these cores."""
    os.sched_setaffinity(pid, cores)
