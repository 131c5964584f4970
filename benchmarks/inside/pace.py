"""What all senders share: their options, a steady rate, and what they say in the end."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping


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


def report(calls: Mapping[str, tuple[int, int]]) -> str:
    """Say in JSON when each message (or batch) was handed to the queue, and how long that took in all.

    `calls` has the monotonic nanoseconds before and after each call.
    """
    seconds = sum(after - before for before, after in calls.values()) / 1e9
    return json.dumps({"sent": {id: before for id, (before, _) in calls.items()}, "seconds": seconds})
