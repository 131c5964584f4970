"""Few connections to the database, however many deliveries are in flight.

A delivery spends its time waiting for an ATS; a connection for each would be more than a database has.
So its thread hands over what needs the database to one of a few threads, and waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

SIZE = 4

Given = ParamSpec("Given")
Value = TypeVar("Value")

current = threading.local()


class DatabaseThreads:
    """The threads that hold the connections."""

    def __init__(self) -> None:
        self._databases: list[BaseDatabaseWrapper] = []
        self._pool = ThreadPoolExecutor(SIZE, "database", initializer=self._remember)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Let the current thread hand over its calls of `on_database`."""
        current.pool = self
        try:
            yield
        finally:
            del current.pool

    def call(self, function: Callable[[], Value]) -> Value:
        """Call a function on one of the threads and return what it returns, or raise what it raises."""
        return self._pool.submit(in_fresh_connection, function).result()

    def stop(self) -> None:
        """Let the last calls end, and close the connections."""
        self._pool.shutdown(wait=True)
        for database in self._databases:
            database.close()

    def _remember(self) -> None:
        for database in connections.all():
            database.inc_thread_sharing()
            self._databases.append(database)


def on_database(function: Callable[Given, Value], *args: Given.args, **kwargs: Given.kwargs) -> Value:
    """Call a function that needs the database: on a thread that has a connection, where we are in a delivery's."""
    pool: Any = getattr(current, "pool", None)
    if pool is None:
        return function(*args, **kwargs)
    result: Value = pool.call(lambda: function(*args, **kwargs))
    return result


def in_fresh_connection(function: Callable[[], Value]) -> Value:
    """Call a function with a connection that works."""
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()
