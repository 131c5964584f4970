"""Functions of somebody else, which also run on our queues."""

from __future__ import annotations

import time

calls: list[str] = []


def note(word: str) -> str:
    """Remember a word."""
    calls.append(word)
    return word


def fail() -> None:
    """Fail with a text that must not be logged."""
    raise ValueError("Sanne")


def rest(seconds: float) -> None:
    """Take some time."""
    time.sleep(seconds)
