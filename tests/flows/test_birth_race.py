"""A worker that Redis forgot: it registers anew, and nobody else writes in its name meanwhile."""

from __future__ import annotations

from collections.abc import Callable
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


@pytest.fixture
def forgotten(valkey: Any) -> Any:
    """Give a worker that Redis does not know any more."""
    running = django_rq.get_worker("happy", "retry")
    running.register_birth()
    valkey.flushall()
    return running


def overtake(running: Any, monkeypatch: Any, meanwhile: Callable[[], Any]) -> None:
    """Let something happen between the two steps of the next registration."""
    delete = running.connection.delete

    def delete_and_be_overtaken(*keys: Any) -> Any:
        result = delete(*keys)
        meanwhile()
        return result

    with monkeypatch.context() as patched:
        patched.setattr(running.connection, "delete", delete_and_be_overtaken)
        running.beat()


def test_redis_emptied_while_results_are_recorded(forgotten: Any, valkey: Any, monkeypatch: Any) -> None:
    overtake(forgotten, monkeypatch, lambda: settle(valkey, forgotten.name))
    assert valkey.hexists(forgotten.key, "birth")


def test_redis_emptied_while_a_foreign_job_runs(forgotten: Any, valkey: Any, monkeypatch: Any) -> None:
    overtake(forgotten, monkeypatch, lambda: forgotten.increment_successful_job_count())
    forgotten._next_beat = 0
    forgotten.beat()
    assert valkey.hexists(forgotten.key, "birth")
