"""What a worker does beside delivering: sweep and mail, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from django.db import close_old_connections, connections
from redis.exceptions import RedisError

from . import notices, queues, sweep
from .conf import conf
from .faults import where

log = logging.getLogger(__name__)

TICK = timedelta(seconds=1)
LOCK = "ats:sweep"
#: Share of the interval for which the others are kept from sweeping: whoever swept is to get the next turn in time.
LOCKED = 0.9


class Housekeeper(threading.Thread):
    """Send due notices every second, and sweep every `sweep_interval` if no other worker just did."""

    def __init__(self) -> None:
        super().__init__(name="housekeeping", daemon=True)
        self._stopping = threading.Event()
        self._next_sweep = 0.0

    def run(self) -> None:
        """Tick until told to stop."""
        while not self._stopping.wait(TICK.total_seconds()):
            self.tick()
        connections.close_all()

    def stop(self) -> None:
        """Stop after the current tick; what nobody was told about by then, another worker groups again."""
        self._stopping.set()
        self.join(timeout=15)

    def tick(self) -> None:
        """Do what is due now; nothing that fails here stops the next tick."""
        close_old_connections()
        try:
            if time.monotonic() >= self._next_sweep:
                self.sweep()
            notices.send_due()
        except Exception as error:
            log.warning("housekeeping.failed fault=%s", where(error))
        finally:
            close_old_connections()

    def sweep(self) -> None:
        """Sweep once, unless another worker did within the interval."""
        self._next_sweep = time.monotonic() + conf.sweep_interval.total_seconds()
        if is_our_turn():
            sweep.sweep()
        notices.refill()


def is_our_turn() -> bool:
    """Tell whether no other worker swept within the interval. Without Redis everybody sweeps: it is safe."""
    try:
        return bool(queues.connection().set(LOCK, "1", nx=True, px=conf.sweep_interval * LOCKED))
    except RedisError:
        return True
