"""What a run found: one row per fault, on the screen, as JSON, and as the table in docs/failure-modes.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobbird.demo.environment import PROJECT

JSON = PROJECT / "docs" / "failure-modes.json"
PAGE = PROJECT / "docs" / "failure-modes.md"
BEGIN, END = "<!-- chaos table: begin -->", "<!-- chaos table: end -->"
HEADS = ("fault", "load", "lost", "twice", "of at most", "died, sent again", "seconds to recover")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault: what was saved, where it ended, and how long the recovery took."""

    fault: str
    title: str
    pace: str
    applications: int
    #: How many came in a second.
    rate: float
    #: How many of them asked in vain before, and knew it: their save failed.
    refused: int
    delivered: int
    held: int
    in_flight: int
    dead: int
    erased: int
    lost: int
    #: Arrived twice, and how many could have: they were in flight, at an ATS that cannot be asked.
    twice: int
    doubtful: int
    #: Died on the way and were sent again afterwards.
    died: int
    seconds: float
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Row:
        """Read a row from JSON values."""
        return cls(**{**values, "problems": tuple(values["problems"])})

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the row as the tables show it."""
        counts = (self.lost, self.twice, self.doubtful, self.died)
        load = f"{self.applications:,} at {self.rate:.0f}/s"
        return (self.title, load, *(f"{count:,}" for count in counts), f"{self.seconds:.1f}")


def read(file: Path = JSON) -> list[Row]:
    """Return the rows of the last run that was written down."""
    return [Row.of(values) for values in json.loads(file.read_text())] if file.exists() else []


def write(rows: Sequence[Row], order: Sequence[str], *, file: Path = JSON, page: Path = PAGE) -> None:
    """Put these rows in the place of older ones of the same faults, in JSON and in the page."""
    known = {row.fault: row for row in (*read(file), *rows)}
    kept = [known[name] for name in order if name in known]
    file.write_text(json.dumps([asdict(row) for row in kept], indent=1) + "\n")
    page.write_text(with_table(page.read_text(), kept))


def with_table(text: str, rows: Iterable[Row]) -> str:
    """Return the page with this table in the place of the old one."""
    place = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return place.sub(lambda _old: f"{BEGIN}\n{markdown(rows)}\n{END}", text)


def markdown(rows: Iterable[Row]) -> str:
    """Return the table in Markdown."""
    head = f"| {' | '.join(HEADS)} |\n|---{'|--:' * (len(HEADS) - 1)}|"
    return "\n".join([head, *(f"| {' | '.join(row.cells)} |" for row in rows)])
