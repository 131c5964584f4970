"""What a message costs while 1,000 to 1,000,000 of them are queued: to enqueue, to deliver, to keep.

Each step fills the queue up to its size, then lets a worker deliver the first `--n` of them.
"""

from __future__ import annotations

from redis import Redis

from . import options as command_line
from .options import Options
from .plots import lines
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import OURS, System, ours, peers
from .watching import watch
from .worker import running

SIZES = (1_000, 10_000, 100_000)
FULL_SIZE = 1_000_000


def measure(system: System, place: Place, sizes: tuple[int, ...], count: int) -> list[Row]:
    """Fill the queue further and further; return one row per size."""
    connect(system, place)
    found: list[Row] = []
    sent = delivered = 0
    for size in sizes:
        more = size - (sent - delivered)
        seconds = send(system, place, more, first=sent).seconds
        sent += more
        memory = memory_of(place)
        with running(system, place) as worker:
            run = watch(system, place, worker, delivered + count, already=delivered)
        delivered = place.ats.unique
        found.append(
            {
                "system": system.name,
                "queued": size,
                "enqueue ms/msg": 1000 * seconds / more,
                "deliver msg/s": run.rate,
                "CPU ms/msg": run.cpu_ms,
                "worker MB": run.peak_mb,
                "Valkey KB/msg": memory / size / 1000,
            }
        )
        print(found[-1], flush=True)
    return found


def memory_of(place: Place) -> int:
    """Return the bytes that Valkey holds."""
    with Redis.from_url(place.redis_url) as client:
        return int(client.info("memory")["used_memory"])


def rows(here: Stage, options: Options, sizes: tuple[int, ...]) -> list[Row]:
    """Measure every system that is fast enough for it."""
    found: list[Row] = []
    for system in (ours(options), *peers(options)):
        if options.wants(system.name) and not system.is_slow:
            with here.place(system) as place:
                found += measure(system, place, sizes, options.n)
    return found


def main() -> None:
    """Measure, print, write."""
    parser = command_line.parser(__doc__, n=1000)
    parser.add_argument("--full", action="store_true", help=f"go on to {FULL_SIZE:,} queued messages")
    parser.add_argument("--up-to", type=int, default=SIZES[-1], help=f"largest size (default {SIZES[-1]:,})")
    values = parser.parse_args()
    options = command_line.read(values)
    sizes = (*SIZES, FULL_SIZE) if values.full else tuple(size for size in SIZES if size <= values.up_to)
    with stage(options, with_database=options.wants(OURS)) as here:
        found = rows(here, options, sizes)
    result = Result(
        name="growth", title="Cost of a message by the length of the queue", settings=options.settings, rows=found
    )
    publish(result, options.out, lines(result, x="queued", y=["enqueue ms/msg", "CPU ms/msg"], by="system"))


if __name__ == "__main__":
    main()
