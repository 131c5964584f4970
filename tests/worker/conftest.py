"""Queues filled by hand, and what the scripts say about them: no database, no threads, no sleeping."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ats_integration.dispatch import Batch, Dispatch, Settled, Verdict
from ats_integration.limits import Limits
from tests.flows.conftest import (  # noqa: F401 - fixtures
    Connect,
    Tune,
    apply_to_other,
    connect,
    other_customer,
    s3_switch,
    tune,
)
from tests.worker.clock import advance

QUEUES = ("happy", "retry")


@dataclass
class Lanes:
    """A Redis with queues and lanes, and workers that take from them by name."""

    valkey: Any
    numbers: Any = field(default_factory=itertools.count)
    limits: dict[int, Limits] = field(default_factory=dict)

    def put(
        self, *names: str, queue: str = "happy", config: Any = 1, since: int | None = None, data: bytes = b"x"
    ) -> None:
        """Put jobs at the end of a queue, as the app does; config None = a job that is no delivery."""
        meta = {} if config is None else {"config": config} | ({} if since is None else {"since": since})
        for name in names:
            self.valkey.hset(
                f"rq:job:{name}", mapping={"data": data, "meta": json.dumps(meta), "origin": queue, "status": "queued"}
            )
            self.valkey.rpush(f"rq:queue:{queue}", name)

    def limit(self, *configs: int, concurrency: int = 100, calls: int = 0, per: float = 0, **more: Any) -> None:
        """Publish the limits of connections; `per` in seconds."""
        for config in configs:
            values = {"key": f"config-{config}", **more}
            limits = Limits(concurrency=concurrency, calls=calls, per=timedelta(seconds=per), **values)
            self.limits[config] = limits
            self.worker().publish({config: limits})

    def worker(self, name: str = "one") -> Dispatch:
        """Return what a worker of that name calls."""
        return Dispatch(self.valkey, name)

    def claim(self, want: int = 100, *, worker: str = "one", may_risk: int = 100) -> Batch:
        """Take jobs as a worker."""
        made = self.worker(worker)
        made._turn = next(self.numbers)
        return made.claim(QUEUES, want, may_risk)

    def take(self, want: int = 100, *, worker: str = "one") -> list[str]:
        """Take jobs as a worker; return their names in their order."""
        return [job.id for job in self.claim(want, worker=worker).jobs]

    def take_all(self) -> list[str]:
        """Take jobs as a worker that comes again and again while there are any."""
        went: list[str] = []
        while some := self.take():
            went += some
            self.pass_time(milliseconds=100)
        return went

    def settle(
        self,
        *names: str,
        queue: str = "happy",
        config: int | None = 1,
        verdict: Verdict = "answered",
        worker: str = "one",
        **more: Any,
    ) -> None:
        """Acknowledge jobs."""
        settled = [Settled(id=name, queue=queue, config_id=config, verdict=verdict, **more) for name in names]
        self.worker(worker).settle(settled)

    def pass_time(self, **duration: float) -> None:
        """Let time pass, given as to timedelta; limits are published again, as workers do when they miss them."""
        advance(self.valkey, timedelta(**duration))
        self.worker().publish(self.limits)

    def queue(self, name: str = "happy") -> list[str]:
        """Return what stands in a queue, the next one first."""
        return [member.decode() for member in self.valkey.lrange(f"rq:queue:{name}", 0, -1)]

    def waiting(self, config: int = 1) -> list[str]:
        """Return what waits in a lane, the next one first."""
        return [member.decode() for member in self.valkey.zrange(f"ats:waiting:{config}", 0, -1)]

    def in_flight(self) -> set[str]:
        """Return the jobs that have a lease."""
        return {member.decode() for member in self.valkey.zrange("ats:leases", 0, -1)}

    def leftovers(self) -> list[str]:
        """Return the keys that are no limits."""
        return sorted(key.decode() for key in self.valkey.keys("*") if not key.startswith(b"ats:limits:"))


@pytest.fixture
def lanes(valkey: Any) -> Lanes:
    """Give an empty Redis in which connection 1 has no limits but 100 calls at once."""
    made = Lanes(valkey)
    made.limit(1)
    return made


def names(count: int, prefix: str = "job") -> list[str]:
    """Return names that sort in another way than they are counted."""
    return [f"{prefix}-{number * 7919 % 1000:03}-{number}" for number in range(count)]


def ms_ago(milliseconds: int) -> int:
    """Return a moment as messages carry it."""
    return int((datetime.now(UTC) - timedelta(milliseconds=milliseconds)).timestamp() * 1000)
