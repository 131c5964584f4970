"""Valkey: killed, emptied, hanging, full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..ground import Ground
from ..looking import waiting
from .base import Fault, last

#: So many messages wait in Valkey when it loses them.
BACKLOG = 5
ANSWER = 1.0  # seconds


@contextmanager
def backlog(ground: Ground) -> Iterator[None]:
    """Let the ATSs be slow until messages wait, so that there is something to lose."""
    ground.ats.behave("*", "slow", seconds=ANSWER)
    ground.wait("messages in the queues", lambda: waiting() >= BACKLOG)
    yield
    ground.ats.behave("*", "ok")


def restart(ground: Ground) -> None:
    """Kill it; it comes back with what its disk holds."""
    ground.valkey.kill()
    last(ground.pace.redis_away)
    ground.valkey.start()


def restart_empty(ground: Ground) -> None:
    """Kill it; it comes back with nothing."""
    with backlog(ground):
        ground.valkey.kill()
    last(ground.pace.redis_away)
    ground.valkey.lose_disk()
    ground.valkey.start()


def flush(ground: Ground) -> None:
    """Empty it while everybody is at work."""
    with backlog(ground):
        ground.valkey.flush()


def hang(ground: Ground) -> None:
    """Stop it in its tracks: it takes connections and answers nothing."""
    with ground.valkey.hanging():
        last(ground.pace.hang)


def fill(ground: Ground) -> None:
    """Let it be out of memory, so that it refuses to store anything."""
    with ground.valkey.full():
        last(ground.pace.redis_away)


FAULTS = (
    Fault(
        name="valkey-restarted",
        title="Valkey killed, away for {redis_away}",
        strike=restart,
        lasts=lambda pace: pace.redis_away,
        within=30,
    ),
    Fault(
        name="valkey-emptied",
        title="Valkey killed, back empty after {redis_away}",
        strike=restart_empty,
        lasts=lambda pace: pace.redis_away,
        within=30,
        is_telling=True,
    ),
    Fault(
        name="valkey-flushed",
        title="FLUSHALL while messages wait",
        strike=flush,
        lasts=lambda pace: pace.redis_away,
        within=30,
    ),
    Fault(
        name="valkey-hanging",
        title="Valkey hangs for {hang} (SIGSTOP)",
        strike=hang,
        lasts=lambda pace: pace.hang,
        within=30,
    ),
    Fault(
        name="valkey-full",
        title="Valkey out of memory for {redis_away} (noeviction)",
        strike=fill,
        lasts=lambda pace: pace.redis_away,
        within=30,
    ),
)
