"""One, two and four worker processes on all cores, beside the servers that share them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from . import cores
from . import options as command_line
from .options import Options
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Stage, stage
from .systems import ours
from .watching import PATIENCE
from .worker import running

PROCESSES = (1, 2, 4)


def measure(here: Stage, options: Options, processes: int) -> Row:
    """Let several workers share one queue; return what they did."""
    system = ours(options)
    with here.place(system) as place, ExitStack() as stack:
        connect(system, place)
        send(system, place, options.n)
        workers = [stack.enter_context(running(system, place, cores.all_cores())) for _ in range(processes)]
        workers[0].wait_for(lambda: place.ats.unique >= options.n, PATIENCE)
        workers[0].wait_for(lambda: place.recorded(system) >= options.n, PATIENCE)
        totals = place.ats.totals()
        return {
            "processes": processes,
            "msg/s": steady_rate(list(place.ats.arrivals().values())),
            "calls twice": totals.total - totals.unique,
            "memory MB": sum(worker.pss for worker in workers) / 1e6,
        }


def steady_rate(arrivals: Sequence[int]) -> float:
    """Return the messages a second between the first and the last fifth of the arrivals, when all workers run.

    Arrivals are in nanoseconds.
    """
    ranked = sorted(arrivals)
    start, end = len(ranked) // 5, len(ranked) * 4 // 5
    return (end - start) / ((ranked[end] - ranked[start]) / 1e9)


def main() -> None:
    """Measure, print, write."""
    parser = command_line.parser(__doc__, n=10_000)
    options = command_line.read(parser.parse_args())
    with stage(options) as here:
        found = [measure(here, options, processes) for processes in PROCESSES]
    result = Result(name="scaling", title="Several worker processes", settings=options.settings, rows=found)
    publish(result, options.out, bars(result, ["msg/s"]))


if __name__ == "__main__":
    main()
