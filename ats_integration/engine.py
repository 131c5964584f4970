"""The delivering part of a worker: what Redis gives is claimed in the database and put on threads."""

from __future__ import annotations

import json
import logging
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import Error as DatabaseError
from redis import Redis
from redis.exceptions import RedisError

from . import claims, limits
from .claims import Claim
from .conf import conf
from .config_cache import ConfigCache, current_configs
from .database_threads import DatabaseThreads
from .deliverers import Deliverers, Work
from .dispatch import Batch, Dispatch, Job, Settled
from .errors import MessageInvalid
from .faults import where
from .flight import Flight, InFlight
from .messages import Message, decode_call
from .queues import JOB, TIMEOUT
from .recorder import Recorder
from .trying import Done, Task, try_once

log = logging.getLogger(__name__)

#: A thread waits no longer than this for its turn to call.
LONGEST_WAIT = timedelta(seconds=10)
#: How the content of our own jobs begins.
OURS = f'["{JOB}",'.encode()

#: A message, the name of another function than ours, or None for what cannot be read.
Content = Message | str | None


class Engine:
    """Up to ATS_WORKER_CONCURRENCY deliveries at once; `run_foreign` runs a job that is no delivery, as RQ would."""

    def __init__(self, connection: Redis, worker: str, run_foreign: Callable[[Job], None]) -> None:
        self.flight = Flight(conf.worker_concurrency)
        self.dispatch = Dispatch(connection, worker)
        self._run_foreign = run_foreign
        #: Redis may have given us jobs in an answer that did not come.
        self._lost_answer = False
        self._configs = ConfigCache()
        self._databases = DatabaseThreads()
        self._recorder = Recorder(self.dispatch, self.flight)
        self._deliverers = Deliverers(self.flight.most, self._databases)

    def start(self) -> None:
        """Start the threads."""
        self._recorder.start()
        self._deliverers.start()

    def stop(self) -> None:
        """Let calls in flight end and be recorded, however long they take, then stop the threads."""
        while not self.flight.wait_until_empty(conf.claim_lease / 3):
            try:
                self.hold_on()
            except (RedisError, DatabaseError) as error:
                log.warning("worker.held_on_to_nothing fault=%s", where(error))
        self._deliverers.stop()
        self._recorder.stop()
        self._databases.stop()

    def take(self, queues: Sequence[str], want: int) -> Batch:
        """Take up to `want` jobs and begin with them; return what Redis said.

        Raises RedisError, or DatabaseError once the jobs are back in Redis.
        """
        batch = self.claimed(queues, want)
        try:
            self.begin(batch.jobs)
        except DatabaseError:
            self.dispatch.give_back(job.id for job in batch.jobs)
            raise
        self.publish_limits(batch.unknown)
        return batch

    def claimed(self, queues: Sequence[str], want: int) -> Batch:
        """Ask Redis for up to `want` jobs.

        Raises RedisError.
        """
        try:
            return self.dispatch.claim(queues, want, self.flight.may_risk())
        except RedisError:
            self._lost_answer = True
            raise

    def publish_limits(self, ids: Sequence[int]) -> None:
        """Say what connections may do; where that fails, their lanes ask again in a second."""
        try:
            self.dispatch.publish(self.limits_of(ids))
        except (RedisError, DatabaseError) as error:
            log.warning("worker.limits_not_published connections=%d fault=%s", len(ids), where(error))

    def hold_on(self) -> None:
        """Renew what is in flight, in the database also while Redis is away; take back what was lost.

        Raises RedisError or DatabaseError.
        """
        jobs = self.flight.jobs(younger_than=TIMEOUT)
        claims.renew([job.delivery_id for job in jobs if job.delivery_id])
        self.dispatch.renew({job.job_id: job.config_id for job in jobs})
        if count := self.dispatch.reclaim():
            log.warning("worker.reclaimed jobs=%d", count)
        if self._lost_answer:
            self.give_back_unheard_of()

    def give_back_unheard_of(self) -> None:
        """Give back what Redis gave us in answers that did not come.

        Raises RedisError.
        """
        known = {job.job_id for job in self.flight.jobs(younger_than=timedelta.max)}
        self.dispatch.give_back(sorted(self.dispatch.ours() - known))
        self._lost_answer = False

    def limits_of(self, ids: Sequence[int]) -> dict[int, limits.Limits]:
        """Return the limits of connections, also of those that are gone."""
        known = current_configs(ids) if ids else {}
        return {one: limits.limits_of(known[one]) if one in known else limits.of_nobody(one) for one in ids}

    def begin(self, jobs: Sequence[Job]) -> None:
        """Claim the deliveries of these jobs and put each on a thread; a job that cannot be claimed stops no other.

        Raises DatabaseError.
        """
        try:
            self.begin_together(jobs)
        except DatabaseError:
            raise
        except Exception as error:
            log.error("worker.not_begun jobs=%d fault=%s", len(jobs), where(error))
            if len(jobs) == 1:
                self.acknowledge(jobs[0])  # its row brings it back
                return
            for job in jobs:
                self.begin([job])

    def begin_together(self, jobs: Sequence[Job]) -> None:
        """Claim the deliveries of these jobs and put each on a thread.

        Raises DatabaseError, or whatever else goes wrong, before anything has begun.
        """
        contents = [(job, after_waiting(content_of(job), job.waited)) for job in jobs]
        messages = [found for _job, found in contents if isinstance(found, Message)]
        self._configs.refresh({message.ats.config_id for message in messages})  # what fails now leaves no claim behind
        wanted = latest(messages)
        claimed = claims.claim_all(wanted, self._configs.get) if wanted else {}
        for job, content in contents:
            self.begin_one(job, content, claimed)

    def begin_one(self, job: Job, content: Content, claimed: dict[UUID, Claim]) -> None:
        """Put one job on a thread, or let it be acknowledged where there is nothing to do."""
        message = content if isinstance(content, Message) else None
        claim = claim_for(message, claimed) if message else None
        config_id = message.ats.config_id if message else None
        delivery_id = claim.delivery.pk if claim else None
        self.flight.add([InFlight(job_id=job.id, config_id=config_id, delivery_id=delivery_id, is_risky=job.is_risky)])
        if message and claim:
            self.put(job, partial(self.deliver, Task(job=job, claim=claim, message=message)))
        elif isinstance(content, str):
            self.put(job, partial(self.run_foreign, job))
        else:
            self.acknowledge(job)

    def put(self, job: Job, work: Work) -> None:
        """Let a thread do it, as soon as one more call may begin."""
        self.flight.begin(job.id, partial(self._deliverers.put, work))

    def acknowledge(self, job: Job) -> None:
        """Let go of a job with which there is nothing to do."""
        self._recorder.put(Done(settled=Settled(id=job.id, queue=job.queue, config_id=None)))

    def deliver(self, task: Task) -> None:
        """Try one delivery on the current thread; where that fails, its claim runs out and it is tried again."""
        leave = partial(self.leave, task) if task.job.has_slow_rate else None
        try:
            self._recorder.put(try_once(task, leave))
        except Exception as error:
            log.error("worker.job_not_finished id=%s fault=%s", task.job.id, where(error))
            self.flight.remove([task.job.id])

    def leave(self, task: Task) -> None:
        """Let a delivery of a slow rate wait, where it was held up and others went in its place."""
        with suppress(RedisError):  # it was let through
            wait = self.dispatch.leave(task.claim.delivery.config_id, task.job.id)
            time.sleep(min(wait, LONGEST_WAIT).total_seconds())

    def run_foreign(self, job: Job) -> None:
        """Run a job that is no delivery on the current thread."""
        try:
            self._run_foreign(job)
        except RedisError as error:  # no row brings it back, so it stays in flight until its lease runs out
            log.warning("worker.job_not_finished id=%s fault=%s", job.id, where(error))
            self.flight.remove([job.id])
            return
        except Exception as error:
            log.error("worker.job_not_finished id=%s fault=%s", job.id, where(error))
        self._recorder.put(Done(settled=Settled(id=job.id, queue=job.queue, config_id=None, verdict="foreign")))


def latest(messages: Iterable[Message]) -> dict[UUID, int]:
    """Return the most tries behind any of these messages, by message: an old one may come beside a new one."""
    tries: dict[UUID, int] = {}
    for message in messages:
        tries[message.message_id] = max(message.try_count, tries.get(message.message_id, 0))
    return tries


def claim_for(message: Message, claimed: dict[UUID, Claim]) -> Claim | None:
    """Take the claim that is for this very try, once: a message that came twice is delivered once."""
    found = claimed.get(message.message_id)
    return claimed.pop(message.message_id) if found and found.delivery.try_count == message.try_count else None


def after_waiting(content: Content, waited: timedelta) -> Content:
    """Give a message back what it waited because of our own limits: that costs nothing of its budget."""
    if not waited or not isinstance(content, Message) or content.deadline_at is None:
        return content
    return content.but(deadline_at=content.deadline_at + waited)


def content_of(job: Job) -> Content:
    """Read what a job carries; one that cannot be read is dropped, and its delivery sent again from its row."""
    try:
        content = zlib.decompress(job.data)
        return decode_call(content) if content.startswith(OURS) else str(json.loads(content)[0])
    except MessageInvalid as error:
        log.error("message.invalid fields=%s", ",".join(error.fields))
    except Exception as error:
        log.error("job.unreadable id=%s error=%s", job.id, type(error).__name__)
    return None
