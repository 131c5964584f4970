"""The RQ worker of this app: deliveries on threads, JSON only, housekeeping beside them.

Named by RQ["WORKER_CLASS"], so `python manage.py rqworker happy retry` needs no flag. Both queues
take turns, so neither starves. SIGTERM stops taking new work and lets calls in flight finish; a
second one leaves at once, and the sweeper sends again what was in flight.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from redis.exceptions import RedisError
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.worker import SimpleWorker
from rq.worker.base import DequeueStrategy, WorkerStatus

from .conf import conf
from .faults import where
from .housekeeping import Housekeeper
from .rq_json import JSONJob

#: Seconds a blocking read waits for work; between two, signals and suspension are looked at.
WAIT = 1
BEAT_SECONDS = 10
WORKER_TTL = 60


class NoDeathPenalty(BaseDeathPenalty):
    """Let the time-outs of the calls bound a job: SIGALRM cannot reach a thread."""

    def setup_death_penalty(self) -> None:
        """Do nothing."""

    def cancel_death_penalty(self) -> None:
        """Do nothing."""


class DeliveryWorker(SimpleWorker):
    """Run up to ATS_WORKER_CONCURRENCY jobs at once."""

    death_penalty_class = NoDeathPenalty
    job_class = JSONJob
    log_result_lifespan = False

    def __init__(self, queues: Any, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"serializer": JSONSerializer, "job_class": JSONJob, "log_job_description": False}
        kwargs["worker_ttl"] = min(kwargs.get("worker_ttl") or WORKER_TTL, WORKER_TTL)
        super().__init__(queues, *args, **kwargs)
        self._concurrency = conf.worker_concurrency
        self._free = threading.Semaphore(self._concurrency)
        self._databases: list[BaseDatabaseWrapper] = []
        self._pool = ThreadPoolExecutor(self._concurrency, "delivery", initializer=self.remember_databases)
        self._next_beat = 0.0

    def work(self, *args: Any, **kwargs: Any) -> bool:
        """Work until told to stop (or, in burst mode, until the queues are empty)."""
        kwargs["dequeue_strategy"] = DequeueStrategy.ROUND_ROBIN
        housekeeper = Housekeeper()
        housekeeper.start()
        try:
            return bool(super().work(*args, **kwargs))
        finally:
            housekeeper.stop()

    def remember_databases(self) -> None:
        """Note the database connections of a new thread, to close them once it has ended."""
        for database in connections.all():
            database.inc_thread_sharing()
            self._databases.append(database)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a free thread, then for a job; None ends the work. An outage of Redis is waited out."""
        idle_since, is_burst = time.monotonic(), timeout is None
        while not self._stop_requested:
            try:
                self.beat()
                self.check_for_suspension(is_burst)
                found = self.next_job(is_burst=is_burst)
            except RedisError as error:
                self.log.warning("worker.redis_away error=%s", type(error).__name__)
                time.sleep(WAIT)
                continue
            if found or (is_burst and self.is_idle()):
                return found
            if max_idle_time is not None and time.monotonic() - idle_since > max_idle_time:
                return None
        return None

    def next_job(self, *, is_burst: bool) -> tuple[Job, Queue] | None:
        """Take one job, once a thread is free for it; None where there was none within a moment."""
        if not self._free.acquire(timeout=WAIT):
            return None
        found = None
        try:
            found = None if self._stop_requested else self.dequeue(is_burst=is_burst)
        finally:
            if found is None:
                self._free.release()
        return found

    def dequeue(self, *, is_burst: bool) -> tuple[Job, Queue] | None:
        """Read the queues in turn."""
        try:
            found: tuple[Job, Queue] | None = self.queue_class.dequeue_any(
                self._ordered_queues,
                None if is_burst else WAIT,
                connection=self.connection,
                job_class=self.job_class,
                serializer=self.serializer,
                death_penalty_class=self.death_penalty_class,
            )
        except DequeueTimeout:
            return None
        except UnicodeDecodeError:  # what stood there was no id, and is off the queue now
            return self.dequeue(is_burst=is_burst)
        if found:
            self.reorder_queues(reference_queue=found[1])
        return found

    def beat(self) -> None:
        """Say that this worker is alive, and do RQ's own maintenance, when it is time."""
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + BEAT_SECONDS
        if not self.connection.hexists(self.key, "birth"):  # Redis was emptied
            self.connection.delete(self.key)
            self.register_birth()  # type: ignore[no-untyped-call]
        self.heartbeat()
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that this worker is alive, if Redis is there to hear it."""
        with unless_redis_is_away(self.log):
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Say what this worker does, if Redis is there to hear it."""
        with unless_redis_is_away(self.log):
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while the workers are suspended; without Redis nobody can have asked for it."""
        with unless_redis_is_away(self.log):
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        """Tidy up RQ's registries, if Redis is there."""
        with unless_redis_is_away(self.log):
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Hand the job to a thread and go on."""
        self.set_state(WorkerStatus.BUSY)
        self._pool.submit(self.run_on_thread, job, queue)

    def run_on_thread(self, job: Job, queue: Queue) -> None:
        """Run one job to its end; its delivery's row says how far it came, whatever happens here."""
        close_old_connections()
        try:
            self.perform_job(job, queue, self.prepare_execution(job))
        except Exception as error:
            self.log.warning("worker.job_not_finished id=%s fault=%s", job.id, where(error))
        finally:
            close_old_connections()
            self._free.release()

    def is_idle(self) -> bool:
        """Tell whether no job is running, waiting a moment for the last ones."""
        taken = 0
        while taken < self._concurrency and self._free.acquire(timeout=WAIT / 10):
            taken += 1
        for _ in range(taken):
            self._free.release()
        return taken == self._concurrency

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log a failed job by its id alone: RQ would log its arguments, which are the message."""
        self.log.error("worker.job_failed id=%s error=%s", job.id, exc_info[0].__name__ if exc_info else "")

    def _shutdown(self) -> None:
        """Stop taking work; what is in flight finishes."""
        self._stop_requested = True

    def request_force_stop(self, signum: int, frame: Any) -> None:
        """Leave at once; the sweeper sends again what was in flight."""
        self.log.warning("worker.cold_shutdown")
        with unless_redis_is_away(self.log):
            self.register_death()  # type: ignore[no-untyped-call]
        os._exit(1)

    def unsubscribe(self) -> None:
        """Leave the channel for commands; its thread is told first, so that nobody waits for it."""
        if self.pubsub_thread:
            self.pubsub_thread.stop()
        super().unsubscribe()  # type: ignore[no-untyped-call]

    def teardown(self) -> None:
        """Let the calls in flight finish, then say goodbye."""
        self._pool.shutdown(wait=True)
        for database in self._databases:
            database.close()
        with unless_redis_is_away(self.log):
            super().teardown()  # type: ignore[no-untyped-call]


@contextmanager
def unless_redis_is_away(log: logging.Logger) -> Iterator[None]:
    """Let what is said to Redis go unheard while it is away."""
    try:
        yield
    except RedisError as error:
        log.warning("worker.redis_away error=%s", type(error).__name__)
