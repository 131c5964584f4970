"""Let time pass for the scripts: everything that Redis remembers of a moment becomes older."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

SCORED_IN_MILLISECONDS = ("ats:leases", "ats:turns", "ats:slots:*", "ats:calls:*")
MOMENTS = {"ats:circuit:*": ("opened_at", "probe_at"), "ats:limits:*": ("until",), "rq:job:*": ("ats_parked_at",)}


def advance(valkey: Any, by: timedelta) -> None:
    """Make all moments older, which is the same as a clock that runs ahead."""
    ms = int(by / timedelta(milliseconds=1))
    for pattern in SCORED_IN_MILLISECONDS:
        for key in valkey.keys(pattern):
            age_members(valkey, key, ms)
    for key in valkey.keys("ats:waiting:*"):
        age_members(valkey, key, ms * 1000)
    for pattern, fields in MOMENTS.items():
        for key in hashes(valkey, pattern):
            age_fields(valkey, key, fields, ms)
    for key in hashes(valkey, "rq:job:*"):
        age_job(valkey, key, ms)
    for key in valkey.keys("ats:pause:*"):
        valkey.pexpire(key, valkey.pttl(key) - ms)  # one that is over is deleted


def hashes(valkey: Any, pattern: str) -> list[bytes]:
    """Return the keys of hashes."""
    return [key for key in valkey.keys(pattern) if valkey.type(key) == b"hash"]


def age_members(valkey: Any, key: bytes, by: int) -> None:
    """Lower all scores of a sorted set."""
    older = {name: score - by for name, score in valkey.zrange(key, 0, -1, withscores=True)}
    if older:
        valkey.zadd(key, older)


def age_fields(valkey: Any, key: bytes, fields: tuple[str, ...], by: int) -> None:
    """Lower numbers in a hash."""
    for field in fields:
        if (value := valkey.hget(key, field)) is not None:
            valkey.hset(key, field, int(value) - by)


def age_job(valkey: Any, key: bytes, by: int) -> None:
    """Lower what a job's own hash says of its order and its first failed try."""
    if (order := valkey.hget(key, "ats_order")) is not None:
        valkey.hset(key, "ats_order", int(float(order)) - by * 1000)
    meta = json.loads(valkey.hget(key, "meta") or "{}")
    if isinstance(meta, dict) and "since" in meta:
        valkey.hset(key, "meta", json.dumps({**meta, "since": meta["since"] - by}))
