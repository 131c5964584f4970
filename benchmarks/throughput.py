"""Messages a second, CPU and memory of one worker process on one core, beside the peers and no queue at all.

Our worker does its full work: encrypted credentials, deliveries and attempts recorded on PostgreSQL.
The peers POST and forget. Rounds take turns; a ratio is the median of the ratios of each round.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from . import options as command_line
from .options import Options
from .results import Result, Row
from .stage import Place, Stage, connect_customers, stage
from .systems import CEILING, OURS, System, ceiling, ours, peers
from .worker import Worker, running

PATIENCE = 180  # seconds for all messages of one run
BETWEEN_LOOKS = 0.1
BETWEEN_WEIGHINGS = 5  # looks
CUSTOMERS = 64


@dataclass(frozen=True, kw_only=True)
class Run:
    """One system in one round: messages a second, CPU milliseconds per message, peak memory in MB."""

    name: str
    delivered: int
    rate: float
    cpu_ms: float
    peak_mb: float


def measure(system: System, place: Place, count: int) -> Run:
    """Put the messages on the queue, then start a worker and watch it."""
    if system.needs_database:
        connect_customers(place, CUSTOMERS)
    if command := system.sender("--n", str(count)):
        place.run(list(command), system.folder)
    with running(system, place) as worker:
        return watch(system, place, worker, count)


def watch(system: System, place: Place, worker: Worker, count: int) -> Run:
    """Measure from the first arrival seen to the last arrival; CPU until everything is recorded, too."""
    worker.wait_for(lambda: place.ats.totals.total > 0, PATIENCE, step=BETWEEN_LOOKS / 10)
    cpu, begun, first = worker.cpu, time.monotonic_ns(), place.ats.totals.total
    peak = watch_memory(place, worker, count)
    if system.needs_database:
        worker.wait_for(lambda: recorded(place) >= place.ats.totals.unique, PATIENCE)
    totals, used = place.ats.totals, worker.cpu - cpu
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
    while place.ats.totals.unique < count and time.monotonic() < stop:
        peak = max(peak, worker.pss) if look % BETWEEN_WEIGHINGS == 0 else peak
        look += 1
        time.sleep(BETWEEN_LOOKS)
    return max(peak, worker.pss)


def recorded(place: Place) -> int:
    """Count the deliveries that are recorded as delivered, with their attempt."""
    query = (
        "SELECT count(*) FROM ats_integration_delivery d WHERE status = 'delivered'"
        " AND EXISTS (SELECT 1 FROM ats_integration_attempt a WHERE a.delivery_id = d.id)"
    )
    return int(place.rows(query)[0][0])


def round_of(here: Stage, options: Options) -> list[Run]:
    """Measure every system once."""
    found = []
    for system in (ceiling(options), ours(options), *peers(options)):
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
    """Return the fastest of the peers in a round; None where none was measured."""
    found = [run for run in runs if run.name not in (OURS, CEILING)]
    return max(found, key=lambda run: run.rate, default=None)


def ratio(pairs: Sequence[tuple[Run, Run | None]], figure: str) -> float | None:
    """Return the median of the ratios of one figure; None where there is nothing to compare with."""
    found = [getattr(run, figure) / getattr(other, figure) for run, other in pairs if other]
    return median(found) if found else None


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=3000, rounds=3).parse_args())
    with stage(options, with_database=options.wants(OURS)) as here:
        rounds = [round_of(here, options) for _ in range(options.rounds)]
    settings = {"n": options.n, "rounds": options.rounds, "in_flight": options.in_flight, "latency": options.latency}
    result = Result(name="throughput", title="One worker process on one core", settings=settings, rows=summary(rounds))
    result.show()
    result.write(options.out)


if __name__ == "__main__":
    main()
