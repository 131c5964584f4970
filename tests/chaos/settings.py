"""The board's settings, in a process whose wall clock the suite can step."""

from __future__ import annotations

from jobbird.settings import *  # noqa: F403

from . import clock

clock.follow()
