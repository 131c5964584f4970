"""Celery on Redis, without results, acknowledging after the work."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

from benchmarks.peers.work import deliver

app = Celery("peers", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
)
task = app.task(deliver, name="deliver")


def enqueue(told: dict[str, Any]) -> None:
    """Put one message on the queue."""
    task.delay(told)
