"""Which messages may go now, held in Redis and shared by all workers: leases, slots, rates and circuits.

The scripts in `lua/` do the work, each in one atomic round trip; `lua/lanes.lua` lists their keys. All of it
may be lost at any moment: the database knows what is due, and limits are published again when they are missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from redis import Redis

from .conf import conf
from .limits import Limits
from .scripts import script

#: What a result says about the ATS's health: it answered, it did not, it let us wait in vain, or it was not asked. A
#: foreign job is no delivery, and RQ itself cleans up behind it.
Verdict = Literal["answered", "failed", "hung", "silent", "foreign"]

#: The lease in Redis is longer than the one in the row: what comes back early would find the row taken.
LONGER = timedelta(seconds=5)
#: How long published limits are believed; a change of the connection takes effect within this time.
LIMITS_TTL = timedelta(seconds=30)
#: A circuit lets one message through in each twentieth of the retry budget: every 15 s.
PROBES_IN_BUDGET = 20

SCRIPTS = ("claim", "leave", "settle", "renew", "reclaim", "publish", "ours")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job in our hands.

    `waited` is for how long it waited because of our own limits; `dies_of` the code of an outage that it
    has waited through in vain, or empty. It is risky where it dies, or its connection failed since its last answer;
    one with a slow rate asks before it calls.
    """

    id: str
    queue: str
    data: bytes
    waited: timedelta = timedelta(0)
    dies_of: str = ""
    is_risky: bool = False
    has_slow_rate: bool = False


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one claim brought.

    `unknown` are lanes whose limits are not known, or soon will not be any more; `next_turn` is when it is worth while
    to come again, None = when a message comes.
    """

    jobs: tuple[Job, ...] = ()
    unknown: tuple[int, ...] = ()
    next_turn: timedelta | None = None
    is_suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A job whose result is recorded. Of a job that is no delivery `config_id` is None, without a call `counted_at`."""

    id: str
    queue: str
    config_id: int | None
    verdict: Verdict = "silent"
    code: str = ""
    calm: timedelta = timedelta(0)
    counted_at: datetime | None = None


class Dispatch:
    """The scripts, called for one worker."""

    def __init__(self, connection: Redis, worker: str) -> None:
        self._scripts = {name: script(connection, name) for name in SCRIPTS}
        self._connection = connection
        self._worker = worker
        self._turn = 0

    def claim(self, queues: Sequence[str], want: int, may_risk: int) -> Batch:
        """Take up to `want` jobs that may run now, of which `may_risk` may be risky.

        The queues and the waiting lanes take turns.
        Raises RedisError.
        """
        self._turn += 1
        first = self._turn // 2 % len(queues)
        asked = [*queues[first:], *queues[:first]]
        budget = milliseconds(conf.retry_budget)
        arguments = (want, self._worker, lease(), cooldown(), budget, self._turn, may_risk)
        return batch_of(self._run("claim", arguments, keys=asked))

    def leave(self, config_id: int, job_id: str) -> timedelta:
        """Return for how long a delivery of a slow rate waits before it calls; its place is kept until then.

        Raises RedisError.
        """
        return timedelta(milliseconds=self._run("leave", (config_id, job_id)))

    def settle(self, settled: Iterable[Settled]) -> None:
        """Acknowledge jobs.

        Raises RedisError.
        """
        now = datetime.now(UTC)
        fields = [value for job in settled for value in fields_of(job, now)]
        self._run("settle", (self._worker, cooldown(), conf.circuit_failures, *fields))

    def renew(self, jobs: Mapping[str, int | None]) -> None:
        """Hold on to jobs in flight, given as id and config.

        Raises RedisError.
        """
        if jobs:
            self._run("renew", (lease(), *(value for job, config in jobs.items() for value in (job, config or ""))))

    def give_back(self, ids: Iterable[str]) -> None:
        """Put jobs back at the head of their queues.

        Raises RedisError.
        """
        if wanted := tuple(ids):
            self._run("reclaim", wanted)

    def ours(self) -> set[str]:
        """Return the ids of the jobs that this worker holds by what Redis knows.

        Raises RedisError.
        """
        return {name.decode() for name in self._run("ours", (self._worker,))}

    def reclaim(self) -> int:
        """Put back the jobs of workers that died; return how many.

        Raises RedisError.
        """
        return int(self._run("reclaim", ()))

    def publish(self, limits: Mapping[int, Limits]) -> None:
        """Say what connections may do, in one round trip.

        Raises RedisError.
        """
        if not limits:
            return
        pipeline = self._connection.pipeline(transaction=False)
        for config_id, limit in limits.items():
            arguments = (config_id, milliseconds(LIMITS_TTL), *limit_fields(limit))
            self._scripts["publish"](args=arguments, client=pipeline)
        pipeline.execute()

    def _run(self, name: str, arguments: Sequence[Any], keys: Sequence[str] = ()) -> Any:
        return self._scripts[name](keys=keys, args=arguments)


def held(connection: Redis, jobs: Sequence[tuple[str, str]]) -> list[bool]:
    """Tell for each job, given as id and queue, whether Redis holds it and a way that leads to it.

    Raises RedisError.
    """
    found = script(connection, "holds")(args=[value for job in jobs for value in job]) if jobs else []
    return [bool(is_held) for is_held in found]


def waiting(connection: Redis) -> int:
    """Return how many messages wait in the lanes of their connections.

    Raises RedisError.
    """
    lanes: Any = connection.zrange("ats:turns", 0, -1)
    pipeline = connection.pipeline(transaction=False)
    for lane in lanes:
        pipeline.zcard(b"ats:waiting:" + lane)
    return sum(pipeline.execute())


def batch_of(answer: Any) -> Batch:
    """Read what the claim script returned."""
    suspended, wait, unknown, taken = answer
    return Batch(
        jobs=tuple(jobs_of(taken)),
        unknown=tuple(sorted({int(config) for config in unknown})),
        next_turn=None if wait < 0 else timedelta(milliseconds=wait),
        is_suspended=bool(suspended),
    )


def jobs_of(taken: Sequence[Any]) -> Iterator[Job]:
    """Read the jobs, seven values each."""
    for i in range(0, len(taken), 7):
        name, queue, data, waited, dies_of, is_risky, has_slow_rate = taken[i : i + 7]
        yield Job(
            id=name.decode(),
            queue=queue.decode(),
            data=data,
            waited=timedelta(milliseconds=waited),
            dies_of=dies_of.decode(),
            is_risky=bool(is_risky),
            has_slow_rate=bool(has_slow_rate),
        )


def fields_of(job: Settled, now: datetime) -> tuple[Any, ...]:
    """Return what the settle script wants to know of a job."""
    ago = "" if job.counted_at is None else max(0, milliseconds(now - job.counted_at))
    return job.id, job.queue, job.config_id or "", job.verdict, job.code, milliseconds(job.calm), ago


def limit_fields(limit: Limits) -> tuple[Any, ...]:
    """Return the fields of a lane's limits."""
    per = milliseconds(limit.per)
    counts = {"concurrency": limit.concurrency, "calls": limit.calls, "per": per, "weight": limit.weight}
    fields = {**counts, "rate": limit.key, "vendor": limit.vendor}
    return tuple(value for field in fields.items() for value in field)


def lease() -> int:
    """Return how long a job is ours, in milliseconds."""
    return milliseconds(conf.claim_lease + LONGER)


def cooldown() -> int:
    """Return how long an open circuit waits before it lets a message through, in milliseconds."""
    return milliseconds(conf.retry_budget / PROBES_IN_BUDGET)


def milliseconds(duration: timedelta) -> int:
    """Return a duration as the scripts want it."""
    return int(duration / timedelta(milliseconds=1))
