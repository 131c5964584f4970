"""Put messages on the queue of a peer, at once or at a steady rate; print when each one was handed over.

Usage: python -m benchmarks.peers.send SYSTEM --n N [--first I] [--rate R]
"""

from __future__ import annotations

import argparse
import importlib
import json

from benchmarks.inside.pace import ticks
from benchmarks.peers.work import message


def main() -> None:
    """Send; print {message id: monotonic nanoseconds before the call}."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rate", type=float)
    options = parser.parse_args()
    enqueue = importlib.import_module(f"benchmarks.peers.on_{options.system}").enqueue
    sent = {}
    for number, now in enumerate(ticks(options.n, options.rate), options.first):
        sent[number] = now
        enqueue(message(number))
    print(json.dumps(sent))


if __name__ == "__main__":
    main()
