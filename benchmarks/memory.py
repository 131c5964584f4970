"""Memory of a worker while it delivers 100,000 messages that are all queued when it starts, and its start time."""

from __future__ import annotations

import time
from functools import partial

from . import options as command_line
from .options import Options
from .plots import lines
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import OURS, System, ours, peers
from .worker import running

STEPS = 4
PATIENCE = 3600  # seconds
START = 60  # seconds until the first call


def measure(system: System, place: Place, count: int) -> list[Row]:
    """Weigh the worker at its first call and after each quarter of the messages."""
    connect(system, place)
    send(system, place, count)
    begun = time.monotonic()
    with running(system, place) as worker:
        found = []
        for step in range(STEPS + 1):
            goal = max(1, count * step // STEPS)
            worker.wait_for(partial(has_arrived, place, goal), PATIENCE if step else START, step=0.05)
            totals = place.ats.totals()
            found.append({"system": system.name, "delivered": totals.unique, "worker MB": worker.pss / 1e6})
        first = place.ats.totals().first_ns / 1e9 - begun
    return [{**row, "first call after s": first} for row in found]


def has_arrived(place: Place, count: int) -> bool:
    """Tell whether so many messages have arrived."""
    return place.ats.unique >= count


def rows(here: Stage, options: Options) -> list[Row]:
    """Measure every system that is fast enough for it."""
    found: list[Row] = []
    for system in (ours(options), *peers(options)):
        if options.wants(system.name) and not system.is_slow:
            with here.place(system) as place:
                found += measure(system, place, options.n)
    return found


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=100_000).parse_args())
    with stage(options, with_database=options.wants(OURS)) as here:
        found = rows(here, options)
    result = Result(name="memory", title="Memory of one worker process", settings=options.settings, rows=found)
    publish(result, options.out, lines(result, x="delivered", y=["worker MB"], by="system"))


if __name__ == "__main__":
    main()
