"""A steady rate."""

from __future__ import annotations

import time
from collections.abc import Iterator


def ticks(count: int, rate: float | None = None) -> Iterator[int]:
    """Yield the monotonic time in nanoseconds, `count` times, `rate` times a second or as fast as taken."""
    start = time.monotonic()
    for number in range(count):
        if rate:
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
        yield time.monotonic_ns()
