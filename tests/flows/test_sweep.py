"""A sweep as a whole: all steps, whatever fails in one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import redis

from ats_integration import jobs, sweep
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import age, step, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


def fail(_now: datetime) -> int:
    """Fail with words that nobody may repeat."""
    raise ValueError("Sanne")


@pytest.mark.parametrize("failing", [name for name, _step in sweep.STEPS])
def test_a_failing_step_stops_no_other(
    valkey: redis.Redis, config: ATSConfig, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    done: list[str] = []

    def remember(name: str) -> Callable[[datetime], int]:
        return lambda _now: done.append(name) or 7  # type: ignore[func-returns-value]

    steps = [(name, fail if name == failing else remember(name)) for name, _step in sweep.STEPS]
    monkeypatch.setattr(sweep, "STEPS", steps)
    report = sweep.sweep()
    assert (failing,) == report.faults
    assert [name for name, _step in sweep.STEPS if name != failing] == done
    assert 0 == getattr(report, failing)


def test_a_failing_step_is_logged_without_any_value(
    valkey: redis.Redis, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sweep, "STEPS", [("enqueued", fail)])
    sweep.sweep()
    assert "sweep.failed step=enqueued fault=ValueError at" in caplog.text
    assert "Sanne" not in caplog.text


def test_a_sweep_with_nothing_to_do_is_silent(valkey: redis.Redis, db: None, caplog: pytest.LogCaptureFixture) -> None:
    assert not sweep.sweep()
    assert "" == caplog.text


def test_without_redis_dead_letters_are_still_stored(
    redis_away: None, s3: Any, config: ATSConfig, apply: Apply, s3_switch: Callable[[bool], None], ats: Sandbox
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    jobs.deliver(Delivery.objects.get().message)
    s3_switch(True)
    apply()
    age(Delivery.objects.filter(status="pending"))
    report = sweep.sweep()
    assert (("enqueued",), 1) == (report.faults, report.stored)


def test_s3_that_was_away_gets_the_dead_letter_later(
    valkey: redis.Redis,
    s3: Any,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    s3_switch: Callable[[bool], None],
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    step(valkey)
    assert (0, None) == (sweep.sweep().stored, the_letter().stored_at)
    s3_switch(True)
    assert 1 == sweep.sweep().stored
    assert the_letter().stored_at
    assert 0 == sweep.sweep().stored
