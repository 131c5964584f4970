"""Applications that came in without a signal: bulk_create, imports, a crash in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from ats_integration import missed, sweep
from ats_integration.models import ATSConfig, Delivery
from jobbird.ats import BoardAdapter
from jobbird.board.models import Application, Customer, Vacancy
from tests.flows.conftest import Connect, Tune
from tests.queue_steps import at_once, job_ids, step, the_delivery

pytestmark = pytest.mark.django_db(transaction=True)
Import = Callable[..., list[Application]]
LATER = timedelta(seconds=20)


class Choosy(BoardAdapter):
    """An adapter that stumbles over one candidate."""

    def customer_id(self, application: Application) -> Any:
        if application.first_name == "Poison":
            raise ValueError(application.first_name)
        return super().customer_id(application)


@pytest.fixture
def imported(vacancy: Vacancy) -> Import:
    """Give a function that imports applications past every signal."""

    def imported(count: int = 1, **changes: Any) -> list[Application]:
        values = {"vacancy": vacancy, "first_name": "Anna", "email": "anna@example.org", **changes}
        found = Application.objects.bulk_create([Application(**values) for _ in range(count)])
        if created_at := changes.get("created_at"):
            Application.objects.filter(pk__in=[a.pk for a in found]).update(created_at=created_at)
        return found

    return imported


def old(config: ATSConfig, days: int = 3) -> None:
    """Let a connection be older than the lookback."""
    ATSConfig.objects.filter(pk=config.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_imported_applications_are_taken_in(valkey: redis.Redis, config: ATSConfig, imported: Import) -> None:
    imported(3)
    assert 3 == sweep.sweep(timezone.now() + LATER).taken_in
    assert 3 == len(job_ids(valkey, "happy"))
    assert {"queued"} == set(Delivery.objects.values_list("status", flat=True))


def test_a_web_request_that_is_under_way_is_left_alone(
    valkey: redis.Redis, config: ATSConfig, imported: Import
) -> None:
    imported()
    assert 0 == sweep.sweep().taken_in


def test_nothing_is_taken_in_twice(valkey: redis.Redis, config: ATSConfig, imported: Import) -> None:
    imported()
    sweep.sweep(timezone.now() + LATER)
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in
    assert 1 == Delivery.objects.count()


def test_what_the_signal_took_in_is_not_taken_in_again(
    valkey: redis.Redis, config: ATSConfig, apply: Callable[..., Application]
) -> None:
    apply()
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in


def test_applications_from_before_the_connection_stay_out(
    valkey: redis.Redis, config: ATSConfig, imported: Import
) -> None:
    imported(created_at=config.created_at - timedelta(seconds=1))
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in


def test_applications_older_than_the_lookback_stay_out(
    valkey: redis.Redis, config: ATSConfig, imported: Import
) -> None:
    old(config)
    imported(created_at=timezone.now() - timedelta(hours=25))
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in


def test_an_old_connection_takes_what_is_within_the_lookback(
    valkey: redis.Redis, config: ATSConfig, imported: Import
) -> None:
    old(config)
    imported(created_at=timezone.now() - timedelta(hours=23))
    assert 1 == sweep.sweep(timezone.now() + LATER).taken_in


def test_applications_at_other_customers_stay_out(
    valkey: redis.Redis, config: ATSConfig, imported: Import, other_customer: Customer
) -> None:
    imported(vacancy=other_customer.vacancies.get())
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in


def test_each_customer_gets_its_own(
    valkey: redis.Redis, config: ATSConfig, connect: Connect, imported: Import, other_customer: Customer
) -> None:
    theirs = connect(other_customer)
    for each in (config, theirs):
        old(each)
    imported(vacancy=other_customer.vacancies.get())
    assert 1 == sweep.sweep(timezone.now() + LATER).taken_in
    assert theirs == the_delivery().config


def test_a_paused_connection_takes_nothing_in(valkey: redis.Redis, config: ATSConfig, imported: Import) -> None:
    ATSConfig.objects.update(is_active=False)
    imported()
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in


def test_a_connection_that_is_on_again_takes_in_what_it_missed(
    valkey: redis.Redis, config: ATSConfig, apply: Callable[..., Application]
) -> None:
    ATSConfig.objects.update(is_active=False)
    apply()
    ATSConfig.objects.update(is_active=True)
    assert 1 == sweep.sweep(timezone.now() + LATER).taken_in


@pytest.mark.parametrize("is_old", [True, False])
def test_of_two_connections_the_one_that_missed_it_takes_it_in(
    valkey: redis.Redis, config: ATSConfig, connect: Connect, apply: Callable[..., Application], is_old: bool
) -> None:
    paused = connect(config.customer, is_active=False)
    if is_old:
        old(config)
        old(paused)
    apply()
    ATSConfig.objects.update(is_active=True)
    assert 1 == sweep.sweep(timezone.now() + LATER).taken_in
    assert {config.pk, paused.pk} == set(Delivery.objects.values_list("config_id", flat=True))


def test_sweepers_at_once_take_each_application_in_once(
    valkey: redis.Redis, config: ATSConfig, imported: Import
) -> None:
    imported(20)
    reports = at_once(*[lambda: sweep.sweep(timezone.now() + LATER)] * 3)
    assert 20 == sum(report.taken_in for report in reports) == Delivery.objects.count()
    assert [(), (), ()] == [report.faults for report in reports]


def test_another_sweep_that_was_faster_keeps_nothing_out(
    valkey: Any,
    config: ATSConfig,
    imported: Import,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, _second = imported(2)
    seen_too_early = list(Application.objects.order_by("pk"))
    Delivery.objects.create(config=config, application=first)
    monkeypatch.setattr(missed, "without_delivery", lambda *_: seen_too_early)
    assert 1 == missed.take_in(timezone.now() + LATER)
    assert "ERROR" not in caplog.text


def test_one_application_that_makes_the_host_stumble_keeps_no_other_out(
    valkey: redis.Redis, tune: Tune, config: ATSConfig, imported: Import
) -> None:
    imported(first_name="Poison", created_at=timezone.now())
    imported()
    tune(APPLICATION_ADAPTER="tests.flows.test_missed.Choosy")
    report = sweep.sweep(timezone.now() + LATER)
    assert (1, ()) == (report.taken_in, report.faults)


def test_without_redis_they_are_taken_in_and_wait(redis_away: None, config: ATSConfig, imported: Import) -> None:
    imported()
    assert 1 == sweep.sweep(timezone.now() + LATER).taken_in
    assert "pending" == the_delivery().status


def test_an_imported_application_arrives(valkey: redis.Redis, config: ATSConfig, imported: Import) -> None:
    config.provider = "lever"
    imported(cv="")
    sweep.sweep(timezone.now() + LATER)
    assert step(valkey) in ("delivered", "rejected")


def test_connections_are_grouped_so_that_no_customer_comes_twice(
    config: ATSConfig, connect: Connect, other_customer: Customer
) -> None:
    second, theirs = connect(config.customer), connect(other_customer)
    assert [[config, theirs], [second]] == missed.one_each([config, second, theirs])


def test_connections_that_are_made_together_are_asked_for_together(config: ATSConfig, connect: Connect) -> None:
    second, later = connect(config.customer), connect(config.customer)
    config.created_at = datetime(2026, 11, 26, 12, 0, 0, 1, UTC)
    second.created_at = datetime(2026, 11, 26, 12, 0, 0, 999_999, UTC)
    later.created_at = datetime(2026, 11, 26, 12, 0, 1, tzinfo=UTC)
    (piece,) = missed.in_pieces([config, second, later], datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    assert [[config, second], [later]] == list(piece.values())


def test_what_cannot_be_taken_in_stands_in_front_of_nobody(
    valkey: redis.Redis, config: ATSConfig, imported: Import, tune: Tune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "BATCH", 2)
    tune(APPLICATION_ADAPTER="tests.flows.test_missed.Choosy")
    imported(5, first_name="Poison", created_at=timezone.now() - timedelta(seconds=30))
    old(config)
    imported(3)
    assert 3 == sweep.sweep(timezone.now() + LATER).taken_in
    assert 0 == sweep.sweep(timezone.now() + LATER).taken_in
