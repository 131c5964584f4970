"""Feed one entry point with generated inputs and count what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ats_integration.models import DeadLetter, Delivery
from jobbird.board.models import Application

from ..world import World


@dataclass(frozen=True)
class Verdict:
    """What an entry point made of one input; an empty text says that all is well."""

    crash: str = ""  # a 5xx or an exception
    unclear: str = ""  # an error that names no field


FINE = Verdict()


@dataclass(frozen=True)
class EntryPoint:
    """A place where something comes in: its name, what is sent there, and how."""

    name: str
    values: st.SearchStrategy[Any] = field(repr=False)
    feed: Callable[[World, Any], Verdict]


@dataclass
class Tally:
    """How many inputs there were and what went wrong, each with the input."""

    inputs: int = 0
    crashes: list[tuple[Any, str]] = field(default_factory=list)
    unclear: list[tuple[Any, str]] = field(default_factory=list)
    lost: list[tuple[Any, str]] = field(default_factory=list)

    def add(self, value: Any, verdict: Verdict, missing: int) -> None:
        """Count one input."""
        self.inputs += 1
        if verdict.crash:
            self.crashes.append((value, verdict.crash))
        if verdict.unclear:
            self.unclear.append((value, verdict.unclear))
        if missing:
            self.lost.append((value, f"{missing} lost"))

    @property
    def problems(self) -> list[tuple[Any, str]]:
        """Return the first few of whatever went wrong."""
        return [*self.crashes[:3], *self.unclear[:3], *self.lost[:3]]


def run(point: EntryPoint, world: World, count: int) -> Tally:
    """Feed `count` inputs, each into the same world: what it changed is undone."""
    tally = Tally()

    @seed(4711)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(point.values)
    def feed(value: Any) -> None:
        with transaction.atomic():
            verdict = point.feed(world, value)
            missing = lost()
            transaction.set_rollback(True)
        tally.add(value, verdict, missing)

    feed()
    return tally


def lost() -> int:
    """Count the applications that neither a delivery nor a dead letter knows; a letter outlives its delivery."""
    delivered = Delivery.objects.values("application_id")
    return max(
        0, Application.objects.exclude(pk__in=delivered).count() - DeadLetter.objects.filter(delivery=None).count()
    )


def table(tallies: dict[str, Tally]) -> str:
    """Write the figures as a Markdown table, with their sum."""
    lines = ["| entry point | inputs | 5xx or traceback | error without a field | lost |", "|---|--:|--:|--:|--:|"]
    lines += [line(name, tally) for name, tally in tallies.items()]
    inputs = sum(tally.inputs for tally in tallies.values())
    wrong = [sum(len(getattr(tally, kind)) for tally in tallies.values()) for kind in ("crashes", "unclear", "lost")]
    return "\n".join([*lines, f"| **all** | **{inputs:,}** | " + " | ".join(f"**{count}**" for count in wrong) + " |"])


def line(name: str, tally: Tally) -> str:
    """Write one row."""
    return f"| {name} | {tally.inputs:,} | {len(tally.crashes)} | {len(tally.unclear)} | {len(tally.lost)} |"
