"""Names in time: the system's resolver waits as long as it likes, and no time-out of a socket reaches it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Found = TypeVar("Found")


def in_time(look_up: Callable[[], Found], seconds: float) -> Found:
    """Return what a look-up returns, or raise what it raises.

    Raises TimeoutError where it takes longer. It goes on in its thread then, which keeps no process alive: nothing can
    stop a resolver, and what it finds at last nobody uses.
    """
    found: Future[Found] = Future()
    threading.Thread(target=answer, args=(look_up, found), name="look-up", daemon=True).start()
    return found.result(seconds)


def answer(look_up: Callable[[], Found], found: Future[Found]) -> None:
    """Look up, and tell what came of it."""
    try:
        found.set_result(look_up())
    except Exception as error:
        found.set_exception(error)
