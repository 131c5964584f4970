"""What changes at a connection while its messages wait: limits, its provider, or that it is there at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ats_integration import dispatch
from ats_integration.limits import Limits, limits_of
from ats_integration.models import ATSConfig, Delivery
from ats_integration.providers.base import Provider, Rate
from ats_integration.providers.personio import Personio
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer
from tests.queue_steps import wait_until
from tests.worker.clock import advance
from tests.worker.conftest import Tune
from tests.worker.running import in_threads, worker

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]


def told(provider: str, **changes: Any) -> Limits:
    """Return the limits of a connection that is stored nowhere."""
    return limits_of(ATSConfig(pk=7, provider=provider, **changes))


def test_the_limits_are_those_of_the_provider() -> None:
    limits = told("lever")
    assert (8, 2, timedelta(seconds=1.01), 1, "config-7") == (
        limits.concurrency,
        limits.calls,
        limits.per,
        limits.weight,
        limits.key,
    )


def test_an_ats_that_counts_all_of_our_calls_together_has_one_rate() -> None:
    assert Personio.rate
    assert (Personio.rate.calls, "sender-personio") == (told("personio").calls, told("personio").key)


@pytest.mark.parametrize(
    ("entered", "calls", "seconds"),
    [(5, 5, 1), (0.5, 1, 2), (2.5, 2, 0.8), (1e-300, 1, 86_400), (1e300, 10_000, 1), (float("inf"), 10_000, 1)],
)
def test_what_somebody_entered_stands_before_that(entered: float, calls: int, seconds: float) -> None:
    limits = told("lever", rate_per_second=entered, max_concurrency=3)
    assert (3, calls) == (limits.concurrency, limits.calls)
    assert abs(seconds + 0.01 - limits.per.total_seconds()) < 0.001


@pytest.mark.parametrize("entered", [None, 0, -1, float("nan")])
def test_what_is_no_rate_is_none(entered: float | None) -> None:
    assert told("lever") == told("lever", rate_per_second=entered)


def test_a_connection_whose_own_rate_is_entered_is_counted_alone() -> None:
    assert "config-7" == told("personio", rate_per_second=3).key


def test_a_delivery_of_many_calls_fits_into_any_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Provider, "calls_per_delivery", 5)
    assert [2, 5] == [told("lever").weight, told("smartrecruiters").weight]
    monkeypatch.setattr(Provider, "rate", Rate(calls=1, per=timedelta(seconds=1)))
    assert 1 == told("recruitee").weight


def test_the_app_has_a_default_for_calls_at_once(tune: Tune) -> None:
    tune(MAX_CONCURRENCY=3)
    assert [3, 3, 1] == [told("lever", max_concurrency=most).concurrency for most in (None, 0, 1)]


def test_a_change_takes_effect_once_the_published_limits_are_no_longer_believed(
    valkey: Any, config: ATSConfig, apply: Apply, drain: Drain
) -> None:
    apply()
    drain()
    ATSConfig.objects.update(max_concurrency=1)
    apply()
    drain()
    assert b"8" == valkey.hget(f"ats:limits:{config.pk}", "concurrency")
    advance(valkey, dispatch.LIMITS_TTL)
    apply()
    drain()
    assert b"1" == valkey.hget(f"ats:limits:{config.pk}", "concurrency")
    assert 3 == Delivery.objects.filter(status="delivered").count()


def test_limits_are_forgotten_some_time_after_the_last_message(
    valkey: Any, config: ATSConfig, apply: Apply, drain: Drain
) -> None:
    apply()
    drain()
    assert 0 < valkey.pttl(f"ats:limits:{config.pk}") <= 10 * dispatch.LIMITS_TTL.total_seconds() * 1000


def test_messages_of_an_unknown_provider_fail_with_that_word(
    valkey: Any, config: ATSConfig, apply: Apply, drain: Drain
) -> None:
    apply()
    ATSConfig.objects.update(provider="long-gone")
    drain()
    assert ("retrying", 1) == (Delivery.objects.get().status, Delivery.objects.get().try_count)


def test_messages_of_a_connection_that_was_deleted_while_they_waited_end(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, other_customer: Customer, drain: Drain
) -> None:
    valkey.set(f"ats:pause:config-{config.pk}", 1, px=60_000)
    for _ in range(3):
        apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 3)
    config.delete()
    advance(valkey, timedelta(minutes=1))
    drain()
    assert 0 == ats.stats().get("recruitee", {}).get("calls", 0)
    assert [] == valkey.keys("rq:job:*") + valkey.keys("ats:waiting:*") + valkey.keys("ats:leases")


def test_messages_of_a_connection_that_was_switched_off_while_they_waited_are_held(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain
) -> None:
    valkey.set(f"ats:pause:config-{config.pk}", 1, px=60_000)
    apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 1)
    ATSConfig.objects.update(is_active=False)
    advance(valkey, timedelta(minutes=1))
    drain()
    assert ("held", 0) == (Delivery.objects.get().status, Delivery.objects.get().try_count)
    assert [] == valkey.keys("rq:job:*") + valkey.keys("ats:slots:*")
