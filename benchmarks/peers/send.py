"""Put messages on the queue of a peer, at once or at a steady rate.

Usage: python -m benchmarks.peers.send SYSTEM --n N [--first I] [--rate R] [--kind KIND]
"""

from __future__ import annotations

import argparse
import importlib
import time

from benchmarks.inside.pace import add_options, report, ticks
from benchmarks.peers.work import message


def main() -> None:
    """Send; print what `pace.report` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    add_options(parser)
    options = parser.parse_args()
    enqueue = importlib.import_module(f"benchmarks.peers.on_{options.system}").enqueue
    messages = [message(number, options.kind) for number in range(options.first, options.first + options.n)]
    sent = {}
    for told, now in zip(messages, ticks(options.n, options.rate), strict=True):
        enqueue(told)
        sent[str(told["id"])] = (now, time.monotonic_ns())
    print(report(sent))


if __name__ == "__main__":
    main()
