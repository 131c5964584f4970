"""Workers in threads of this process, as `rqworker happy retry` makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django_rq
from django.db import connections

from ats_integration.worker import DeliveryWorker


def worker() -> DeliveryWorker:
    """Return a worker as `rqworker happy retry` makes it."""
    made = django_rq.get_worker("happy", "retry")
    assert isinstance(made, DeliveryWorker)
    made._install_signal_handlers = lambda: None  # type: ignore[method-assign] # a thread may not
    return made


@contextmanager
def in_threads(*workers: DeliveryWorker, **options: Any) -> Iterator[None]:
    """Let workers work until the block ends, then stop them warmly."""
    threads = [threading.Thread(target=run, args=(one, options)) for one in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in workers:
            one._shutdown()
        for thread in threads:
            thread.join(60)
    assert not [thread for thread in threads if thread.is_alive()]


def run(one: DeliveryWorker, options: dict[str, Any]) -> None:
    """Work on the current thread, and leave no connection to the database behind."""
    try:
        one.work(logging_level="WARNING", **options)
    finally:
        connections.close_all()
