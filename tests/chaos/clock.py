"""Step the wall clock of our processes. Their monotonic clocks, PostgreSQL and Valkey keep their own time.

CHAOS_CLOCK names a file with a number of seconds. A process that finds it moves everything Python asks
for the time (time.time, datetime.now, ...) by that much, as soon as the number changes.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

VARIABLE = "CHAOS_CLOCK"
LOOK = 0.1  # seconds


def step(file: Path, by: timedelta) -> None:
    """Let the clocks that follow this file be that much ahead (or behind) from now on."""
    new = file.with_suffix(".new")
    new.write_text(str(by.total_seconds()))
    new.replace(file)


def follow() -> None:
    """Follow the file that the environment names, on a thread; do nothing where it names none."""
    if name := os.environ.get(VARIABLE):
        threading.Thread(target=keep_up, args=(Path(name),), name="stepped-clock", daemon=True).start()


def keep_up(file: Path) -> None:
    """Move the clock of this process whenever the file says something new."""
    ahead, travel = 0.0, None
    while True:
        if (wanted := read(file)) != ahead:
            if travel:
                travel.stop()
            ahead, travel = wanted, None
            if wanted:
                travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=wanted), tick=True)
                travel.start()
        time.sleep(LOOK)


def read(file: Path) -> float:
    """Return how far ahead the clock is to be; 0 where nobody has said so."""
    with suppress(FileNotFoundError):
        return float(file.read_text())
    return 0.0
