"""Test connections by the harmless calls their ATSs offer. See `ats_integration.connection_check`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import BigIntegerField
from rich.console import Console
from rich.table import Table

from ats_integration.adapters import adapter
from ats_integration.connection_check import ConnectionReport, check_connection
from ats_integration.models import ATSConfig
from ats_integration.recovery import NO_ID

Checked = tuple[ATSConfig, ConnectionReport]


def key(text: str) -> int:
    """Read the id of a connection, as large as a database takes."""
    number = int(text)
    if not 0 < number <= BigIntegerField.MAX_BIGINT:
        raise ArgumentTypeError("it cannot be the id of a connection")
    return number


class Command(BaseCommand):
    """Test connections and the jobs of their open vacancies."""

    help = (
        "Test connections with harmless calls: is the key right, does the ATS know the jobs of the open vacancies? "
        "Says plainly what could not be proven. Exit status: 0 no problem, 1 a problem or an unknown job, 2 wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which connections."""
        parser.add_argument("ids", nargs="*", type=key, metavar="ID", help="connection (ATSConfig) ids")
        parser.add_argument("--customer", default="", metavar="ID", help="all connections of one customer")
        parser.add_argument("--all", action="store_true", dest="everything", help="all active connections")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the reports as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Test and report."""
        checked = [(config, self.check_one(config)) for config in self.chosen(options)]
        if options["as_json"]:
            self.stdout.write(json.dumps([as_json(*pair) for pair in checked], indent=2))
        else:
            self.stdout.ending = ""
            Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else 160).print(table(checked))
        if any(not report.ok or report.unknown_jobs for _config, report in checked):
            sys.exit(1)

    def check_one(self, config: ATSConfig) -> ConnectionReport:
        """Test one connection, with the jobs of its customer's open vacancies."""
        return check_connection(config, adapter().open_job_ids(config.customer_id))

    def chosen(self, options: dict[str, Any]) -> Sequence[ATSConfig]:
        """Return the connections that are meant.

        Raises CommandError where none is.
        """
        configs = ATSConfig.objects.select_related("customer")
        if options["ids"]:
            found = list(configs.filter(pk__in=options["ids"]))
            if missing := set(options["ids"]) - {config.pk for config in found}:
                raise CommandError(f"There is no connection {', '.join(map(str, sorted(missing)))}.", returncode=2)
            return found
        if options["customer"]:
            return self.of_customer(options["customer"])
        if options["everything"]:
            return list(configs.filter(is_active=True))
        raise CommandError("Say which: ids, --customer 42 or --all.", returncode=2)

    def of_customer(self, customer: str) -> Sequence[ATSConfig]:
        """Return one customer's connections.

        Raises CommandError where there is none.
        """
        try:
            found = list(ATSConfig.objects.select_related("customer").filter(customer_id=customer))
        except NO_ID:
            found = []
        if not found:
            raise CommandError(f"Customer {customer} has no connection.", returncode=2)
        return found


def table(checked: Sequence[Checked]) -> Table:
    """Lay the reports out, one row a connection."""
    grid = Table("id", "customer", "ATS", "result", "proven", "not proven", "problems")
    for config, report in checked:
        result = "[green]ok[/]" if report.ok and not report.unknown_jobs else "[red]problem[/]"
        unknown = [f"Job {job} is closed or unknown." for job in report.unknown_jobs]
        said = ("\n".join(texts) for texts in (report.proven, report.unproven, (*report.problems, *unknown)))
        grid.add_row(str(config.pk), str(config.customer), config.provider_name, result, *said)
    return grid


def as_json(config: ATSConfig, report: ConnectionReport) -> dict[str, Any]:
    """Describe one report for scripts."""
    about = {"id": config.pk, "customer": str(config.customer), "provider": config.provider}
    return {**about, "ok": report.ok, **asdict(report)}
