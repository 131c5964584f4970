"""huey on Redis, without results."""

from __future__ import annotations

import os
from typing import Any

from huey import RedisHuey

from benchmarks.peers.work import deliver

huey = RedisHuey("peers", url=os.environ["REDIS_URL"], results=False)
task = huey.task()(deliver)


def enqueue(told: dict[str, Any]) -> None:
    """Put one message on the queue."""
    task(told)
