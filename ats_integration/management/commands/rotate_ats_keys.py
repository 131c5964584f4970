"""Put all stored credentials under the first of ENCRYPTION_KEYS."""

from __future__ import annotations

import itertools
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.progress import Progress

from ats_integration import audit, rotation
from ats_integration.conf import written
from ats_integration.rotation import Report
from ats_integration.states import Deed

#: Connections between two lines of progress in a log.
LINE_EVERY = 100


class Command(BaseCommand):
    """Re-encrypt credentials while everything runs; interrupted, it goes on where it stopped."""

    help = (
        f"Re-encrypt every connection's credentials with the first key of {written('ENCRYPTION_KEYS')}, "
        "and take them out of the messages of deliveries that are done. Sessions of an older key are dropped: the next "
        "delivery logs in again. "
        "To rotate: put the new key first, keep the old one behind it, restart, run this, then drop the old key. "
        "Exit status 1 where some credentials open with no key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="count only")
        parser.add_argument(
            "--by", default="", metavar="NAME", help="who you are, for the audit trail (default: your login)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, note it, report."""
        report = self.rotate(dry_run=options["dry_run"])
        verb = "would be rotated" if options["dry_run"] else "rotated"
        if report.rotated and not options["dry_run"]:
            who = audit.at_the_command_line(options["by"])
            audit.write("", None, Deed.ROTATED, f"connections: {report.rotated}", by=who)
        self.stdout.write(
            f"{report.rotated} {verb}, {report.current} current already, {len(report.unreadable)} unreadable"
        )
        self.drop_sessions(dry_run=options["dry_run"])
        self.empty_messages(dry_run=options["dry_run"])
        if report.unreadable:
            self.stderr.write(
                f"No key opens the credentials of: {', '.join(map(str, report.unreadable))} (ATSConfig ids)."
            )
            sys.exit(1)

    def drop_sessions(self, *, dry_run: bool) -> None:
        """Drop the sessions of an older key, and say so where there were some."""
        if count := rotation.drop_sessions(dry_run=dry_run):
            verb = "would be dropped" if dry_run else "dropped"
            self.stdout.write(f"{count} session(s) of an older key {verb}: the next delivery logs in again")

    def empty_messages(self, *, dry_run: bool) -> None:
        """Take the credentials out of what is done; say what still has to be waited for."""
        count = rotation.empty_messages(dry_run=dry_run, on_batch=lambda done: self.stderr.write(f"{done} messages"))
        verb = "would lose" if dry_run else "lost"
        self.stdout.write(f"{count} message(s) of deliveries that are done {verb} their credentials")
        if waiting := rotation.old_on_their_way():
            self.stdout.write(f"{waiting} on their way hold some of an older key: run this again once they are done")

    def rotate(self, *, dry_run: bool) -> Report:
        """Rotate with a bar on a terminal, and a line now and then elsewhere."""
        console, total = Console(stderr=True), rotation.total()
        steps = itertools.count(1)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("rotating", total=total)

            def advance() -> None:
                progress.advance(task)
                if (done := next(steps)) % LINE_EVERY == 0 and not console.is_terminal:
                    self.stderr.write(f"{done} of {total}")

            return rotation.rotate(dry_run=dry_run, on_each=advance)
