"""How fast healthy customers are served while the ATS of another one never answers, beside without it.

The messages of the black-holed customer stand in front of all others. The time counts from the first
call of all to the last arrival for a healthy customer.
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
from .systems import OURS, System, ours, peers
from .worker import TooSlow, running

BLACKHOLE = "blackhole"
PATIENCE = 120  # seconds


def measure(system: System, place: Place, count: int, blackholed: int) -> float:
    """Return the healthy customers' messages a second."""
    connect(system, place)
    if blackholed:
        connect(system, place, 1, kind=BLACKHOLE)
        send(system, place, blackholed, first=count, kind=BLACKHOLE)
    send(system, place, count)
    with running(system, place) as worker:
        try:
            worker.wait_for(lambda: place.ats.unique >= count, PATIENCE)
        except TooSlow:
            print(f"{system.name}: {place.ats.unique} of {count} after {PATIENCE} s", flush=True)
    return healthy_rate(place)


def healthy_rate(place: Place) -> float:
    """Return the healthy customers' messages a second so far."""
    healthy, lost = place.ats.totals(), place.ats.totals(BLACKHOLE)
    begun = min(healthy.first_ns, lost.first_ns or healthy.first_ns)
    return healthy.unique / ((healthy.last_ns - begun) / 1e9) if healthy.unique else 0.0


def row(name: str, rounds: Sequence[tuple[float, float]]) -> Row:
    """Return the row of one system; the ratio is the median of those of the rounds in which anything arrived alone."""
    ratios = [beside / alone for alone, beside in rounds if alone]
    return {
        "system": name,
        "healthy msg/s alone": median(alone for alone, _ in rounds),
        "healthy msg/s beside it": median(beside for _, beside in rounds),
        "beside ÷ alone": median(ratios) if ratios else None,
    }


def both_ways(here: Stage, system: System, count: int, blackholed: int, *, alone_first: bool) -> tuple[float, float]:
    """Measure one system without and with the black hole, in turns first: the machine may get slower or faster."""
    rates = {}
    for lost in (0, blackholed) if alone_first else (blackholed, 0):
        with here.place(system) as place:
            rates[lost] = measure(system, place, count, lost)
    print(f"{system.name}: {rates[0]:.0f} alone, {rates[blackholed]:.0f} beside it", flush=True)
    return rates[0], rates[blackholed]


def rows(here: Stage, options: Options, blackholed: int) -> list[Row]:
    """Measure every system, round after round, without and with the black hole."""
    systems = [each for each in (ours(options), *peers(options)) if options.wants(each.name) and not each.is_slow]
    found: dict[str, list[tuple[float, float]]] = {system.name: [] for system in systems}
    for number in range(options.rounds):
        for system in systems:
            found[system.name].append(both_ways(here, system, options.n, blackholed, alone_first=number % 2 == 0))
    return [row(name, rounds) for name, rounds in found.items()]


def main() -> None:
    """Measure, print, write."""
    parser = command_line.parser(__doc__, n=6000, rounds=3)
    parser.add_argument(
        "--blackholed", type=command_line.positive, default=300, help="messages nobody answers (default 300)"
    )
    values = parser.parse_args()
    options = command_line.read(values)
    with stage(options, with_database=options.wants(OURS)) as here:
        found = rows(here, options, values.blackholed)
    settings = {**options.settings, "blackholed": values.blackholed}
    result = Result(name="fairness", title="Beside an ATS that never answers", settings=settings, rows=found)
    publish(result, options.out, bars(result, ["healthy msg/s alone", "healthy msg/s beside it"]))


if __name__ == "__main__":
    main()
