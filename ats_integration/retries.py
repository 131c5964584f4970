"""When to try again, and when to stop. Pure functions of numbers and clocks; no I/O.

Equal jitter: before the next try we wait between half and all of `base * factor ** n`, at most
`cap`. Half of the wait is sure, so an ATS that fell over is left alone; the other half spreads
the crowd that failed together. Full jitter would spread more, but some messages would then burn
all their tries in the first minute. The last try is aimed at the end of the budget.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from .conf import conf

#: The last try falls into this last part of the budget, so that a crowd does not end in one second.
LAST_TRY_SPREAD = 0.1
NO_WAIT = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Numbers of the backoff: first wait, growth, longest wait, budget and threshold of tries."""

    base: timedelta
    factor: float
    cap: timedelta
    budget: timedelta
    max_tries: int

    @classmethod
    def from_settings(cls) -> Policy:
        """Read the policy from ATS_INTEGRATION."""
        return cls(
            base=conf.retry_base,
            factor=conf.retry_factor,
            cap=conf.retry_cap,
            budget=conf.retry_budget,
            max_tries=conf.retry_max_tries,
        )


def backoff(policy: Policy, tries: int, *, chance: float) -> timedelta:
    """Return the wait after failed try number `tries` (1 = the first); `chance` is in [0, 1)."""
    return min(longest_wait(policy, tries - 1) / 2 * (1 + chance), policy.cap)


def longest_wait(policy: Policy, steps: int) -> timedelta:
    """Return `base * factor ** steps` or the cap, whichever is shorter; logarithms, for a power may be too large."""
    if steps * math.log(policy.factor) >= math.log(policy.cap / policy.base):
        return policy.cap
    return policy.base * policy.factor**steps


def next_try(
    policy: Policy,
    tries: int,
    *,
    now: datetime,
    deadline: datetime,
    asked: timedelta | None = None,
    at_least: timedelta = NO_WAIT,
    chance: float | None = None,
) -> datetime | None:
    """Return when to try again after failed try number `tries`, or None where the end has come.

    `asked` is the ATS's own wish (Retry-After): we never come back sooner, and a wish that goes
    past the deadline ends the message, so that a person is told. `at_least` is our own floor.
    """
    chance = random.random() if chance is None else chance
    earliest = now + (asked or NO_WAIT)
    if tries >= policy.max_tries or now >= last_call(policy, deadline) or earliest > deadline:
        return None
    wanted = now + max(backoff(policy, tries, chance=chance), at_least)
    final = deadline - policy.budget * LAST_TRY_SPREAD * chance
    return max(earliest, min(wanted, final))


def last_call(policy: Policy, deadline: datetime) -> datetime:
    """Return the moment after which a failed try is the last one."""
    return deadline - policy.budget * LAST_TRY_SPREAD
