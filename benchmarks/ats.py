"""Run the ATS stand-in and ask it what arrived."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jobbird.demo.ports import free_port, wait_for


@dataclass(frozen=True)
class Totals:
    """How many calls arrived, of how many messages; when the first and the last did (monotonic, ns)."""

    total: int = 0
    unique: int = 0
    first_ns: int = 0
    last_ns: int = 0


@dataclass(frozen=True)
class Ats:
    """A running stand-in."""

    url: str

    def ask(self, question: str) -> Any:
        """Return what the stand-in knows about a question: totals, arrivals; or have it mend, reset."""
        with urllib.request.urlopen(f"{self.url}/{question}", timeout=30) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def totals(self, kind: str = "customer") -> Totals:
        """Return how much arrived for one kind of customer so far."""
        return Totals(**self.ask("totals").get(kind, {}))

    @property
    def unique(self) -> int:
        """How many messages arrived for answering customers."""
        return self.totals().unique

    def arrivals(self, kind: str = "customer") -> dict[str, int]:
        """Return when each message arrived first: its id, and nanoseconds of the monotonic clock."""
        return dict(self.ask("arrivals").get(kind, {}))


@contextmanager
def ats(latency: float) -> Iterator[Ats]:
    """Run the stand-in; `latency` in seconds."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.ats_server", str(port), str(latency)]
    server = subprocess.Popen(command)
    try:
        wait_for(port)
        yield Ats(f"http://127.0.0.1:{port}")
    finally:
        server.kill()
        server.wait()
