"""Put all stored credentials under the first of ATS_ENCRYPTION_KEYS."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.progress import Progress

from ats_integration import rotation


class Command(BaseCommand):
    """Re-encrypt credentials while everything runs; interrupted, it goes on where it stopped."""

    help = (
        "Re-encrypt every connection's credentials with the first key of ATS_ENCRYPTION_KEYS. "
        "To rotate: put the new key first, keep the old one behind it, restart, run this, then drop the old key. "
        "Exit status 1 where some credentials open with no key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate with a progress bar and report."""
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("rotating", total=rotation.total())
            report = rotation.rotate(dry_run=options["dry_run"], on_each=lambda: progress.advance(task))
        verb = "would be rotated" if options["dry_run"] else "rotated"
        self.stdout.write(
            f"{report.rotated} {verb}, {report.current} current already, {len(report.unreadable)} unreadable"
        )
        if report.unreadable:
            self.stderr.write(
                f"No key opens the credentials of: {', '.join(map(str, report.unreadable))} (ATSConfig ids)."
            )
            sys.exit(1)
