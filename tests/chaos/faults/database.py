"""PostgreSQL: crashed, and its connections cut."""

from __future__ import annotations

from datetime import timedelta

from ..ground import Ground
from .base import Fault, Repeats, last

BETWEEN = timedelta(seconds=1.5)


def crash(ground: Ground) -> None:
    """Crash the server; it comes back after a while."""
    with ground.postgres.away():
        last(ground.pace.database_away)


def cut(ground: Ground) -> None:
    """End all connections again and again, whatever they are in the middle of."""
    for _ in range(ground.pace.cuts):
        ground.postgres.cut()
        last(BETWEEN)


FAULTS = (
    Fault(
        name="database-crashed",
        title="PostgreSQL crashed, away for {database_away}",
        strike=crash,
        lasts=lambda pace: pace.database_away,
        within=60,
        repeats=Repeats.UNANSWERED,
    ),
    Fault(
        name="database-cut",
        title="connections to PostgreSQL cut, {cuts} times",
        strike=cut,
        lasts=lambda pace: pace.cuts * BETWEEN,
        within=60,
        repeats=Repeats.UNANSWERED,
        is_telling=True,
    ),
)
