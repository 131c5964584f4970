"""What every benchmark can be told on its command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, kw_only=True)
class Options:
    """One call of a benchmark; `n` is its number of messages, `latency` that of the ATS in seconds."""

    n: int
    only: tuple[str, ...]
    rounds: int
    in_flight: int
    latency: float
    project: Path
    out: Path | None

    @property
    def settings(self) -> dict[str, float]:
        """What the results say about how they were found."""
        return {"n": self.n, "rounds": self.rounds, "in_flight": self.in_flight, "latency": self.latency}

    def wants(self, name: str) -> bool:
        """Tell whether a system is to be measured."""
        return not self.only or name in self.only


def positive(text: str) -> int:
    """Read a number that must be at least 1: with none of it there is nothing to measure.

    Raises ArgumentTypeError, which argparse reports.
    """
    if not text.strip().isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def parser(description: str | None, *, n: int, rounds: int = 1, in_flight: int = 128) -> argparse.ArgumentParser:
    """Return the options that all benchmarks share, with the defaults of one."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--n", type=positive, default=n, help=f"messages per system (default {n})")
    made.add_argument("--only", default="", help="systems to measure, with commas between; the others are left out")
    made.add_argument(
        "--rounds", type=positive, default=rounds, help=f"times that everything is repeated (default {rounds})"
    )
    made.add_argument("--in-flight", type=positive, default=in_flight, help=f"calls at once (default {in_flight})")
    made.add_argument("--latency", type=float, default=0.05, help="seconds the ATS takes to answer (default 0.05)")
    made.add_argument(
        "--project",
        type=Path,
        default=os.environ.get("BENCH_PROJECT", ROOT),
        help="checkout whose manage.py is run (default: this one, or $BENCH_PROJECT)",
    )
    made.add_argument(
        "--out", type=Path, help="folder for the results (default: benchmarks/results, if all is measured)"
    )
    return made


def read(values: argparse.Namespace) -> Options:
    """Return what was asked for. What is measured in part goes nowhere, unless a folder is named."""
    only = tuple(name for name in values.only.split(",") if name)
    whole = not only and Path(values.project).resolve() == ROOT
    return Options(
        n=values.n,
        only=only,
        rounds=values.rounds,
        in_flight=values.in_flight,
        latency=values.latency,
        project=Path(values.project).resolve(),
        out=values.out or (RESULTS if whole else None),
    )
