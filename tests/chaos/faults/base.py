"""What a fault is: how it strikes, how long it lasts, what it may cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ..ground import Ground
from ..paces import Pace

Strike = Callable[[Ground], None]


class Repeats(StrEnum):
    """Which applications an ATS that cannot be asked may have got twice."""

    NEVER = "none"
    IN_FLIGHT = "those in the hands of a killed worker"
    UNANSWERED = "those whose call got no readable answer"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong. `strike` begins and ends it; what follows is the system's own work."""

    name: str
    #: For the table; names in braces are fields of the pace.
    title: str
    strike: Strike
    #: How long it takes, so that people apply all the while.
    lasts: Callable[[Pace], timedelta]
    #: Seconds that the recovery may take at the full pace.
    within: int
    repeats: Repeats = Repeats.NEVER
    #: People come through the form of the site, not through a program that saves.
    by_form: bool = False
    #: The ATS of one company refuses everybody, so that there are dead letters.
    with_letters: bool = False
    #: Connections are off meanwhile: what comes in gets its delivery afterwards.
    takes_in_later: bool = False
    #: Part of the short form.
    is_telling: bool = False

    def title_at(self, pace: Pace) -> str:
        """Return the title with the figures of a pace."""
        shown = {name: words(value) for name, value in vars(pace).items()}
        return self.title.format(**shown)


def words(value: object) -> str:
    """Write a duration as people say it, anything else as it is."""
    if not isinstance(value, timedelta):
        return str(value)
    seconds = value.total_seconds()
    return f"{seconds / 60:g} min" if seconds >= 120 else f"{seconds:g} s"


def last(duration: timedelta) -> None:
    """Let a fault last."""
    time.sleep(duration.total_seconds())
