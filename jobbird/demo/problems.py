"""What can go wrong with the demo itself, in words for the person at the screen."""

from __future__ import annotations

import signal
from types import FrameType

LEAVING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoError(Exception):
    """Raised when the demo cannot go on; says why."""


class ProcessDied(DemoError):
    """Raised when a process ended by itself; carries the end of its log."""


class TookTooLong(DemoError):
    """Raised when something did not happen in time."""


class Stopped(KeyboardInterrupt):
    """Raised when somebody wants the demo to end: Ctrl-C, a closed terminal, SIGTERM."""


def stop_on_signals() -> None:
    """Turn the first signal into Stopped and ignore those that follow, so that everything can be put away."""

    def stop(_signum: int, _frame: FrameType | None) -> None:
        for each in LEAVING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in LEAVING:
        signal.signal(each, stop)
