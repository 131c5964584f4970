"""What the stand-in received, in memory only, and how often."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .values import Reception


class Receptions:
    """All applications that were taken, oldest first, and the counts. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], Reception] = {}
        self._calls: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def count(self, provider: str, *, is_taken: bool) -> None:
        """Count one application that was handed in."""
        with self._lock:
            self._calls[provider] += 1
            self._refused[provider] += not is_taken

    def add(self, reception: Reception) -> None:
        """Keep one application; one that is known by its id was completed by a later call."""
        with self._lock:
            self._taken[reception.provider, reception.id] = reception

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._taken.clear()
            self._calls.clear()
            self._refused.clear()

    def find(self, provider: str = "", email: str = "") -> list[Reception]:
        """Return what was taken, of one provider or person where asked for."""
        with self._lock:
            found = list(self._taken.values())
        return [r for r in found if provider in ("", r.provider) and email in ("", r.email)]

    def stats(self, providers: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the counts per provider."""
        return {provider: self._stats(provider) for provider in providers}

    def _stats(self, provider: str) -> dict[str, Any]:
        taken = self.find(provider)
        each = Counter((r.account, r.job_id, r.email) for r in taken)
        return {
            "calls": self._calls[provider],
            "accepted": len(taken),
            "refused": self._refused[provider],
            "distinct": len(each),
            "twice": sum(count > 1 for count in each.values()),
        }
