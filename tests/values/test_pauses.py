"""A pause lasts as long as it should, and ends with a success."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ats_integration import pauses
from ats_integration.pauses import Pause

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time, as `time.monotonic` does."""
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the pauses a clock of our own."""
    clock = Clock()
    monkeypatch.setattr(pauses, "time", clock)
    return clock


def test_is_off_until_something_fails() -> None:
    assert not Pause(MINUTE).is_on


def test_is_on_after_a_failure() -> None:
    pause = Pause(MINUTE)
    pause.start()

    assert pause.is_on


def test_ends_with_a_success() -> None:
    pause = Pause(MINUTE)
    pause.start()
    pause.end()

    assert not pause.is_on


@pytest.mark.parametrize(("seconds", "is_on"), [(0, True), (59.9, True), (60, False), (3600, False)])
def test_ends_by_itself(clock: Clock, seconds: float, is_on: bool) -> None:
    pause = Pause(MINUTE)
    pause.start()
    clock.now += seconds

    assert is_on is pause.is_on


def test_begins_anew_with_every_failure(clock: Clock) -> None:
    pause = Pause(MINUTE)
    for _ in range(2):
        pause.start()
        clock.now += 40

    assert pause.is_on


def test_knows_nothing_of_another_one() -> None:
    one, other = Pause(MINUTE), Pause(MINUTE)
    one.start()

    assert not other.is_on
