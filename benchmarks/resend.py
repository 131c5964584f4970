"""Sending dead letters again: `resend_dead_letters`, with the rows and from S3 alone, on a real S3 server.

The dead letters are made the real way: the ATS refuses every application, the worker stores each in S3.
"""

from __future__ import annotations

import subprocess
import sys
import time

from jobbird.demo import services
from jobbird.demo.environment import BUCKET

from . import options as command_line
from .plots import bars
from .results import Result, Row, publish
from .sending import connect, send
from .stage import Place, Stage, stage
from .systems import Ours, ours
from .worker import Worker, running

REFUSES = "refuses"
PATIENCE = 900  # seconds
DEAD = "SELECT count(*) FROM ats_integration_deadletter WHERE stored_at IS NOT NULL AND resent_at IS NULL"
FORGET = "DELETE FROM ats_integration_deadletter RETURNING id"


def die(system: Ours, place: Place, count: int) -> Row:
    """Let applications be refused; return what it took to bury them."""
    connect(system, place, kind=REFUSES)
    send(system, place, count, kind=REFUSES)
    with running(system, place) as worker:
        worker.wait_for(lambda: place.ats.totals(REFUSES).total > 0, PATIENCE)
        start, cpu = time.monotonic(), worker.cpu
        worker.wait_for(lambda: int(place.rows(DEAD)[0][0]) >= count, PATIENCE, step=0.5)
        return row("bury (worker)", count, time.monotonic() - start, worker.cpu - cpu, worker.pss)


def resend(system: Ours, place: Place, count: int, *options: str) -> Row:
    """Run the command; return what it took.

    Raises RuntimeError where it does not say that all were sent.
    """
    command = [sys.executable, "manage.py", "resend_dead_letters", "--yes", "--limit", str(count), *options]
    start, cpu, peak = time.monotonic(), 0.0, 0
    process = subprocess.Popen(command, env=place.env, cwd=system.folder, stdout=subprocess.PIPE)
    worker = Worker(process)
    while process.poll() is None:
        cpu, peak = max(cpu, worker.cpu), max(peak, worker.pss)
        time.sleep(0.2)
    said = process.communicate()[0].decode()
    if f"{count} sent" not in said:
        raise RuntimeError(said[-1000:])
    return row(" ".join(("resend", *options)), count, time.monotonic() - start, cpu, peak)


def row(what: str, count: int, seconds: float, cpu: float, peak: int) -> Row:
    """Return a row; `cpu` in seconds, `peak` in bytes."""
    figures = {"seconds": seconds, "letters/s": count / seconds, "CPU ms/letter": 1000 * cpu / count}
    return {"what": what, "letters": count, **figures, "peak MB": peak / 1e6}


def deliver(system: Ours, place: Place, count: int) -> None:
    """Deliver what was sent again, to see that all of it arrives."""
    place.ats.ask("mend")
    with running(system, place) as worker:
        worker.wait_for(lambda: place.recorded(system) >= count, PATIENCE)


def story(here: Stage, system: Ours, count: int, *, from_s3: bool = False) -> list[Row]:
    """Bury, send again, deliver; return a row for the first two. Each story has an S3 of its own."""
    with (
        services.s3(services.scratch() / "s3", BUCKET) as endpoint,
        here.place(system, AWS_ENDPOINT_URL_S3=endpoint) as place,
    ):
        buried = die(system, place, count)
        if from_s3:
            place.rows(FORGET)
        sent = resend(system, place, count, *(["--from-s3"] if from_s3 else []))
        deliver(system, place, count)
    return [buried, sent]


def main() -> None:
    """Measure, print, write."""
    options = command_line.read(command_line.parser(__doc__, n=10_000).parse_args())
    system = ours(options)
    with stage(options) as here:
        found = [*story(here, system, options.n), story(here, system, options.n, from_s3=True)[1]]
    result = Result(
        name="resend", title="Burying dead letters and sending them again", settings=options.settings, rows=found
    )
    publish(result, options.out, bars(result, ["letters/s"]))


if __name__ == "__main__":
    main()
