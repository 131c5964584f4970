"""The connection to the database breaks at the very commit: before it counts, or after, with only the answer lost."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from ats_integration import burial, deadletters, patience, settlement, sweep
from ats_integration.models import ATSConfig, Attempt, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import age, job_ids, move_due, scheduled_ids, step, the_delivery, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
CUTS = pytest.mark.parametrize("counts", [False, True], ids=["before it counts", "after it counts"])


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker that lost the database look again at once."""
    monkeypatch.setattr(patience, "WAITS", (timedelta(0),) * 3)


@contextmanager
def cut_at_commit(*, counts: bool) -> Iterator[None]:
    """Break the connection at the next commit of this thread."""
    commit = connection.commit

    def break_off() -> None:
        connection.commit = commit  # type: ignore[method-assign]
        if counts:
            commit()
        assert connection.connection
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    connection.commit = break_off  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.commit = commit  # type: ignore[method-assign]


def cut_in(module: Any, name: str, monkeypatch: pytest.MonkeyPatch, *, counts: bool) -> None:
    """Break the connection at the commit of one function, the first time it is called."""
    function = getattr(module, name)

    @functools.wraps(function)
    def cut(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(module, name, function)
        with cut_at_commit(counts=counts):
            return function(*args, **options)

    monkeypatch.setattr(module, name, cut)


def go_on(valkey: Any) -> None:
    """Let some time pass, and do everything that is due."""
    age(Delivery.objects.all())
    sweep.sweep()
    move_due(valkey)
    for queue in ("happy", "retry"):
        while job_ids(valkey, queue):
            step(valkey, queue)


@CUTS
def test_a_save_that_fails_leaves_nothing_or_everything(
    counts: bool, valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    with cut_at_commit(counts=counts), pytest.raises(OperationalError):
        apply()
    connection.close()
    assert (int(counts), int(counts)) == (Application.objects.count(), Delivery.objects.count())
    go_on(valkey)
    assert int(counts) == ats.stats()["recruitee"]["accepted"]


@CUTS
def test_a_receipt_is_recorded_all_the_same(
    counts: bool, valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply()
    cut_in(settlement, "record", monkeypatch, counts=counts)
    step(valkey)
    go_on(valkey)
    assert ("delivered", None, 1) == (the_delivery().status, the_delivery().claimed_until, Attempt.objects.count())
    assert 1 == ats.stats()["recruitee"]["calls"]


@CUTS
def test_a_failure_is_recorded_all_the_same(
    counts: bool, valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.behave("recruitee", "down", times=1)
    apply()
    cut_in(settlement, "record", monkeypatch, counts=counts)
    step(valkey)
    assert ("retrying", 1, None) == (
        the_delivery().status,
        the_delivery().try_count,
        the_delivery().claimed_until,
    )
    assert counts or scheduled_ids(valkey)
    go_on(valkey)
    assert ("delivered", 2) == (the_delivery().status, ats.stats()["recruitee"]["calls"])


@CUTS
def test_a_death_is_recorded_all_the_same(
    counts: bool, valkey: Any, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    cut_in(burial, "bury", monkeypatch, counts=counts)
    step(valkey)
    assert ("dead", 1) == (the_delivery().status, len(deadletters.keys()))
    assert the_letter().stored_at
    assert 1 == ats.stats()["recruitee"]["calls"]
