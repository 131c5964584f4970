"""What a vendor remembers between the calls of one application: candidates, files, sessions."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any


class Drawer:
    """Named piles of things by their ids. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._piles: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._numbers = itertools.count(1001)

    def add(self, pile: str, thing: Mapping[str, Any], *, id: str = "") -> str:
        """Keep a thing; return its id, a new number unless one is given."""
        with self._lock:
            key = id or str(next(self._numbers))
            self._piles.setdefault(pile, {})[key] = dict(thing)
        return key

    def get(self, pile: str, id: object) -> Mapping[str, Any] | None:
        """Return a thing, or None where there is none by that id."""
        with self._lock:
            return self._piles.get(pile, {}).get(str(id))

    def find(self, pile: str, **values: Any) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the things that have all these values, with their ids."""
        with self._lock:
            things = list(self._piles.get(pile, {}).items())
        return [(id, thing) for id, thing in things if values.items() <= thing.items()]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._piles.clear()
