"""The ceiling: threads that post with `requests`, no queue at all.

Usage: python -m benchmarks.peers.no_queue N THREADS; it stays until it is ended, to be measured.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator

from benchmarks.peers.work import message, post, session

lock = threading.Lock()


def work(numbers: Iterator[int]) -> None:
    """Post until nothing is left."""
    client = session(trust_env=False)
    while (number := taken(numbers)) is not None:
        post(client, message(number))


def taken(numbers: Iterator[int]) -> int | None:
    """Return the next number, or None at the end."""
    with lock:
        return next(numbers, None)


if __name__ == "__main__":
    todo = iter(range(int(sys.argv[1])))
    for _ in range(int(sys.argv[2])):
        threading.Thread(target=work, args=(todo,)).start()
    signal.pause()
