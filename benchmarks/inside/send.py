"""Hand applications in and put their deliveries on the happy queue, in bulk or at a steady rate.

Usage: python send.py --n N [--first I] [--rate R]; prints when each delivery was handed to the queue.
"""

from __future__ import annotations

import argparse
import json
import sys

import board
from pace import ticks

from ats_integration import intake
from ats_integration.models import Delivery

AHEAD = 5  # seconds of paced work that are written in advance, less than the sweeper's patience


def in_bulk(count: int, first: int) -> dict[str, int]:
    """Write and enqueue in batches."""
    places = board.connections()
    for start in range(first, first + count, board.BATCH):
        queued(board.apply(places, start, min(board.BATCH, first + count - start)))
    return {}


def paced(count: int, first: int, rate: float) -> dict[str, int]:
    """Enqueue one by one at a steady rate; return when each was handed over, by its id."""
    places, sent, stride = board.connections(), {}, int(rate * AHEAD)
    for start in range(first, first + count, stride):
        deliveries = board.apply(places, start, min(stride, first + count - start))
        for delivery, now in zip(deliveries, ticks(len(deliveries), rate), strict=True):
            sent[str(delivery.pk)] = now
            queued([delivery])
    return sent


def queued(deliveries: list[Delivery]) -> None:
    """Put deliveries on the happy queue; end where Redis does not take them."""
    if not intake.dispatch(deliveries):
        sys.exit("Redis did not take the messages.")


def main() -> None:
    """Send; print {message id: monotonic nanoseconds before the call}, empty in bulk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rate", type=float)
    options = parser.parse_args()
    if options.rate:
        print(json.dumps(paced(options.n, options.first, options.rate)))
    else:
        print(json.dumps(in_bulk(options.n, options.first)))


if __name__ == "__main__":
    main()
