"""An application comes in: deliveries in its own transaction, the happy queue after the commit."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import redis
from django.core.serializers import deserialize, serialize
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import JSONField, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from ats_integration import intake, jobs, queues, sweep
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, DeadLetter, Delivery
from jobbird.ats import BoardAdapter
from jobbird.board.models import Application
from tests.flows.conftest import Connect, Tune, point_redis_at
from tests.queue_steps import age, job_ids, messages, step, the_delivery, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


class Speechless(BoardAdapter):
    """An adapter that cannot read any application."""

    def describe(self, application: Application) -> None:  # type: ignore[override]
        raise KeyError("a fault of the host")


SPEECHLESS = "tests.flows.test_intake.Speechless"


def test_each_active_connection_gets_one_delivery(
    valkey: redis.Redis, config: ATSConfig, connect: Connect, apply: Apply
) -> None:
    second = connect(config.customer, provider="lever")
    application = apply()
    assert {config.pk, second.pk} == {d.config_id for d in Delivery.objects.filter(application=application)}
    assert 2 == len(messages(valkey, "happy"))


def test_a_paused_connection_gets_none(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    ATSConfig.objects.update(is_active=False)
    apply()
    assert not Delivery.objects.exists()


def test_the_connection_of_another_customer_gets_none(
    valkey: redis.Redis, config: ATSConfig, apply_to_other: Apply
) -> None:
    apply_to_other()
    assert not Delivery.objects.exists()


def test_a_committed_application_is_on_the_queue(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    assert [f"ats-{the_delivery().pk}-0"] == job_ids(valkey, "happy")


def test_nothing_is_enqueued_before_the_commit(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    with transaction.atomic():
        apply()
        assert [] == job_ids(valkey, "happy")
        assert "pending" == the_delivery().status


def test_a_rollback_leaves_nothing_behind(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    def fail_after_applying() -> None:
        with transaction.atomic():
            apply()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_applying()
    assert not Application.objects.exists()
    assert not Delivery.objects.exists()
    assert [] == valkey.keys("*")


def test_the_row_keeps_the_message_that_is_enqueued(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    assert [the_delivery().message] == messages(valkey, "happy")


def test_the_message_id_is_the_deliverys(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply()
    assert str(the_delivery().pk) == messages(valkey, "happy")[0]["messageId"]


def test_a_later_save_makes_nothing_new(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    application = apply()
    application.first_name = "Anna"
    application.save()
    assert 1 == Delivery.objects.count()
    assert 1 == len(messages(valkey, "happy"))


def test_a_connection_that_is_deleted_meanwhile_undoes_no_save(
    valkey: redis.Redis, config: ATSConfig, apply: Apply
) -> None:
    def delete() -> None:
        with suppress(IntegrityError):  # it may find out at its own commit that the connection is in use
            ATSConfig.objects.filter(pk=config.pk).delete()
        connection.close()

    deleting = Thread(target=delete)
    with transaction.atomic():
        apply()
        deleting.start()
        deleting.join(timeout=0.5)
        assert deleting.is_alive()
    deleting.join()
    assert 1 == Application.objects.count()


@pytest.mark.parametrize("changes", [{"base_url": "https://other.example"}, {"settings": {"company": "other"}}])
def test_a_connection_that_was_saved_again_counts_at_once(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, changes: dict[str, Any]
) -> None:
    apply()
    for name, value in changes.items():
        setattr(config, name, value)
    config.save()
    apply()
    assert 2 == len({json.dumps(message["ats"]) for message in messages(valkey, "happy")})


@pytest.mark.parametrize("credentials", [{}, {"api_key": "only-for-tests"}])
@pytest.mark.parametrize("settings", [{}, {"company": "Café \u20ac"}, {"stages": {"1": [True, None, 0.5]}}])
def test_the_message_holds_the_connection_as_it_was_saved(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, settings: dict[str, Any], credentials: dict[str, Any]
) -> None:
    config.settings, config.credentials = settings, credentials
    config.save()
    apply()
    assert config.snapshot() == decode(messages(valkey, "happy")[0]).ats


@pytest.mark.parametrize("settings", ['{"company": "twice encoded"}', ["company"], 7, None])
def test_a_connection_whose_settings_are_no_object_keeps_nothing_from_the_others(
    valkey: redis.Redis, config: ATSConfig, connect: Connect, apply: Apply, settings: Any
) -> None:
    odd = connect(config.customer)
    ATSConfig.objects.filter(pk=odd.pk).update(settings=Value(settings, JSONField()))
    apply()
    assert {config.pk: "delivered", odd.pk: "bug"} == {
        message["ats"]["configId"]: jobs.deliver(message) for message in messages(valkey, "happy")
    }
    assert "config_incomplete" == Delivery.objects.get(config=odd).last_error_code


def test_an_application_reads_its_connections_once(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    with CaptureQueriesContext(connection) as asked:
        apply()
    assert 1 == sum(ATSConfig._meta.db_table in query["sql"] for query in asked)


def test_a_connection_that_was_switched_off_gets_nothing_more(
    valkey: redis.Redis, config: ATSConfig, apply: Apply
) -> None:
    apply()
    ATSConfig.objects.update(is_active=False)
    apply()
    assert 1 == Delivery.objects.count()


def test_a_fixture_makes_no_delivery(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    fixture = serialize("json", [apply()])
    Delivery.objects.all().delete()
    Application.objects.all().delete()
    for loaded in deserialize("json", fixture):
        loaded.save()
    assert Application.objects.exists()
    assert not Delivery.objects.exists()


def test_without_redis_the_application_is_saved_and_waits(redis_away: None, config: ATSConfig, apply: Apply) -> None:
    apply()
    assert "pending" == the_delivery().status
    assert the_delivery().message


def test_without_redis_only_the_first_of_many_saves_tries_to_connect(
    redis_refusing: list[int], config: ATSConfig, apply: Apply
) -> None:
    for _ in range(3):
        apply()
    assert 1 == len(redis_refusing)
    assert 3 == Delivery.objects.filter(status="pending").count()


def test_what_waited_for_redis_is_sent_when_it_is_back(
    valkey: redis.Redis, settings: Settings, config: ATSConfig, apply: Apply
) -> None:
    there = settings.RQ_QUEUES
    point_redis_at(settings, 1)
    apply()
    settings.RQ_QUEUES = there
    age([the_delivery()])
    sweep.sweep()
    assert "queued" == the_delivery().status
    assert "delivered" == step(valkey)


def test_redis_is_tried_again_after_the_pause(redis_refusing: list[int], config: ATSConfig, apply: Apply) -> None:
    apply()
    queues.redis_pause.end()
    apply()
    assert 2 == len(redis_refusing)


def test_an_adapter_that_fails_does_not_keep_the_candidate_from_applying(
    valkey: redis.Redis, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    assert ("pending", "message_not_built") == (the_delivery().status, the_delivery().last_error_code)
    assert [] == job_ids(valkey, "happy")


def test_a_broken_adapter_path_does_not_keep_the_candidate_from_applying(
    valkey: redis.Redis, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    tune(APPLICATION_ADAPTER="nowhere.Adapter")
    assert apply().pk


def test_a_cv_that_cannot_be_read_keeps_nobody_from_applying(
    valkey: redis.Redis, config: ATSConfig, apply: Apply
) -> None:
    apply(cv="cvs/gone.pdf")
    assert "message_not_built" == the_delivery().last_error_code


def test_nobody_is_thanked_whose_application_is_lost_with_the_connection_to_the_database(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_application: Application) -> None:
        assert connection.connection
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(intake, "take_in", break_off)
    with pytest.raises(OperationalError):
        apply()
    connection.close()
    assert 0 == Application.objects.count()


def test_the_sweeper_builds_the_message_once_the_adapter_works(
    valkey: redis.Redis, settings: Settings, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    working = settings.ATS_INTEGRATION
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    settings.ATS_INTEGRATION = working
    age([the_delivery()])
    report = sweep.sweep()
    assert (1, 1) == (report.rebuilt, report.enqueued)
    assert "" == the_delivery().last_error_code
    assert "delivered" == step(valkey)


def test_an_application_that_stays_unreadable_becomes_a_dead_letter(
    valkey: redis.Redis, s3: object, tune: Tune, config: ATSConfig, apply: Apply
) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    apply()
    sweep.sweep()
    assert not DeadLetter.objects.exists()
    sweep.sweep(timezone.now() + timedelta(seconds=301))
    assert "dead" == the_delivery().status
    assert "message_not_built" == the_letter().reason


def test_unusual_characters_arrive(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply(cover_letter="Regel 1\nRegel 2\t\u2028\U0001f600", last_name="O'Brien-Ğünther")
    assert "delivered" == step(valkey)
