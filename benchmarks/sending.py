"""Put messages on the queue of any system, by a process of its own away from the worker's core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .stage import Place
from .systems import Ours, System, inside

CUSTOMERS = 64


@dataclass(frozen=True, kw_only=True)
class Sent:
    """When messages were handed to the queue (monotonic, ns), and the seconds that the queue's calls took in all."""

    sent: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def send(
    system: System, place: Place, count: int, *, first: int = 0, rate: float | None = None, kind: str = "customer"
) -> Sent:
    """Send messages numbered from `first`, as fast as it goes or `rate` a second."""
    options = ["--n", str(count), "--first", str(first), "--kind", kind, *(["--rate", str(rate)] if rate else [])]
    command = system.sender(*options)
    return Sent(**json.loads(place.run(command, system.folder))) if command else Sent()


def connect(system: System, place: Place, count: int = CUSTOMERS, *, kind: str = "customer") -> None:
    """Make customers with a connection to the stand-in, where the system knows customers."""
    if isinstance(system, Ours):
        place.run(inside("connect", place.ats.url, str(count), kind), system.folder)
