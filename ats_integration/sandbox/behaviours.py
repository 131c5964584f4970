"""How the stand-in is told to misbehave, for one provider or all, one account or all, for a while or for good."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

#: What a vendor can be told to be.
MODES = {
    "ok": "takes applications",
    "down": "answers 503",
    "slow": "answers after some seconds",
    "throttle": "answers 429 with Retry-After",
    "drop_answer": "takes the application and closes without an answer",
    "half_answer": "takes the application and closes in the middle of the answer",
    "redirect": "takes nothing and sends the caller to another address",
    "reset": "closes before it reads",
    "refuse_key": "refuses every key",
    "closed": "says that the job is closed",
    "reject": "refuses the data",
    "blackhole": "reads and never answers",
}
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many calls in so many seconds for one account; more are answered with 429."""

    calls: int
    per_seconds: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One instruction. It lets `after` calls pass first; `times` lets it end by itself after so many calls."""

    provider: str = ANY
    account: str = ANY
    mode: str = "ok"
    seconds: float = 2.0
    retry_after: int | None = 5
    to: str = "http://127.0.0.1/"
    limit: Limit | None = None
    times: int | None = None
    after: int = 0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"There is no mode {self.mode!r}; there are: {', '.join(MODES)}.")

    @classmethod
    def of(cls, values: dict[str, Any]) -> Behaviour:
        """Read an instruction from JSON values.

        Raises ValueError or TypeError where they are none.
        """
        if unknown := set(values) - {field.name for field in fields(cls)}:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}.")
        limit = values.get("limit")
        return cls(**{**values, "limit": Limit(**limit) if isinstance(limit, dict) else limit})

    @property
    def is_usual(self) -> bool:
        """Tell whether this is no misbehaviour at all."""
        return self.mode == "ok" and self.limit is None


USUAL = Behaviour()


class Behaviours:
    """All instructions that are in force; the narrowest one counts. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[tuple[str, str], Behaviour] = {}
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def set(self, behaviour: Behaviour) -> None:
        """Put an instruction in force, in the place of all that are for the same or for fewer."""
        with self._lock:
            self._now = {key: kept for key, kept in self._now.items() if not covers(scope(behaviour), key)}
            self._now[scope(behaviour)] = behaviour

    def clear(self) -> None:
        """Let everything behave again."""
        with self._lock:
            self._now.clear()
            self._calls.clear()

    def take(self, provider: str, account: str) -> Behaviour:
        """Return how to behave towards one call, and count it."""
        with self._lock:
            found = self._find(provider, account)
            if found.after:
                self._now[scope(found)] = replace(found, after=found.after - 1)
                return USUAL
            self._count_down(found)
            if found.limit and self._is_over(found.limit, (provider, account)):
                return replace(found, mode="throttle")
            return found if found.mode != "throttle" or not found.limit else replace(found, mode="ok")

    def to_list(self) -> list[dict[str, Any]]:
        """Return what is in force, for people."""
        with self._lock:
            return [asdict(behaviour) for behaviour in self._now.values() if not behaviour.is_usual]

    def _find(self, provider: str, account: str) -> Behaviour:
        scopes = ((provider, account), (ANY, account), (provider, ANY), (ANY, ANY))
        return next((self._now[key] for key in scopes if key in self._now), USUAL)

    def _count_down(self, found: Behaviour) -> None:
        if found.times is None:
            return
        if found.times > 1:
            self._now[scope(found)] = replace(found, times=found.times - 1)
        else:
            del self._now[scope(found)]

    def _is_over(self, limit: Limit, key: tuple[str, str]) -> bool:
        now, calls = time.monotonic(), self._calls.setdefault(key, deque())
        while calls and now - calls[0] >= limit.per_seconds:
            calls.popleft()
        if len(calls) >= limit.calls:
            return True
        calls.append(now)
        return False


def scope(behaviour: Behaviour) -> tuple[str, str]:
    """Return whom an instruction is for."""
    return behaviour.provider, behaviour.account


def covers(wide: tuple[str, str], narrow: tuple[str, str]) -> bool:
    """Tell whether one scope includes the other."""
    return all(outer in (ANY, inner) for outer, inner in zip(wide, narrow, strict=True))
