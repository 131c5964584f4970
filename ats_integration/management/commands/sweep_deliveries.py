"""Sweep once, by hand or by cron. The workers do the same every few seconds."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ats_integration import burial, sweep

WORDS = {
    "taken_in": "applications taken in that had no delivery",
    "rebuilt": "messages built that could not be built before",
    "released": "held deliveries sent, their connection being on again",
    "enqueued": "lost deliveries put back on their queue",
    "stored": "dead letters stored in S3",
}


class Command(BaseCommand):
    """Compare the database with Redis and S3, and bring back what was lost."""

    help = (
        "Bring back whatever the database says is due and Redis or S3 does not know. Safe at any time. "
        "Exit status 1 where a step failed or dead letters wait for S3."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and report."""
        report = asdict(sweep.sweep()) | {"waiting": burial.waiting().count()}
        if options["as_json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write("\n".join(f"{report[name]:>6}  {words}" for name, words in WORDS.items()))
        if problems := problems_of(report):
            self.stderr.write("\n".join(problems))
            sys.exit(1)


def problems_of(report: dict[str, Any]) -> list[str]:
    """Say what was left undone."""
    problems = []
    if report["faults"]:
        problems.append(f"Failed: {', '.join(report['faults'])}. Is Redis or S3 away? The log names the fault.")
    if count := report["waiting"]:
        letters = "1 dead letter waits" if count == 1 else f"{count} dead letters wait"
        problems.append(f"{letters} for S3. The log names the error: deadletter.waits.")
    return problems
