"""Hand applications in and put their deliveries on the happy queue, in bulk or at a steady rate.

Usage: python send.py --n N [--first I] [--rate R] [--kind KIND]
"""

from __future__ import annotations

import argparse
import sys

import board
from pace import Calls, add_options, ticks

from ats_integration import intake
from ats_integration.intake import TakenIn

AHEAD = 5  # seconds of paced work that are written in advance, less than the sweeper's patience


def send(options: argparse.Namespace) -> Calls:
    """Write ahead and enqueue, one by one where a rate is given."""
    calls = Calls(options.rate)
    places, end = board.connections(options.kind), options.first + options.n
    stride = int(options.rate * AHEAD) if options.rate else board.BATCH
    for start in range(options.first, end, stride):
        taken = board.apply(places, start, min(stride, end - start))
        batches = [[one] for one in taken] if options.rate else [taken]
        for batch, now in zip(batches, ticks(len(batches), options.rate), strict=True):
            enqueue(batch)
            calls.add(str(batch[0].delivery.pk), now)
    return calls


def enqueue(taken: list[TakenIn]) -> None:
    """Put deliveries on the happy queue; end where Redis does not take them."""
    if not intake.dispatch(taken):
        sys.exit("Redis did not take the messages.")


def main() -> None:
    """Send; print what `Calls.report` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    print(send(parser.parse_args()).report())


if __name__ == "__main__":
    main()
