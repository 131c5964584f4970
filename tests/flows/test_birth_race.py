from __future__ import annotations

from typing import Any

import django_rq
import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_redis_emptied_while_the_recorder_counts(valkey: Any, monkeypatch: Any) -> None:
    running = django_rq.get_worker("happy", "retry")
    running.register_birth()
    valkey.flushall()
    delete = running.connection.delete

    def delete_and_be_overtaken(*keys: Any) -> Any:
        result = delete(*keys)
        running.count_jobs(1)  # what the recorder's thread does at this moment
        return result

    monkeypatch.setattr(running.connection, "delete", delete_and_be_overtaken)
    running.beat()
