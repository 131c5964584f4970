"""The threads on which a worker delivers."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from .database_threads import DatabaseThreads

log = logging.getLogger(__name__)

#: What a thread does: one job, to its end, whatever happens.
Work = Callable[[], None]


class Deliverers:
    """A fixed number of threads that do one piece of work after the other."""

    def __init__(self, count: int, databases: DatabaseThreads) -> None:
        self._databases = databases
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"delivery-{number}", daemon=True) for number in range(count)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def put(self, work: Work) -> None:
        """Let the next free thread do it."""
        self._work.put(work)

    def stop(self) -> None:
        """Let the threads end what they are at, and wait for them."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        with self._databases.serving():
            while work := self._work.get():
                work()
