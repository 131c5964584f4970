"""Play the retry policy through for many messages whose every try fails."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from .retries import Policy, next_try

START = datetime(2026, 1, 1, tzinfo=UTC)
PERCENTS = (1, 5, 25, 50, 75, 95, 99)
#: A message should die within this share of the budget around its end.
TOLERANCE = 0.2


@dataclass(frozen=True)
class Summary:
    """How many tries the messages got, and how many seconds they lived."""

    messages: int
    tries: tuple[tuple[int, int], ...]
    percentiles: tuple[tuple[int, float], ...]
    window: tuple[float, float]
    share_in_window: float

    @property
    def is_on_budget(self) -> bool:
        """Tell whether 95 % die when they should."""
        return self.share_in_window >= 0.95

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as JSON-ready values."""
        return asdict(self) | {"is_on_budget": self.is_on_budget}


def simulate(policy: Policy, messages: int, call_seconds: float, chances: Random) -> Summary:
    """Let messages fail until they die; every call takes `call_seconds`."""
    lives = [life(policy, timedelta(seconds=call_seconds), chances) for _ in range(messages)]
    seconds = sorted(lived.total_seconds() for _tries, lived in lives)
    budget = policy.budget.total_seconds()
    window = (budget * (1 - TOLERANCE), budget * (1 + TOLERANCE))
    return Summary(
        messages=messages,
        tries=tuple(sorted(Counter(tries for tries, _lived in lives).items())),
        percentiles=tuple((percent, seconds[(messages - 1) * percent // 100]) for percent in PERCENTS),
        window=window,
        share_in_window=sum(window[0] <= lived <= window[1] for lived in seconds) / messages,
    )


def life(policy: Policy, call: timedelta, chances: Random) -> tuple[int, timedelta]:
    """Return the number of tries of one message and the time from its first try to its death."""
    tries, now = 1, START + call
    deadline = now + policy.budget
    while again := next_try(policy, tries, now=now, deadline=deadline, chance=chances.random()):
        tries, now = tries + 1, again + call
    return tries, now - START
