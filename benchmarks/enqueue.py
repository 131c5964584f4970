"""What the app adds to the web request that saves an application: the save with its receiver and without."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median, quantiles

from . import options as command_line
from .plots import bars
from .results import Result, Row, publish
from .sending import connect
from .stage import stage
from .systems import inside, ours

PERCENTILES = (50, 95, 99)


def percentiles(seconds: Sequence[float]) -> dict[int, float]:
    """Return the percentiles in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {which: 1000 * cuts[which - 1] for which in PERCENTILES}


def rows(rounds: Sequence[dict[str, list[float]]]) -> list[Row]:
    """Return a row for each way to save, and one for the difference of their percentiles."""
    cuts = [{way: percentiles(seconds) for way, seconds in each.items()} for each in rounds]
    added = [{which: each["with"][which] - each["without"][which] for which in PERCENTILES} for each in cuts]
    ways = {
        "save alone": [each["without"] for each in cuts],
        "save with the app": [each["with"] for each in cuts],
        "added by the app": added,
    }
    return [
        {"what": way, **{f"p{which} ms": median(cut[which] for cut in found) for which in PERCENTILES}}
        for way, found in ways.items()
    ]


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=1000, rounds=3).parse_args())
    system, rounds = ours(options), []
    with stage(options) as here:
        for _ in range(options.rounds):
            with here.place(system) as place:
                connect(system, place)
                rounds.append(json.loads(place.run(inside("save", str(options.n)), system.folder)))
    result = Result(name="enqueue", title="Saving an application", settings=options.settings, rows=rows(rounds))
    publish(result, options.out, bars(result, [f"p{which} ms" for which in PERCENTILES]))


if __name__ == "__main__":
    main()
