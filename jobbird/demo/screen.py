"""What the person at the screen sees: acts, counts that move, checks with a tick or a cross."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ats_integration.states import Status

from .mailbox import Mail
from .problems import TookTooLong

if TYPE_CHECKING:
    from .counts import Counts

LOOK = 0.25  # seconds between two looks
WIDTH = 110  # columns where there is no terminal
INDENT = 2

COLUMNS = {
    "waiting": (Status.PENDING, Status.QUEUED),
    "retrying": (Status.RETRYING,),
    "dead": (Status.DEAD,),
    "delivered": (Status.DELIVERED,),
}


class Screen:
    """The terminal, and the memory of every check."""

    def __init__(self, console: Console | None = None) -> None:
        plain = Console(highlight=False)
        self.console = console or (plain if plain.is_terminal else Console(highlight=False, width=WIDTH))
        self.failed: list[str] = []
        self.passed = 0
        self._act = 0

    def act(self, title: str) -> None:
        """Begin an act."""
        self._act += 1
        self.console.print()
        self.console.rule(f"[bold]{self._act}  {escape(title)}", align="left", style="dim")

    def say(self, text: str) -> None:
        """Tell what happens."""
        self.show(escape(text))

    def command(self, line: str) -> None:
        """Show a command on one line, to be copied."""
        self.console.print(" " * INDENT + line, markup=False, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """Print something, a little to the right."""
        self.console.print(Padding(what, (0, 0, 0, INDENT)))

    def check(self, claim: str, expected: object, found: object) -> None:
        """Print whether a claim holds, and remember it."""
        if expected == found:
            self.passed += 1
            self.show(f"[green]✓[/] {escape(claim)}")
        else:
            self.failed.append(claim)
            self.show(f"[bold red]✗ {escape(claim)}[/]: expected {escape(str(expected))}, found {escape(str(found))}")

    def started(self, what: str, where: str, began: float) -> None:
        """Tell that a part runs, where, and how long it took."""
        self.show(f"[green]✓[/] {escape(f'{what:<16} {where:<46}')} [dim]{time.monotonic() - began:4.1f} s[/]")

    def mail(self, mail: Mail) -> None:
        """Show a mail as its reader sees it."""
        head = f"[bold]To:[/]      {escape(', '.join(mail.to))}\n[bold]Subject:[/] {escape(mail.subject)}"
        self.show(Panel(f"{head}\n\n{escape(mail.text.strip())}", title="mail", title_align="left", style="cyan"))

    def watch(
        self, look: Callable[[], Counts], until: Callable[[Counts], bool], *, what: str, patience: timedelta
    ) -> Counts:
        """Show the counts as they move until something is so; return the last ones.

        Raises TookTooLong where it never is.
        """
        counts = look()
        try:
            with Live(console=self.console, auto_refresh=False, transient=True) as live:
                for counts in looks(look, patience):
                    live.update(view(counts), refresh=True)
                    if until(counts):
                        return counts
        finally:
            self.console.print(view(counts))
        raise TookTooLong(f"Waited {patience.total_seconds():.0f} s in vain: {what}.")


def looks(look: Callable[[], Counts], patience: timedelta) -> Iterator[Counts]:
    """Look again and again, for a while."""
    ends = time.monotonic() + patience.total_seconds()
    while True:
        yield look()
        if time.monotonic() > ends:
            return
        time.sleep(LOOK)


def view(counts: Counts) -> RenderableType:
    """Lay everything out that moves."""
    return Padding(Group(table(counts), outside(counts)), (0, 0, 0, INDENT))


def table(counts: Counts) -> Table:
    """Lay out where the deliveries of each customer stand."""
    grid = Table(box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    grid.add_column("customer")
    grid.add_column("ATS")
    for name in ("applied", *COLUMNS):
        grid.add_column(name, justify="right")
    for row in counts.rows:
        cells = (str(sum(row.statuses[status] for status in statuses) or "·") for statuses in COLUMNS.values())
        grid.add_row(row.customer, row.provider, str(row.applied or "·"), *cells)
    return grid


def outside(counts: Counts) -> Text:
    """Say what stands outside of the database."""
    queues = f"queues: happy {counts.happy}, retry {counts.retry}, scheduled {counts.scheduled}"
    return Text(f"{queues} | dead letters in S3: {counts.letters} | mails: {counts.mails}", style="dim")
