"""The RQ worker of this app: many deliveries at once on threads, JSON only, housekeeping beside them.

Named by RQ["WORKER_CLASS"], so `python manage.py rqworker happy retry` needs no flag. SIGTERM stops
taking new work and lets calls in flight finish; a second one leaves at once, and what was in flight
comes back when its lease has run out.
"""

from __future__ import annotations

import gc
import os
import time
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.utils import now
from rq.worker.base import WorkerStatus

from . import dispatch
from .conf import conf
from .dispatch import Batch
from .engine import Engine
from .faults import where
from .housekeeping import Housekeeper
from .patient_worker import PatientWorker
from .rq_json import JSONJob, unless_redis_is_away

#: How long to wait for room or work before looking at signals and at the other queue.
WAIT = timedelta(milliseconds=250)
#: Redis looks at time-outs ten times a second: a wait ends up to so much later than it was asked to.
TICK = timedelta(milliseconds=100)
#: How long to sleep where Redis would wake us too late.
STEP = timedelta(milliseconds=10)
#: How long to take nothing: after a failure, and while the workers are suspended.
PAUSE_AFTER_FAILURE = timedelta(seconds=1)
BREAK = timedelta(seconds=1)
#: How often to say that this worker is alive, at the longest; RQ forgets it after WORKER_TTL seconds of silence.
BEAT = timedelta(seconds=10)
#: How many new objects call the garbage collector: more than the calls in flight hold. Deliveries leave no cycles
#: behind, and a look for some at every 700 objects, as Python does it, costs a tenth of the time.
YOUNG_OBJECTS = 10_000
WORKER_TTL = 60
#: Ctrl-C reaches a worker from the terminal and, in a pool, once more from its parent.
ONE_SIGNAL = timedelta(seconds=1)
#: Seconds within which Redis answers, or counts as away: results are recorded meanwhile.
ANSWER = 5


class NoDeathPenalty(BaseDeathPenalty):
    """Let the time-outs of the calls bound a job: SIGALRM cannot reach a thread."""

    def setup_death_penalty(self) -> None:
        """Do nothing."""

    def cancel_death_penalty(self) -> None:
        """Do nothing."""


class DeliveryWorker(PatientWorker):
    """Run up to WORKER_CONCURRENCY jobs at once."""

    death_penalty_class = NoDeathPenalty
    job_class = JSONJob
    log_result_lifespan = False

    def __init__(self, queues: Any, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"serializer": JSONSerializer, "job_class": JSONJob, "log_job_description": False}
        kwargs["worker_ttl"] = min(kwargs.get("worker_ttl") or WORKER_TTL, WORKER_TTL)
        super().__init__(queues, *args, **kwargs)
        self._taken = 0
        self._max_jobs: int | None = None
        self._next_beat = 0.0

    @property
    def connection_timeout(self) -> int:
        """How long an answer of Redis may take, in seconds: no command of ours waits longer than WAIT."""
        return ANSWER

    @cached_property
    def engine(self) -> Engine:
        """What delivers; RQ's tools make workers only to look at them, and those need none."""
        return Engine(self.connection, self.name, self.run_foreign)

    def work(self, *args: Any, max_jobs: int | None = None, **kwargs: Any) -> bool:
        """Work until told to stop (or, in burst mode, until nothing is left to do); tell whether there was work."""
        self._max_jobs = max_jobs
        self.require_new_redis()
        gc.freeze()  # what was imported stays: looking through it again and again costs a twentieth of the time
        gc.set_threshold(YOUNG_OBJECTS)
        housekeeper = Housekeeper()
        housekeeper.start()
        self.engine.start()
        try:
            super().work(*args, **kwargs)
        finally:
            housekeeper.stop()
        return self._taken > 0

    def dequeue_job_and_maintain_ttl(self, timeout: int | None, max_idle_time: int | None = None) -> None:
        """Do all the work there is. RQ's own loop, which runs one job after the other, ends when this returns."""
        idle_since = time.monotonic()
        while not self.is_finished():
            try:
                batch = self.next_batch(is_burst=timeout is None)
            except (RedisError, DatabaseError) as error:
                self.log.warning("worker.paused fault=%s", where(error))
                time.sleep(PAUSE_AFTER_FAILURE.total_seconds())
                close_old_connections()
                self._next_beat = 0.0
                continue
            if batch.jobs or len(self.engine.flight):
                idle_since = time.monotonic()
            elif timeout is None and not self.may_come(batch):
                return
            if max_idle_time is not None and time.monotonic() - idle_since > max_idle_time:
                return
            self.wait(batch)

    def is_finished(self) -> bool:
        """Tell whether no more work is to be taken."""
        return self._stop_requested or self.wanted() == 0

    def wanted(self) -> int | None:
        """Return how many jobs may still be taken by --max-jobs; None = any number."""
        return None if self._max_jobs is None else max(0, self._max_jobs - self._taken)

    def next_batch(self, *, is_burst: bool) -> Batch:
        """Take what there is, once there is room for it.

        Raises RedisError or DatabaseError.
        """
        self.beat()
        room = self.engine.flight.room(WAIT)
        if self.is_finished() or not room:
            return Batch()
        batch = self.engine.take(self.queue_names(), min(room, self.wanted() or room))
        if batch.is_suspended:
            self.rest(is_burst=is_burst)
        self._taken += len(batch.jobs)
        return batch

    def rest(self, *, is_burst: bool) -> None:
        """Take nothing for a moment while the workers are suspended; what is in flight goes on and is held on to."""
        if is_burst:
            self.check_for_suspension(is_burst)
        self.set_state(WorkerStatus.SUSPENDED)
        self._next_beat = min(self._next_beat, time.monotonic() + BREAK.total_seconds())
        time.sleep(BREAK.total_seconds())

    def may_come(self, batch: Batch) -> bool:
        """Tell whether a burst goes on: a message waits for its turn, and that comes soon."""
        return batch.next_turn is not None and batch.next_turn < timedelta(milliseconds=dispatch.cooldown())

    def wait(self, batch: Batch) -> None:
        """Wait until a message comes or the turn of a waiting one; not at all while there is plenty to do."""
        if batch.jobs or batch.unknown or self._stop_requested:
            return
        turn = batch.next_turn
        if turn is not None and turn <= TICK:
            time.sleep(min(STEP, turn).total_seconds())
            return
        patience = WAIT if turn is None else min(WAIT, turn - TICK)
        queue = self.queues[0].key
        with unless_redis_is_away(self.log):  # takes the last message and puts it back: so it only waits
            self.connection.blmove(queue, queue, patience.total_seconds(), "RIGHT", "RIGHT")  # type: ignore[arg-type]
            return
        time.sleep(patience.total_seconds())  # one whose memory is full refuses at once

    def beat(self) -> None:
        """Say that this worker is alive, hold on to what is in flight, and do RQ's own maintenance, when it is time.

        Raises RedisError or DatabaseError.
        """
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + min(BEAT, conf.claim_lease / 3).total_seconds()
        if not self.connection.hexists(self.key, "birth"):  # Redis was emptied
            self.connection.delete(self.key)
            with suppress(ValueError):  # a foreign job wrote to our hash meanwhile; the next beat tries again
                self.register_birth()
        self.heartbeat()
        self.set_state(WorkerStatus.BUSY if len(self.engine.flight) else WorkerStatus.IDLE)
        close_old_connections()
        self.engine.hold_on()
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()

    def run_foreign(self, job: dispatch.Job) -> None:
        """Run a job that is no delivery, as RQ does."""
        queue = next(queue for queue in self.queues if queue.name == job.queue)
        found = self.job_class.fetch(job.id, self.connection, self.serializer)
        self.perform_job(found, queue, self.prepare_execution(found))

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """Log a failed job by its id alone: RQ would log its arguments, which are the message."""
        self.log.error("worker.job_failed id=%s error=%s", job.id, exc_info[0].__name__ if exc_info else "")

    def _shutdown(self) -> None:
        """Stop taking work; what is in flight finishes."""
        self._stop_requested = True

    def request_force_stop(self, signum: int, frame: Any) -> None:
        """Leave at once, unless both signals are one; what was in flight comes back when its lease has run out."""
        if self._shutdown_requested_date and now() - self._shutdown_requested_date < ONE_SIGNAL:
            return
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
        self.engine.stop()
        with unless_redis_is_away(self.log):
            super().teardown()  # type: ignore[no-untyped-call]
