"""Put messages on the queue of a peer, at once or at a steady rate.

Usage: python -m benchmarks.peers.send SYSTEM --n N [--first I] [--rate R] [--kind KIND]
"""

from __future__ import annotations

import argparse
import importlib

from benchmarks.inside.pace import Calls, add_options, ticks
from benchmarks.peers.work import message


def main() -> None:
    """Send; print what `Calls.report` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    add_options(parser)
    options = parser.parse_args()
    enqueue = importlib.import_module(f"benchmarks.peers.on_{options.system}").enqueue
    messages = (message(number, options.kind) for number in range(options.first, options.first + options.n))
    calls = Calls(options.rate)
    for told, now in zip(messages, ticks(options.n, options.rate), strict=True):
        enqueue(told)
        calls.add(str(told["id"]), now)
    print(calls.report())


if __name__ == "__main__":
    main()
