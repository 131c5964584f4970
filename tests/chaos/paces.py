"""How long everything takes: as in production, or shortened so that it fits into `make test`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many apply, how fast, and how long each fault lasts."""

    name: str
    settings: str
    #: How many apply while one fault strikes, and how many of them in a second at most.
    applications: int
    rate: float
    #: Kills of the worker; of the web process and the scheduler; rolling deploys.
    worker_kills: int
    other_kills: int
    deploys: int
    #: From one blow to the next: a process starts, and catches up.
    between: timedelta
    #: How long Valkey hangs, and how long it is down or full.
    hang: timedelta
    redis_away: timedelta
    s3_away: timedelta
    database_away: timedelta
    #: How often the connections to the database are cut.
    cuts: int
    disk_away: timedelta
    ats_away: timedelta
    #: How long connections are switched off.
    switched_off: timedelta
    #: What one answer takes: of a slow S3, and of an ATS that answers after we gave up.
    s3_answer: timedelta
    late_answer: timedelta
    clock_step: timedelta
    #: When to give up waiting for the end.
    patience: timedelta


FULL = Pace(
    name="full",
    settings="tests.chaos.settings",
    applications=10_000,
    rate=40,
    worker_kills=50,
    other_kills=10,
    deploys=5,
    between=timedelta(seconds=5),
    hang=timedelta(seconds=30),
    redis_away=timedelta(seconds=20),
    s3_away=timedelta(minutes=2),
    database_away=timedelta(seconds=10),
    cuts=10,
    disk_away=timedelta(seconds=30),
    ats_away=timedelta(seconds=60),
    switched_off=timedelta(seconds=60),
    s3_answer=timedelta(seconds=2),
    late_answer=timedelta(seconds=11),
    clock_step=timedelta(seconds=90),
    patience=timedelta(minutes=15),
)
SHORT = Pace(
    name="short",
    settings="tests.chaos.short_settings",
    applications=60,
    rate=40,
    worker_kills=2,
    other_kills=2,
    deploys=2,
    between=timedelta(seconds=1.5),
    hang=timedelta(seconds=2),
    redis_away=timedelta(seconds=1),
    s3_away=timedelta(seconds=2),
    database_away=timedelta(seconds=1),
    cuts=2,
    disk_away=timedelta(seconds=1),
    ats_away=timedelta(seconds=2),
    switched_off=timedelta(seconds=2),
    s3_answer=timedelta(seconds=0.5),
    late_answer=timedelta(seconds=2.1),
    clock_step=timedelta(seconds=8),
    patience=timedelta(seconds=60),
)
