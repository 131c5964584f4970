"""What all senders share: their options, a steady rate, and what they say in the end."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare how many messages are sent, how fast, and to which kind of customer."""
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--kind", default="customer")


def ticks(count: int, rate: float | None = None) -> Iterator[int]:
    """Yield the monotonic time in nanoseconds, `count` times, `rate` times a second or as fast as taken."""
    start = time.monotonic()
    for number in range(count):
        if rate:
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
        yield time.monotonic_ns()


class Calls:
    """When each message was handed to the queue (only of paced ones: the others are many), and how long it took."""

    def __init__(self, rate: float | None) -> None:
        self.is_paced = rate is not None
        self.sent: dict[str, int] = {}
        self.nanoseconds = 0

    def add(self, id: str, begun: int) -> None:
        """Remember a call that ends now; `begun` in monotonic nanoseconds."""
        self.nanoseconds += time.monotonic_ns() - begun
        if self.is_paced:
            self.sent[id] = begun

    def report(self) -> str:
        """Say it in JSON: {"sent": {id: monotonic nanoseconds before the call}, "seconds": of all calls}."""
        return json.dumps({"sent": self.sent, "seconds": self.nanoseconds / 1e9})
