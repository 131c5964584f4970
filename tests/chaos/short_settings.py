"""The board's settings for the short form: as in production, only everything comes sooner."""

from __future__ import annotations

from datetime import timedelta

from .settings import *  # noqa: F403
from .settings import ATS_INTEGRATION

ATS_INTEGRATION |= {
    "RETRY_BASE": timedelta(milliseconds=400),
    "RETRY_CAP": timedelta(seconds=2),
    "RETRY_BUDGET": timedelta(seconds=30),
    "RATE_LIMIT_FLOOR": timedelta(seconds=1),
    "READ_TIMEOUT": timedelta(seconds=2),
    "TOTAL_TIMEOUT": timedelta(seconds=3),
    "CLAIM_LEASE": timedelta(seconds=3.5),
    "SWEEP_INTERVAL": timedelta(milliseconds=500),
    "SWEEP_GRACE": timedelta(seconds=1),
    "NOTICE_WINDOW": timedelta(seconds=2),
}
