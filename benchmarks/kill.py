"""kill -9 when half of the messages have arrived, start again, and count what is missing and what came twice."""

from __future__ import annotations

import time

from . import options as command_line
from .options import Options
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import OURS, System, ours, peers
from .worker import running

START = 60  # seconds until half of the messages have arrived
WAIT = 60  # seconds from the kill to the count


def measure(system: System, place: Place, count: int) -> Row:
    """Kill the worker in the middle; return what came of it within WAIT."""
    connect(system, place)
    send(system, place, count)
    with running(system, place) as worker:
        worker.wait_for(lambda: place.ats.unique >= count // 2, START, step=0.01)
        worker.kill()
    killed, at_kill = time.monotonic(), place.ats.unique
    with running(system, place):
        time.sleep(WAIT)  # all of it: what was in flight may be called again late
        totals, arrivals = place.ats.totals(), place.ats.arrivals()
    return {
        "system": system.name,
        "messages": count,
        "at the kill": at_kill,
        "missing": count - totals.unique,
        "called twice": totals.total - totals.unique,
        "last one after s": max(0.0, max(arrivals.values()) / 1e9 - killed),
    }


def rows(here: Stage, options: Options) -> list[Row]:
    """Kill every system once per round."""
    found = []
    for _ in range(options.rounds):
        for system in (ours(options), *peers(options)):
            if options.wants(system.name):
                with here.place(system) as place:
                    found.append(measure(system, place, system.count(options.n)))
                print(found[-1], flush=True)
    return found


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=1000, in_flight=64).parse_args())
    with stage(options, with_database=options.wants(OURS)) as here:
        found = rows(here, options)
    result = Result(name="kill", title="kill -9 in the middle", settings=options.settings, rows=found)
    publish(result, options.out, bars(result, ["missing", "called twice"]))


if __name__ == "__main__":
    main()
