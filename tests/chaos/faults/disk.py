"""The disk with the CVs: nothing can be read there, and nothing written."""

from __future__ import annotations

from ..ground import Ground
from .base import Fault, last


def away(ground: Ground) -> None:
    """Take the disk away for a while."""
    with ground.disk_away():
        last(ground.pace.disk_away)


FAULTS = (
    Fault(
        name="disk-away",
        title="disk with the CVs away for {disk_away}",
        strike=away,
        lasts=lambda pace: pace.disk_away,
        within=120,
    ),
)
