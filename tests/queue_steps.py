"""Step the queues by hand and look into Redis without RQ: what stands there, in plain JSON."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import django_rq
from django.db import connections

from ats_integration import jobs
from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery

SCHEDULE = "rq:scheduler:scheduled_jobs"
T = TypeVar("T")


def job_ids(valkey: Any, queue: str) -> list[str]:
    """Return the ids that stand in a queue, the next one first."""
    return [name.decode() for name in valkey.lrange(f"rq:queue:{queue}", 0, -1)]


def scheduled_ids(valkey: Any) -> list[str]:
    """Return the ids that wait for their time."""
    return [name.decode() for name in valkey.zrange(SCHEDULE, 0, -1)]


def message_of_job(valkey: Any, job_id: str) -> dict[str, Any]:
    """Return the message of a job as it stands in Redis: compressed JSON, nothing else."""
    _function, _instance, args, _kwargs = json.loads(zlib.decompress(valkey.hget(f"rq:job:{job_id}", "data")))
    message: dict[str, Any] = args[0]
    return message


def messages(valkey: Any, queue: str) -> list[dict[str, Any]]:
    """Return the messages that stand in a queue, the next one first."""
    return [message_of_job(valkey, job_id) for job_id in job_ids(valkey, queue)]


def scheduled(valkey: Any) -> list[dict[str, Any]]:
    """Return the messages that wait for their time."""
    return [message_of_job(valkey, job_id) for job_id in scheduled_ids(valkey)]


def take(valkey: Any, queue: str = "happy") -> dict[str, Any]:
    """Take the next message off a queue, as a worker that dies right after would."""
    job_id = valkey.lpop(f"rq:queue:{queue}")
    assert job_id, f"{queue} is empty"
    message = message_of_job(valkey, job_id.decode())
    valkey.delete(f"rq:job:{job_id.decode()}")
    return message


def step(valkey: Any, queue: str = "happy") -> str:
    """Work the next message of a queue in this thread; return how it ended."""
    return jobs.deliver(take(valkey, queue))


def move_due(valkey: Any) -> None:
    """Let the time of all timed messages come, and let rq-scheduler move them."""
    for job_id in scheduled_ids(valkey):
        valkey.zadd(SCHEDULE, {job_id: 1})
    django_rq.get_scheduler("retry").enqueue_jobs()


def retry_until_settled(valkey: Any) -> None:
    """Work the retry queue until nothing waits for its time any more."""
    while scheduled_ids(valkey):
        move_due(valkey)
        while job_ids(valkey, "retry"):
            step(valkey, "retry")


def at_once(*functions: Callable[[], T]) -> list[T]:
    """Call functions in threads that start together; return their results, or raise the first failure."""
    barrier = threading.Barrier(len(functions))
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def run(number: int, function: Callable[[], T]) -> None:
        try:
            barrier.wait(10)
            results[number] = function()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(functions))]


def wait_until(condition: Callable[[], Any], *, patience: float = 20, what: str = "it") -> None:
    """Return once a condition holds; fail where it never does."""
    ends = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < ends, f"waited {patience} s for {what}"
        time.sleep(0.02)


def age(deliveries: Iterable[Delivery], by: timedelta = timedelta(minutes=1)) -> None:
    """Make deliveries older, so that the sweeper may miss them."""
    for delivery in deliveries:
        row = Delivery.objects.get(pk=delivery.pk)
        earlier = {name: getattr(row, name) for name in ("created_at", "queued_at", "next_try_at")}
        Delivery.objects.filter(pk=row.pk).update(**{name: at and at - by for name, at in earlier.items()})


def the_delivery() -> Delivery:
    """Return the only delivery."""
    return Delivery.objects.select_related("config").get()


def the_letter() -> DeadLetter:
    """Return the only dead letter."""
    return DeadLetter.objects.get()


def last_attempt() -> Attempt:
    """Return the latest try of all."""
    return Attempt.objects.order_by("pk").last() or Attempt()


def dead_letter(config: ATSConfig, application: Any, **changes: Any) -> DeadLetter:
    """Write a dead delivery of an application and its row, as `burial` leaves them."""
    delivery = Delivery.objects.create(config=config, application_id=application.pk, status="dead", try_count=1)
    values: dict[str, Any] = {
        "message_id": delivery.pk,
        "delivery": delivery,
        "config": config,
        "customer": config.customer,
        "customer_name": str(config.customer),
        "provider": config.provider,
        "key": f"dead-letters/v1/{delivery.pk}.json",
        "reason": "unauthorized",
        "try_count": 1,
        "died_at": datetime.now(UTC),
        "stored_at": datetime.now(UTC),
    }
    return DeadLetter.objects.create(**{**values, **changes})


def values(valkey: Any) -> Iterator[bytes]:
    """Yield every value of Redis, and what is compressed in it."""
    for key in valkey.keys("*"):
        for value in values_of(valkey, key):
            yield value
            try:
                yield zlib.decompress(value)
            except zlib.error:
                continue


def values_of(valkey: Any, key: bytes) -> list[bytes]:
    """Return the values of one key, whatever it is."""
    match valkey.type(key):
        case b"hash":
            return list(valkey.hvals(key))
        case b"list":
            return list(valkey.lrange(key, 0, -1))
        case b"set":
            return list(valkey.smembers(key))
        case b"zset":
            return list(valkey.zrange(key, 0, -1))
        case _:
            return [valkey.get(key)]
