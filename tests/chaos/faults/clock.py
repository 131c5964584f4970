"""The wall clock of all our processes steps, while messages wait for their time."""

from __future__ import annotations

from datetime import timedelta

from .. import clock
from ..ground import Ground
from .base import Fault, Repeats, Strike, last

SETTLING = timedelta(seconds=2)


def stepping(sign: int) -> Strike:
    """Return a fault in which the clocks jump ahead (1) or back (-1)."""

    def strike(ground: Ground) -> None:
        ground.ats.behave("*", "down")
        last(SETTLING)
        clock.step(ground.clock, sign * ground.pace.clock_step)
        last(SETTLING)
        ground.ats.behave("*", "ok")

    return strike


FAULTS = tuple(
    Fault(
        name=f"clock-{way}",
        title=f"clocks of all our processes {words} by {{clock_step}}",
        strike=stepping(sign),
        lasts=lambda _pace: 3 * SETTLING,
        within=180,
        repeats=Repeats.UNANSWERED,
    )
    for way, words, sign in (("ahead", "jump ahead", 1), ("back", "are put back", -1))
)
