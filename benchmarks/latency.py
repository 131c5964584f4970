"""Milliseconds from the call that enqueues a message to its arrival at the ATS, at a steady rate."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles

from . import options as command_line
from .options import Options
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import OURS, System, ours, peers
from .worker import running

WARM_UP = 200  # messages, so that every thread has its session
PATIENCE = 60  # seconds for what is still on its way
PERCENTILES = (50, 95, 99)


def measure(system: System, place: Place, count: int, rate: float) -> list[float]:
    """Return the milliseconds that each message took, once the worker is warm."""
    connect(system, place)
    with running(system, place) as worker:
        warm = system.count(WARM_UP)
        send(system, place, warm)
        worker.wait_for(lambda: place.ats.unique >= warm, PATIENCE)
        sent = send(system, place, count, first=warm, rate=rate).sent
        worker.wait_for(lambda: place.ats.unique >= warm + count, PATIENCE)
    arrived = place.ats.arrivals()
    return [(arrived[id] - at) / 1e6 for id, at in sent.items()]


def row(name: str, rate: float, rounds: Sequence[Sequence[float]]) -> Row:
    """Return the row of one system: the median over the rounds of each percentile."""
    cuts = [quantiles(lags, n=100, method="inclusive") for lags in rounds]
    figures = {f"p{which} ms": median(cut[which - 1] for cut in cuts) for which in PERCENTILES}
    return {"system": name, "messages/s": rate, **figures}


def rows(here: Stage, options: Options, rate: float) -> list[Row]:
    """Measure every system, round after round."""
    systems = [system for system in (ours(options), *peers(options)) if options.wants(system.name)]
    found: dict[str, list[list[float]]] = {system.name: [] for system in systems}
    for _ in range(options.rounds):
        for system in systems:
            pace = min(rate, system.fastest)
            count = max(2, int(options.n * pace / rate))
            with here.place(system) as place:
                found[system.name].append(measure(system, place, count, pace))
    return [row(system.name, min(rate, system.fastest), found[system.name]) for system in systems]


def main() -> None:
    """Measure, print, write."""
    parser = command_line.parser(__doc__, n=1000, rounds=3, in_flight=64)
    parser.add_argument("--rate", type=float, default=100, help="messages a second (default 100)")
    values = parser.parse_args()
    options = command_line.read(values)
    with stage(options, with_database=options.wants(OURS)) as here:
        found = rows(here, options, values.rate)
    settings = {**options.settings, "rate": values.rate}
    result = Result(name="latency", title="From enqueue to arrival at the ATS", settings=settings, rows=found)
    publish(result, options.out, bars(result, [f"p{which} ms" for which in PERCENTILES], is_log=True))


if __name__ == "__main__":
    main()
