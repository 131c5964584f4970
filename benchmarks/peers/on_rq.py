"""RQ as it comes; its own `rq worker` runs the jobs."""

from __future__ import annotations

import os
from typing import Any

from redis import Redis
from rq import Queue

from benchmarks.peers.work import deliver

queue = Queue("happy", connection=Redis.from_url(os.environ["REDIS_URL"]))


def enqueue(told: dict[str, Any]) -> None:
    """Put one message on the queue."""
    queue.enqueue(deliver, told, result_ttl=0)
