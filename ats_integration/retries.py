"""When to try again, and when to stop. Pure functions of numbers and clocks; no I/O.

Equal jitter: before the next try we wait between half and all of `base * factor ** n`, at most
`cap`. Half of the wait is sure, so an ATS that fell over is left alone; the other half spreads
the crowd that failed together. Full jitter would spread more, but some messages would then burn
all their tries in the first minute. The last try is aimed at the end of the budget.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from .conf import conf

#: The last try falls into this last part of the budget, so that a crowd does not end in one second.
LAST_TRY_SPREAD = 0.1


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
    longest = min(policy.cap / policy.base, policy.factor ** min(tries - 1, 64)) * policy.base
    return longest / 2 * (1 + chance)


def next_try(
    policy: Policy,
    tries: int,
    *,
    now: datetime,
    deadline: datetime,
    at_least: timedelta = timedelta(0),
    chance: float | None = None,
) -> datetime | None:
    """Return when to try again after failed try number `tries`, or None where the end has come.

    `at_least` is what the ATS asked for (Retry-After). A wish that goes past the deadline ends the
    message at once: asking sooner would be refused, and a person is told instead.
    """
    chance = random.random() if chance is None else chance  # noqa: S311 - spread, not secrecy
    if tries >= policy.max_tries or now >= last_call(policy, deadline) or now + at_least > deadline:
        return None
    wanted = now + max(backoff(policy, tries, chance=chance), at_least)
    return min(wanted, last_try(policy, now + at_least, deadline, chance))


def last_try(policy: Policy, earliest: datetime, deadline: datetime, chance: float) -> datetime:
    """Return the latest moment for a try: spread over the end of the budget, never before `earliest`."""
    return max(earliest, deadline - policy.budget * LAST_TRY_SPREAD * chance)


def last_call(policy: Policy, deadline: datetime) -> datetime:
    """Return the moment after which a failed try is the last one."""
    return deadline - policy.budget * LAST_TRY_SPREAD
