"""The board's settings for processes under test: as in production, only everything comes sooner."""

from __future__ import annotations

from datetime import timedelta

from jobbird.settings import *  # noqa: F403
from jobbird.settings import ATS_INTEGRATION

ATS_INTEGRATION |= {
    "RETRY_BASE": timedelta(milliseconds=400),
    "RETRY_BUDGET": timedelta(seconds=20),
    "RETRY_MAX_TRIES": 3,
    "READ_TIMEOUT": timedelta(seconds=4),
    "TOTAL_TIMEOUT": timedelta(seconds=4),
    "CLAIM_LEASE": timedelta(seconds=4.5),
    "SWEEP_INTERVAL": timedelta(milliseconds=500),
    "SWEEP_GRACE": timedelta(milliseconds=500),
    "NOTICE_WINDOW": timedelta(seconds=2),
}
