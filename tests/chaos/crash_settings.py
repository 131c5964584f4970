"""The board's settings for the crash points: a lease as in production, and a sweeper that looks all the time.

Nobody waits for a lease to end: the test moves the row's times back, as if the time had passed.
"""

from __future__ import annotations

from datetime import timedelta

from jobbird.settings import *  # noqa: F403
from jobbird.settings import ATS_INTEGRATION

ATS_INTEGRATION |= {
    "RETRY_BASE": timedelta(milliseconds=200),
    "SWEEP_INTERVAL": timedelta(milliseconds=200),
}
