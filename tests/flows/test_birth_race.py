"""A worker that Redis forgot: it registers anew, and nobody else writes in its name meanwhile."""

from __future__ import annotations

from typing import Any

import django_rq
import pytest

from ats_integration.dispatch import Dispatch, Settled

pytestmark = pytest.mark.django_db(transaction=True)


def settle(valkey: Any, worker: str) -> None:
    """Acknowledge one job in the name of a worker."""
    Dispatch(valkey, worker).settle([Settled(id="x", queue="happy", config_id=None)])


def test_what_a_forgotten_worker_settles_registers_nobody(valkey: Any) -> None:
    settle(valkey, "gone")
    assert [] == valkey.keys("rq:worker:*")


def test_redis_emptied_while_results_are_recorded(valkey: Any, monkeypatch: Any) -> None:
    running = django_rq.get_worker("happy", "retry")
    running.register_birth()
    valkey.flushall()
    delete = running.connection.delete

    def delete_and_be_overtaken(*keys: Any) -> Any:
        result = delete(*keys)
        settle(valkey, running.name)  # what the recorder's thread does at this moment
        return result

    monkeypatch.setattr(running.connection, "delete", delete_and_be_overtaken)
    running.beat()
    assert valkey.hexists(running.key, "birth")
