"""The ATSs: all ways in which a call can go wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobbird.demo.problems import DemoError

from ..ground import Ground
from .base import Fault, Repeats, Strike, last


def misbehaving(mode: str, **options: Any) -> Strike:
    """Return a fault in which all ATSs behave in one way for a while."""

    def strike(ground: Ground) -> None:
        ground.ats.behave("*", mode, **options)
        last(ground.pace.ats_away)
        ground.ats.behave("*", "ok")

    return strike


def late(ground: Ground) -> None:
    """Take every application, and answer after we gave up."""
    misbehaving("slow", seconds=ground.pace.late_answer.total_seconds())(ground)


def redirect(ground: Ground) -> None:
    """Send every call to an address inside of our own network, where nobody must ever come."""
    with trap() as inside:
        misbehaving("redirect", to=f"http://127.0.0.1:{inside.getsockname()[1]}/")(ground)
        inside.settimeout(0)
        try:
            inside.accept()
        except BlockingIOError:
            return
    raise DemoError("A redirect to an internal address was followed.")


@contextmanager
def trap() -> Iterator[socket.socket]:
    """Listen where nobody must come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def during(name: str, title: str, strike: Strike, *, repeats: Repeats = Repeats.NEVER) -> Fault:
    """Describe a fault of all ATSs."""
    return Fault(
        name=f"ats-{name}",
        title=f"{title} for {{ats_away}}",
        strike=strike,
        lasts=lambda pace: pace.ats_away,
        within=180,
        repeats=repeats,
    )


FAULTS = (
    during("down", "ATSs answer 503", misbehaving("down")),
    during("reset", "ATSs reset connections", misbehaving("reset"), repeats=Repeats.UNANSWERED),
    during(
        "half-answer",
        "ATSs take applications and answer half a body",
        misbehaving("half_answer"),
        repeats=Repeats.UNANSWERED,
    ),
    during("silent", "ATSs never answer", misbehaving("blackhole"), repeats=Repeats.UNANSWERED),
    during("late", "ATSs take applications and answer after {late_answer}", late, repeats=Repeats.UNANSWERED),
    during("throttling", "ATSs answer 429 with Retry-After: 5", misbehaving("throttle", retry_after=5)),
    during("redirecting", "ATSs redirect to an internal address", redirect),
)
