"""Messages a second, CPU and memory of one worker process on one core, beside the peers and no queue at all.

Our worker does its full work: encrypted credentials, deliveries and attempts recorded on PostgreSQL.
The peers POST and forget, but for one that records a row in a Django project. Rounds take turns; a
ratio is the median of the ratios of each round.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from . import options as command_line
from .options import Options
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import CEILING, IN_DJANGO, OURS, System, ceiling, in_django, ours, peers
from .watching import Run, watch
from .worker import running


def measure(system: System, place: Place, count: int) -> Run:
    """Put the messages on the queue, then start a worker and watch it."""
    connect(system, place)
    send(system, place, count)
    with running(system, place) as worker:
        return watch(system, place, worker, count)


def round_of(here: Stage, options: Options) -> list[Run]:
    """Measure every system once."""
    found = []
    for system in (ceiling(options), ours(options), *peers(options), in_django(options)):
        if options.wants(system.name):
            with here.place(system) as place:
                found.append(measure(system, place, system.count(options.n)))
            print(found[-1], flush=True)
    return found


def summary(rounds: Sequence[Sequence[Run]]) -> list[Row]:
    """Return one row per system: medians, and medians of the ratios of each round."""
    return [row([(runs[place], runs) for runs in rounds]) for place in range(len(rounds[0]))]


def row(runs: Sequence[tuple[Run, Sequence[Run]]]) -> Row:
    """Return the row of one system, from its run in each round and all runs of that round."""
    tops = [(run, ceiling_of(others)) for run, others in runs]
    bests = [(run, best_peer(others)) for run, others in runs]
    return {
        "system": runs[0][0].name,
        "messages": runs[0][0].delivered,
        "msg/s": median(run.rate for run, _ in runs),
        "CPU ms/msg": median(run.cpu_ms for run, _ in runs),
        "peak MB": median(run.peak_mb for run, _ in runs),
        "÷ ceiling": ratio(tops, "rate"),
        "÷ best peer": ratio(bests, "rate"),
        "CPU ÷ best peer": ratio(bests, "cpu_ms"),
        "memory ÷ best peer": ratio(bests, "peak_mb"),
    }


def ceiling_of(runs: Sequence[Run]) -> Run | None:
    """Return the run without any queue; None where it was not measured."""
    return next((run for run in runs if run.name == CEILING), None)


def best_peer(runs: Sequence[Run]) -> Run | None:
    """Return the fastest of the peers in a round that post and forget; None where none was measured."""
    found = [run for run in runs if run.name not in (OURS, CEILING, IN_DJANGO)]
    return max(found, key=lambda run: run.rate, default=None)


def ratio(pairs: Sequence[tuple[Run, Run | None]], figure: str) -> float | None:
    """Return the median of the ratios of one figure; None where there is nothing to compare with."""
    found = [getattr(run, figure) / getattr(other, figure) for run, other in pairs if other]
    return median(found) if found else None


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=3000, rounds=3).parse_args())
    with stage(options, with_database=options.wants(OURS) or options.wants(IN_DJANGO)) as here:
        rounds = [round_of(here, options) for _ in range(options.rounds)]
    title = "One worker process on one core"
    result = Result(name="throughput", title=title, settings=options.settings, rows=summary(rounds))
    publish(result, options.out, bars(result, ["msg/s", "CPU ms/msg", "peak MB"]))


if __name__ == "__main__":
    main()
