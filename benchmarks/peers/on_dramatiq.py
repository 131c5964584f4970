"""dramatiq on Redis, with its default middleware."""

from __future__ import annotations

import os
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks.peers.work import deliver

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))
task = dramatiq.actor(deliver)


def enqueue(told: dict[str, Any]) -> None:
    """Put one message on the queue."""
    task.send(told)
