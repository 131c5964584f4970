"""`make chaos`: break everything, one fault after the other, and print what became of the applications.

  make chaos                                   the full table, 10,000 applications per fault
  make chaos ARGS=--short                      the form that is part of `make test`
  make chaos ARGS="--only valkey-emptied"      one fault; may be given several times
  make chaos ARGS="--applications 500"         fewer applications
  make chaos ARGS=--write                      and put the rows into docs/failure-modes.md

Exit status 0 only where nothing was lost and nothing arrived twice that must not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jobbird.demo.environment import PROJECT
from jobbird.demo.problems import Stopped, stop_on_signals

from .ground import Ground, keep_logs, put_up
from .paces import FULL, SHORT

if TYPE_CHECKING:
    from .faults import Fault
    from .results import Row

LOGS = PROJECT / ".chaos" / "logs"
WIDTH = 150


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; return 0 where every row is right."""
    options = parser().parse_args(arguments)
    console = Console(width=WIDTH, highlight=False, soft_wrap=True)
    pace = SHORT if options.short else FULL
    if options.rate:
        pace = replace(pace, rate=options.rate)
    stop_on_signals()
    try:
        with put_up(pace) as ground:
            return play(ground, console, options)
    except Stopped:
        console.print("Stopped before the end.")
        return 130


def parser() -> argparse.ArgumentParser:
    """Declare the options."""
    options = argparse.ArgumentParser(
        prog="make chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--short", action="store_true", help="a few faults, all of them short")
    options.add_argument("--all", action="store_true", help="with --short: all faults")
    options.add_argument("--applications", type=int, metavar="N", help="how many apply during one fault")
    options.add_argument("--rate", type=float, metavar="N", help="how many apply in a second, at most")
    options.add_argument("--only", action="append", default=[], metavar="FAULT", help="this fault only")
    options.add_argument("--write", action="store_true", help="put the rows into docs/failure-modes.md")
    return options


def play(ground: Ground, console: Console, options: argparse.Namespace) -> int:
    """Run the chosen faults, print the table, say what is wrong."""
    from . import results
    from .faults import FAULTS

    rows = []
    for fault in chosen(FAULTS, options):
        rows.append(shown(ground, console, fault, options))
        if options.write:
            results.write(rows, [fault.name for fault in FAULTS])
    console.print(table(rows))
    if any(row.problems for row in rows):
        keep_logs(ground, LOGS)
        console.print(f"Logs: {LOGS.relative_to(PROJECT)}")
        return 1
    return 0


def chosen(faults: Sequence[Fault], options: argparse.Namespace) -> list[Fault]:
    """Return the faults that were asked for.

    Exits where one is named that does not exist.
    """
    known = {fault.name: fault for fault in faults}
    if unknown := [name for name in options.only if name not in known]:
        sys.exit(f"There is no fault {', '.join(unknown)}; there are: {', '.join(known)}.")
    if options.only:
        return [known[name] for name in options.only]
    return [fault for fault in faults if fault.is_telling or options.all or not options.short]


def shown(ground: Ground, console: Console, fault: Fault, options: argparse.Namespace) -> Row:
    """Run one fault and print a line about it."""
    from .runner import run

    began = time.monotonic()
    row = run(ground, fault, options.applications or ground.pace.applications)
    mark = "[bold red]✗[/]" if row.problems else "[green]✓[/]"
    console.print(f"{mark} {escape(row.title)} [dim]{time.monotonic() - began:.0f} s[/]")
    for problem in row.problems:
        console.print(f"    [red]{escape(problem)}[/]")
    return row


def table(rows: Sequence[Row]) -> Table:
    """Lay the table out."""
    from .results import HEADS

    grid = Table(title="Faults under load")
    for head in HEADS:
        grid.add_column(head, justify="left" if head == HEADS[0] else "right")
    for row in rows:
        grid.add_row(*row.cells)
    return grid


if __name__ == "__main__":
    sys.exit(main())
