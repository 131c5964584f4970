"""Post many applications through the web form while the worker runs, hurt it on the way, and count.

  python -m jobbird.demo.thousand                             1,000 applications
  python -m jobbird.demo.thousand --flush --kill-worker       Redis emptied and the worker killed in the middle

Exit status 0 only where nothing was lost, and nothing arrived twice unless a worker was killed:
a call that was out at that moment is repeated, because a duplicate beats a lost candidate.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import redis
from rich.markup import escape
from rich.table import Table

from . import stage
from .environment import Plan
from .problems import DemoError, Stopped, stop_on_signals
from .screen import Screen
from .stage import Stage

if TYPE_CHECKING:
    from .counts import Counts
    from .ledger import Ledger

PROVIDERS = ("greenhouse", "lever", "recruitee")
#: A killed worker's deliveries are free again after a lease of 45 s.
PATIENCE = timedelta(minutes=5)
OUTAGE = timedelta(seconds=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; return 0 where the ledger is right."""
    options = parser().parse_args(arguments)
    screen, folder = Screen(), options.folder or Path(mkdtemp(prefix="jobbird-"))
    stop_on_signals()
    try:
        status = run(Plan(folder=folder), screen, options)
    except DemoError as error:
        screen.show(f"\n[bold red]Stopped:[/] {escape(str(error))}")
        status = 1
    except Stopped:
        screen.show("\nStopped before the end.")
        status = 130
    put_away(folder, screen, is_fine=status == 0)
    return status


def parser() -> argparse.ArgumentParser:
    """Declare the options."""
    options = argparse.ArgumentParser(
        prog="python -m jobbird.demo.thousand",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--applications", type=int, default=1000, metavar="N", help="how many (1,000)")
    options.add_argument("--threads", type=int, default=8, metavar="N", help="how many apply at once (8)")
    options.add_argument("--flush", action="store_true", help="empty Redis when half of them have applied")
    options.add_argument("--kill-worker", action="store_true", help="kill -9 the worker when a third have applied")
    options.add_argument("--folder", type=Path, help="where data and logs go (default: a new temporary folder)")
    return options


@dataclass
class Accidents:
    """What happens on the way, each once, at its share of the applications."""

    stage: Stage
    screen: Screen
    at: dict[int, str]
    done: int = 0

    def count(self) -> None:
        """Count one application, and let happen what is to happen at this number."""
        self.done += 1
        match self.at.get(self.done):
            case "kill":
                self.kill_worker()
            case "flush":
                self.flush()

    def kill_worker(self) -> None:
        """Kill the worker, and start it again a moment later."""
        worker = self.stage.processes["worker"]
        self.screen.say(f"kill -9 {worker.pid} (the worker) after {self.done} applications")
        worker.kill()
        time.sleep(OUTAGE.total_seconds())
        worker.start()

    def flush(self) -> None:
        """Empty Redis."""
        with redis.Redis.from_url(self.stage.plan.redis_url) as client:
            self.screen.say(f"FLUSHALL of {client.dbsize()} Redis keys after {self.done} applications")
            client.flushall()


def accidents(stage: Stage, screen: Screen, options: argparse.Namespace) -> Accidents:
    """Plan what was asked for: the kill after a third, the flush after a half."""
    count = options.applications
    at = {max(1, count // 3): "kill"} if options.kill_worker else {}
    return Accidents(stage, screen, at | ({max(1, count // 2): "flush"} if options.flush else {}))


def run(plan: Plan, screen: Screen, options: argparse.Namespace) -> int:
    """Put everything up, let everybody apply, wait, and count."""
    screen.act("Everything starts")
    with stage.put_up(plan, screen, on_postgres=stage.wants_postgres()) as put_up:
        from . import ledger
        from .counts import openings
        from .crowd import Crowd

        screen.act(f"{options.applications} applications through the web form")
        began, crowd = time.monotonic(), Crowd(plan.site, threads=options.threads)
        crowd.apply(options.applications, openings(*PROVIDERS), on_each=accidents(put_up, screen, options).count)
        posted_in = time.monotonic() - began
        now = settled(put_up, screen)
        times = (posted_in, time.monotonic() - began)
        return report(screen, now, ledger.of(crowd.posted, put_up.ats.received()), times, options)


def settled(put_up: Stage, screen: Screen) -> Counts:
    """Wait until nothing is on its way any more."""
    from ats_integration.states import Status

    def is_done(now: Counts) -> bool:
        return now.applied == now.count(Status.DELIVERED, Status.DEAD)

    return screen.watch(put_up.look, is_done, what="everything is delivered", patience=PATIENCE)


def report(screen: Screen, now: Counts, book: Ledger, times: tuple[float, float], options: argparse.Namespace) -> int:
    """Print the ledger; return 0 where it is right."""
    from ats_integration.states import Status

    lines: dict[str, int | str] = {
        "posted": book.posted,
        "saved": now.applied,
        "delivered": now.count(Status.DELIVERED),
        "received by the ATSs": book.received,
        "lost": book.lost,
        "twice": book.twice,
        "damaged CVs": book.damaged,
        "seconds of posting": f"{times[0]:.1f}",
        "seconds until the last delivery": f"{times[1]:.1f}",
    }
    screen.act("The ledger")
    screen.show(ledger_table(lines))
    is_right = book.posted == now.applied == lines["delivered"] and not (book.lost or book.damaged)
    return 0 if is_right and (options.kill_worker or not book.twice) else 1


def ledger_table(lines: dict[str, int | str]) -> Table:
    """Lay the ledger out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    for name, value in lines.items():
        grid.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    return grid


def put_away(folder: Path, screen: Screen, *, is_fine: bool) -> None:
    """Remove the folder, or say where the logs are."""
    if is_fine:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        screen.say(f"Logs: {folder / 'logs'}")


if __name__ == "__main__":
    sys.exit(main())
