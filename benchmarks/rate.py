"""A long line in front of one Lever site, which takes 2 calls a second, while other customers go on.

The stand-in counts as Lever says that it does and answers 429 to what comes too early. The others are
served at a steady rate, first alone and then as long as the line lasts.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import quantiles

from django.conf import settings as django_settings

from ats_integration.sandbox import Sandbox

from . import options as command_line
from .options import Options
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import Ours, inside, ours
from .worker import Worker, running

LEVER = "lever"
LIMIT = {"calls": 2, "per_seconds": 1}  # of the POST endpoint, by Lever's documentation
SCHEDULER = ("rqscheduler", "--interval", "1", "--queue", "retry")
ALONE = 60  # seconds
STEP = 15  # seconds between two looks at the end of the line
PATIENCE = 60  # seconds for the last ones of the others
NUMBER = re.compile(r"ann-(\d+)@")

HOW_MANY = """
    SELECT count(*) FROM ats_integration_delivery d JOIN ats_integration_atsconfig c ON c.id = d.config_id
    WHERE c.provider = 'lever' AND d.status = '{status}'
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The line of `count` applications, and the site they are for."""

    site: Sandbox
    place: Place
    count: int

    def has(self, status: str) -> int:
        """Return how many of its deliveries have this status."""
        return int(self.place.rows(HOW_MANY.format(status=status))[0][0])

    def is_over(self) -> bool:
        """Tell whether nothing is left of it, and say how far it is."""
        done = self.has("delivered") + self.has("dead")
        print(f"{time.strftime('%H:%M:%S')} {done} of {self.count}, {self.refused} answered 429", flush=True)
        return done == self.count

    @property
    def refused(self) -> int:
        """How many calls were answered 429."""
        return int(self.site.stats()[LEVER]["refused"])

    def row(self) -> Row:
        """Return what came of it."""
        taken = self.site.received(LEVER)
        numbers = [int(found[1]) for each in taken if (found := NUMBER.match(each.email))]
        first, last = (datetime.fromisoformat(taken[which].at) for which in (0, -1))
        return {
            "customer": "Lever site",
            "messages": self.count,
            "delivered": self.has("delivered"),
            "a second": (len(taken) - 1) / (last - first).total_seconds(),
            "answered 429": self.refused,
            "out of order": sum(later < earlier for earlier, later in pairwise(numbers)),
            "twice": len(numbers) - len(set(numbers)),
            "dead": self.has("dead"),
            "p50 ms": None,
            "p95 ms": None,
        }


def others(place: Place, worker: Worker, system: Ours, count: int, *, first: int, rate: float) -> list[float]:
    """Send for the other customers; return the milliseconds that each message took to its ATS."""
    sent = send(system, place, count, first=first, rate=rate).sent
    worker.wait_for(lambda: place.ats.unique >= first + count, PATIENCE)
    arrived = place.ats.arrivals()
    return [(arrived[id] - at) / 1e6 for id, at in sent.items()]


def row_of_others(name: str, lags: Sequence[float], rate: float) -> Row:
    """Return how the other customers fared."""
    cuts = quantiles(lags, n=100, method="inclusive")
    counted = dict.fromkeys(("answered 429", "out of order", "twice", "dead"))
    served = {"customer": name, "messages": len(lags), "delivered": len(lags), "a second": rate}
    return {**served, **counted, "p50 ms": cuts[49], "p95 ms": cuts[94]}


def measure(here: Stage, options: Options, rate: float) -> list[Row]:
    """Serve the others, then the line and the others."""
    system = ours(options)
    scheduler = replace(system, worker=(sys.executable, "manage.py", *SCHEDULER))
    with Sandbox() as site, here.place(system) as place:
        site.behave(LEVER, "throttle", limit=LIMIT)
        connect(system, place)
        with running(system, place) as worker, running(scheduler, place):
            alone = others(place, worker, system, int(ALONE * rate), first=0, rate=rate)
            line = Line(site=site, place=place, count=options.n)
            place.run(inside("line", site.url(LEVER), str(options.n)), system.folder)
            expected = int(options.n * LIMIT["per_seconds"] / LIMIT["calls"] * rate)
            beside = others(place, worker, system, expected, first=len(alone), rate=rate)
            worker.wait_for(line.is_over, expected / rate + PATIENCE, step=STEP)
            return [
                line.row(),
                row_of_others("others, alone", alone, rate),
                row_of_others("others, beside it", beside, rate),
            ]


def main() -> None:
    """Measure, print, write."""
    parser = command_line.parser(__doc__, n=1000)
    parser.add_argument("--rate", type=float, default=5, help="messages a second of the others (default 5)")
    values = parser.parse_args()
    options = command_line.read(values)
    django_settings.configure(USE_TZ=True)  # the stand-in reads Django's clock
    with stage(options) as here:
        found = measure(here, options, values.rate)
    result = Result(name="rate", title="A long line for one ATS", settings=options.settings, rows=found)
    publish(result, options.out, bars(replace(result, rows=found[1:]), ["p50 ms", "p95 ms"]))


if __name__ == "__main__":
    main()
