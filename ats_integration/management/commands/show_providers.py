"""Show which ATSs are supported and what each of them takes."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from ats_integration import capabilities
from ats_integration.capabilities import Capabilities
from ats_integration.providers import registry


class Command(BaseCommand):
    """List the adapters with what they declare."""

    help = "Show the supported ATSs: what each takes, what it cannot take, and its limits."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the forms of output."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the capabilities as JSON")
        parser.add_argument(
            "--update-docs", metavar="FOLDER", help="write the tables into the pages of a folder (docs/providers)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show, or write."""
        found = [capabilities.capabilities_of(registry.get(slug)) for slug, _name in registry.choices()]
        if options["update_docs"]:
            self.update(Path(options["update_docs"]), found)
        elif options["as_json"]:
            self.stdout.write(json.dumps([asdict(each) for each in found], indent=2))
        else:
            self.stdout.ending = ""
            Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else 160).print(table(found))

    def update(self, folder: Path, found: list[Capabilities]) -> None:
        """Write every table into its page.

        Raises CommandError where a page is missing or has no place for it.
        """
        try:
            capabilities.put_into(folder / "README.md", capabilities.overview(found))
            for each in found:
                capabilities.put_into(folder / f"{each.slug}.md", capabilities.markdown(each))
        except (OSError, ValueError) as error:
            raise CommandError(f"{error}. Each page needs {capabilities.BEGIN} and {capabilities.END}.") from None
        self.stdout.write(f"{len(found) + 1} pages written.")


def table(found: list[Capabilities]) -> Table:
    """Lay the adapters out."""
    grid = Table("slug", "ATS", "takes", "cannot take", "limit", "beta")
    for each in found:
        grid.add_row(each.slug, each.name, each.carries, each.drops, each.limit, "" if each.beta == "no" else "yes")
    return grid
