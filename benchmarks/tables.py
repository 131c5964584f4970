"""The tables in README.md, made from the results.

Usage: python -m benchmarks.tables; every benchmark that writes results does it, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
README = FOLDER / "README.md"
RESULTS = FOLDER / "results"
PLACE = re.compile(r"(<!-- results: (?P<name>[a-z]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
NOT_MEASURED = "*Not measured yet.*"


def refresh() -> None:
    """Write the tables into the README."""
    README.write_text(filled(README.read_text()))


def filled(page: str, results: Path = RESULTS) -> str:
    """Return a page with the table of each result in its place."""
    return PLACE.sub(lambda place: f"{place[1]}{block(results / (place['name'] + '.json'))}\n{place[4]}", page)


def block(path: Path) -> str:
    """Return the table and the plot of one result, and where it comes from."""
    if not path.exists():
        return NOT_MEASURED
    result = json.loads(path.read_text())
    plot = f"![{result['title']}](results/{path.stem}.png)"
    return "\n\n".join((table(result["rows"]), origin(result), plot))


def table(rows: list[Mapping[str, Any]]) -> str:
    """Return rows as a table in Markdown; numbers stand on the right."""
    sides = ["---" if isinstance(value, str) else "--:" for value in rows[0].values()]
    lines = [list(rows[0]), sides, *([shown(value) for value in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def origin(result: Mapping[str, Any]) -> str:
    """Say on what the figures were found."""
    machine, versions = result["machine"], result["versions"]
    settings = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in result["settings"].items())
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"{result['date']}, {machine['cores']} cores {machine['cpu']}; {settings}; {packages}."


def shown(value: Any) -> str:
    """Write one value for people: numbers with about three digits that say something."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    refresh()
