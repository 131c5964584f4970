"""A message in the database that cannot be read stands in nobody's way, and is built again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from ats_integration import burial, rebuilding, sweep
from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.flows.conftest import Tune
from tests.flows.test_intake import SPEECHLESS
from tests.queue_steps import age, at_once, job_ids, messages, step, the_delivery, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
BROKEN: list[Any] = [{"schemaVersion": 7}, {"candidate": "?"}, [], "text", 5]


@pytest.mark.parametrize("broken", BROKEN)
def test_an_unreadable_message_is_built_again_and_sent(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, broken: Any
) -> None:
    apply()
    good = the_delivery().message
    break_messages(valkey, broken)
    sweep.sweep()
    report = sweep.sweep()
    assert (1, 1, ()) == (report.rebuilt, report.enqueued, report.faults)
    assert good["messageId"] == messages(valkey, "happy")[0]["messageId"]
    assert "delivered" == step(valkey)


def test_an_unreadable_message_stands_in_nobodys_way(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    break_messages(valkey, {"candidate": "?"})
    apply()
    age(Delivery.objects.order_by("-created_at")[:1])
    valkey.flushall()
    report = sweep.sweep()
    assert (1, ()) == (report.enqueued, report.faults)


def test_a_retry_that_was_built_again_keeps_try_count_and_deadline(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    deadline = the_delivery().message["deadlineAt"]
    break_messages(valkey, {})
    sweep.sweep()
    assert [(1, deadline)] == [(m["tryCount"], m["deadlineAt"]) for m in messages(valkey, "retry")]
    assert "unavailable" == step(valkey, "retry")


def test_a_held_delivery_with_an_unreadable_message_is_released_all_the_same(
    valkey: redis.Redis, config: ATSConfig, apply: Apply
) -> None:
    apply()
    apply()
    break_messages(valkey, {"candidate": "?"})
    Delivery.objects.update(status="held", held_at=timezone.now())
    assert (0, ()) == (sweep.sweep().released, sweep.sweep().faults)
    assert "delivered" == step(valkey)


def test_a_crash_between_giving_up_and_the_dead_letter_blocks_nothing(
    valkey: redis.Redis, s3: Any, tune: Tune, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    later = timezone.now() + timedelta(seconds=301)
    with monkeypatch.context() as crash:
        crash.setattr(burial, "bury", stop)
        with pytest.raises(SystemExit):
            sweep.sweep(later)
    assert ("queued", {}) == (the_delivery().status, the_delivery().message)
    assert () == sweep.sweep(later).faults
    assert ("dead", "message_not_built") == (the_delivery().status, the_letter().reason)


def test_sweepers_at_once_give_up_once(
    valkey: redis.Redis, s3: Any, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    reports = at_once(*[lambda: sweep.sweep(timezone.now() + timedelta(seconds=301))] * 3)
    assert [(), (), ()] == [report.faults for report in reports]
    assert "dead" == the_delivery().status


def test_an_application_that_was_deleted_becomes_a_dead_letter_in_the_end(
    valkey: redis.Redis, s3: Any, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    Application.objects.all().delete()
    sweep.sweep(timezone.now() + timedelta(seconds=301))
    assert "dead" == the_delivery().status


def test_what_a_worker_is_busy_with_is_left_alone(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    Delivery.objects.update(message={}, claimed_until=timezone.now() + timedelta(seconds=30))
    assert 0 == rebuilding.rebuild(timezone.now())


def test_a_dead_letter_with_an_unreadable_message_is_stored_without_it(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, s3_switch: Callable[[bool], None]
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    step(valkey)
    Delivery.objects.update(message={"candidate": "?"})
    s3_switch(True)
    assert 1 == sweep.sweep().stored


def test_what_was_set_aside_is_not_logged(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, caplog: pytest.LogCaptureFixture
) -> None:
    apply()
    break_messages(valkey, {**the_delivery().message, "extra": "Sanne"})
    sweep.sweep()
    assert "message.set_aside" in caplog.text
    assert "Sanne" not in caplog.text


def break_messages(valkey: redis.Redis, broken: Any) -> None:
    """Break what the database holds, a minute ago, and empty Redis."""
    Delivery.objects.update(message=broken)
    age(Delivery.objects.all())
    valkey.flushall()
    assert [] == job_ids(valkey, "happy")


def stop(*_: Any, **__: Any) -> None:
    """End the process."""
    raise SystemExit


def test_a_fault_with_one_keeps_no_other_from_being_built(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(), apply()
    Delivery.objects.update(message={})
    first = Delivery.objects.order_by("-created_at")[0].pk
    rebuilt = rebuilding.rebuilt
    monkeypatch.setattr(rebuilding, "rebuilt", lambda one, now: 1 / 0 if one.pk == first else rebuilt(one, now))
    report = sweep.sweep()
    assert (1, ()) == (report.rebuilt, report.faults)
