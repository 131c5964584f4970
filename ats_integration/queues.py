"""The only flow module that talks to RQ: put a message on the happy or the retry queue, or ask for it.

Callers must be outside of a database transaction, or inside `transaction.on_commit`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import django_rq
from django.core.signals import setting_changed
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.queue import Queue

from . import dispatch
from .conf import JOB_TIMEOUT, conf
from .messages import Message
from .pauses import Pause
from .rq_json import JSONScheduler
from .states import HAPPY_QUEUE, RETRY_QUEUE

log = logging.getLogger(__name__)

JOB = "ats_integration.jobs.deliver"
DESCRIPTION = "ATS delivery"  # RQ logs and shows descriptions, so nothing of the message is in it
TIMEOUT = JOB_TIMEOUT
FAILURE_TTL = timedelta(days=1)
#: How long a web request may wait for Redis, once; afterwards Redis is left alone for a moment.
PATIENCE = timedelta(milliseconds=250)

redis_pause = Pause(timedelta(seconds=5))


def put(messages: Sequence[Message]) -> bool:
    """Put messages on the queue they belong to by their tryCount; tell whether Redis took them.

    Never raises for Redis: what it does not take, the sweeper brings later.
    """
    if redis_pause.is_on:
        return False
    try:
        for name in (HAPPY_QUEUE, RETRY_QUEUE):
            push(name, [message for message in messages if queue_of(message.try_count) == name])
    except RedisError as error:
        redis_pause.start()
        log.warning("queue.redis_away messages=%d error=%s", len(messages), type(error).__name__)
        return False
    redis_pause.end()
    return True


def put_later(timed: Sequence[tuple[Message, datetime]]) -> bool:
    """Put messages on the retry queue at moments in the future, through rq-scheduler; tell whether Redis took them."""
    try:
        scheduler().enqueue_many_at([(next_second(at), timed_job(message)) for message, at in timed])
    except RedisError as error:
        log.warning("queue.redis_away messages=%d error=%s", len(timed), type(error).__name__)
        return False
    return True


def timed_job(message: Message) -> dict[str, Any]:
    """Describe the job of a timed message to rq-scheduler."""
    return {
        "func": JOB,
        "args": (message.to_dict(),),
        "id": job_id(message.message_id, message.try_count),
        "queue_name": RETRY_QUEUE,
        "timeout": int(TIMEOUT.total_seconds()),
        "result_ttl": 0,
        "description": DESCRIPTION,
        "meta": lane_of(message),
    }


def lane_of(message: Message) -> dict[str, int]:
    """Return what decides when a message may go: its connection, and when its first try failed, in milliseconds."""
    lane = {"config": message.ats.config_id}
    if message.deadline_at:
        lane["since"] = int((message.deadline_at - conf.retry_budget).timestamp() * 1000)
    return lane


def next_second(at: datetime) -> datetime:
    """Round up to a whole second: rq-scheduler rounds down, and an ATS that asked us to wait means all of it."""
    return at.replace(microsecond=0) + timedelta(seconds=at.microsecond > 0)


def push(name: str, messages: Sequence[Message]) -> None:
    """Put messages at the end of one queue, in one round trip."""
    if messages:
        queue(name).enqueue_many([job_data(message) for message in messages])


def queue_of(try_count: int) -> str:
    """Return the queue that a message belongs to: `happy` holds nothing but tryCount 0."""
    return RETRY_QUEUE if try_count else HAPPY_QUEUE


def job_id(message_id: UUID, try_count: int) -> str:
    """Return the RQ id of a message: the same message and try never stand in Redis twice."""
    return f"ats-{message_id}-{try_count}"


def job_data(message: Message) -> Any:
    """Describe the job of a message to RQ."""
    return Queue.prepare_data(
        JOB,
        args=(message.to_dict(),),
        timeout=int(TIMEOUT.total_seconds()),
        result_ttl=0,
        failure_ttl=int(FAILURE_TTL.total_seconds()),
        description=DESCRIPTION,
        job_id=job_id(message.message_id, message.try_count),
        meta=lane_of(message),
    )


def missing(tries: Iterable[tuple[UUID, int]]) -> list[UUID]:
    """Return the ids of those messages that no queue, no schedule, no lane and no worker holds.

    Each is given with its tryCount. Raises RedisError where Redis does not answer.
    """
    asked = list(tries)
    held = dispatch.held(connection(), [(job_id(*one), queue_of(one[1])) for one in asked])
    return [message_id for (message_id, _), is_held in zip(asked, held, strict=True) if not is_held]


def depths() -> dict[str, int]:
    """Return how many messages stand in each queue, wait for their time, and wait for their connection's turn.

    Raises RedisError where Redis does not answer.
    """
    found = {name: queue(name).count for name in (HAPPY_QUEUE, RETRY_QUEUE)}
    scheduled = connection().zcard(JSONScheduler.scheduled_jobs_key)
    return {**found, "scheduled": scheduled, "waiting": dispatch.waiting(connection())}


@cache
def connection() -> Redis:
    """Return the connection of this process: impatient, and without repeats of its own."""
    client = django_rq.get_connection(HAPPY_QUEUE)
    seconds = PATIENCE.total_seconds()
    client.connection_pool.connection_kwargs.update(socket_connect_timeout=seconds, socket_timeout=4 * seconds)
    client.set_retry(Retry(NoBackoff(), 0))
    return client


@lru_cache(maxsize=4)
def queue(name: str) -> Queue:
    """Return one of our queues; enqueueing is immediate, the caller sees to the commit."""
    return django_rq.get_queue(name, connection=connection(), commit_mode="auto")


@cache
def scheduler() -> JSONScheduler:
    """Return the scheduler that holds the timed messages."""
    return django_rq.get_scheduler(RETRY_QUEUE, queue=queue(RETRY_QUEUE), connection=connection())


def forget(*, setting: str, **_: Any) -> None:
    """Drop the cached connections when a test overrides the queues."""
    if setting in ("RQ_QUEUES", "RQ"):
        connection.cache_clear()
        queue.cache_clear()
        scheduler.cache_clear()
        redis_pause.end()


setting_changed.connect(forget)
