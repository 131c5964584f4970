"""RQ's Job and rq-scheduler's Scheduler, bound to JSON: nothing in Redis is ever unpickled.

Named by RQ["JOB_CLASS"] and RQ["SCHEDULER_CLASS"]. An unreadable job never stops a process: it is
dropped with a log line, and the sweeper sends its delivery again from the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django_rq.queues import DjangoScheduler
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_scheduler.utils import to_unix

log = logging.getLogger(__name__)


class JSONJob(Job):
    """A job that reads and writes JSON, whatever serializer it is asked for."""

    def __init__(self, id: str | None = None, connection: Redis | None = None, serializer: object = None) -> None:
        super().__init__(id, connection, JSONSerializer)

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: object = None) -> Job:
        """Read a job.

        Raises NoSuchJobError, also where what stands in a queue is not the id of any job.
        """
        try:
            return super().fetch(id, connection, serializer)
        except ValueError:
            raise NoSuchJobError("What stands in the queue is no id of a job.") from None
        except ResponseError:  # something else stands in its place
            cls(id, connection).drop()
            raise NoSuchJobError(f"Job {id} is unreadable.") from None

    def restore(self, raw_data: Any) -> None:
        """Read the job from its Redis hash; an unreadable one is removed.

        Raises NoSuchJobError, which RQ and rq-scheduler answer by going on with the next job.
        """
        try:
            super().restore(raw_data)
        except NoSuchJobError:
            self.drop()
            raise NoSuchJobError(f"Job {self.id} has no data.") from None
        except Exception as error:
            self.drop()
            raise NoSuchJobError(f"Job {self.id} is unreadable ({type(error).__name__}).") from None

    def drop(self) -> None:
        """Remove an unreadable hash; the database still has the delivery."""
        log.error("job.unreadable id=%s", self.id)
        self.connection.delete(self.key)


class JSONScheduler(DjangoScheduler):
    """rq-scheduler that takes many jobs at once, survives a Redis outage and steps over a job it cannot move."""

    def enqueue_many_at(self, timed: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
        """Schedule jobs, each given as its moment and what describes it, in one transaction."""
        with self.connection.pipeline() as pipeline:
            for at, described in timed:
                job = self._create_job(commit=False, **described)  # type: ignore[no-untyped-call]
                job.save(pipeline=pipeline)
                pipeline.zadd(self.scheduled_jobs_key, {job.id: to_unix(at)})
            pipeline.execute()

    def enqueue_jobs(self) -> list[Job]:
        """Move every due job to its queue."""
        return [job for job in self.get_jobs_to_queue() if self.moved(job)]

    def moved(self, job: Job) -> bool:
        """Move one job; one that cannot be moved is taken off the schedule and out of Redis."""
        try:
            self.enqueue_job(job)
        except RedisError:
            raise
        except Exception as error:
            log.error("job.unmovable id=%s error=%s", job.id, type(error).__name__)
            self.cancel(job.id)
            self.connection.delete(job.key)
            return False
        return True

    def run(self, burst: bool = False) -> None:
        """Run until told to stop, also across an outage of Redis."""
        while True:
            try:
                super().run(burst)
            except RedisError as error:
                log.warning("scheduler.redis_away error=%s", type(error).__name__)
                time.sleep(self._interval)
            else:
                return

    def register_birth(self) -> None:
        """Announce this scheduler; after an outage its own old announcement is no obstacle."""
        self.connection.delete(self.key)
        super().register_birth()

    def register_death(self) -> None:
        """Say goodbye, if Redis is there to hear it."""
        try:
            super().register_death()
        except RedisError:
            log.warning("scheduler.left_silently")

    def remove_lock(self) -> None:
        """Give the lock back; if Redis is away, the lock ends by itself."""
        try:
            super().remove_lock()
        except RedisError:
            self._lock_acquired = False


@contextmanager
def unless_redis_is_away(log: logging.Logger) -> Iterator[None]:
    """Let what is said to Redis go unheard while it is away."""
    try:
        yield
    except RedisError as error:
        log.warning("worker.redis_away error=%s", type(error).__name__)
