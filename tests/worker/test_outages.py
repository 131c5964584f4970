"""An ATS that is away, seen from the database: few calls, deaths without a call, one mail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from ats_integration import deadletters, notices, sweep
from ats_integration.deadletters import DeadLetterDocument
from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, Vacancy
from tests.queue_steps import wait_until
from tests.worker.clock import advance
from tests.worker.conftest import Connect, Tune
from tests.worker.running import in_threads, worker

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]


def open_circuit(valkey: Any, config: ATSConfig, *, minutes: float = 0) -> None:
    """Let an outage have begun some minutes ago; the next probe is a while away."""
    now = int(timezone.now().timestamp() * 1000)
    opened = now - int(minutes * 60_000)
    circuit = {"failures": 10, "opened_at": opened, "probe_at": now + 600_000, "code": "http_503"}
    valkey.hset(f"ats:circuit:{config.pk}", mapping=circuit)


def test_an_ats_that_is_down_hears_from_us_only_so_often(
    valkey: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    tune(CIRCUIT_FAILURES=3, MAX_CONCURRENCY=1)
    ats.behave("recruitee", "down")
    for _ in range(12):
        apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 9)
        wait_until(lambda: valkey.zcard("ats:leases") == 0)
    assert 3 == ats.stats()["recruitee"]["calls"]
    assert b"http_503" == valkey.hget(f"ats:circuit:{config.pk}", "code")


@pytest.mark.parametrize("mode", ["reject", "refuse_key", "closed"])
def test_an_ats_that_refuses_is_there(
    valkey: Any, s3: Any, tune: Tune, config: ATSConfig, apply: Apply, ats: Sandbox, mode: str, drain: Drain
) -> None:
    tune(CIRCUIT_FAILURES=1)
    ats.behave("recruitee", mode)
    for _ in range(3):
        apply()
    drain()
    assert 3 == ats.stats()["recruitee"]["calls"]
    assert not valkey.exists(f"ats:circuit:{config.pk}")


def test_once_the_ats_answers_all_who_wait_go_at_once(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain
) -> None:
    open_circuit(valkey, config)
    for _ in range(6):
        apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 6)
        assert 0 == ats.stats().get("recruitee", {}).get("calls", 0)
        valkey.hset(f"ats:circuit:{config.pk}", "probe_at", 1)
        valkey.zadd("ats:turns", {str(config.pk): 1})
        wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 6)
    assert [0] * 6 == list(Delivery.objects.values_list("try_count", flat=True))


def test_who_waited_through_the_whole_budget_dies_unsent_with_the_code_of_the_outage(
    valkey: Any, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, drain: Drain
) -> None:
    open_circuit(valkey, config)
    apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 1)
    advance(valkey, timedelta(minutes=11))
    open_circuit(valkey, config, minutes=11)
    valkey.zadd("ats:turns", {str(config.pk): 1})
    drain()
    letter = DeadLetter.objects.get()
    assert ("http_503", "dead") == (letter.reason, Delivery.objects.get().status)
    assert letter.stored_at
    assert 0 == ats.stats().get("recruitee", {}).get("calls", 0)
    assert "still was when the time of this application had run out" in Attempt.objects.get().error


def test_messages_of_a_connection_that_was_switched_off_meanwhile_are_held_instead(
    valkey: Any, config: ATSConfig, apply: Apply, drain: Drain
) -> None:
    open_circuit(valkey, config)
    apply()
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == 1)
    ATSConfig.objects.update(is_active=False)
    advance(valkey, timedelta(minutes=11))
    open_circuit(valkey, config, minutes=11)
    valkey.zadd("ats:turns", {str(config.pk): 1})
    drain()
    assert ("held", 0) == (Delivery.objects.get().status, DeadLetter.objects.count())


def test_500_that_die_in_an_outage_are_one_mail(
    valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, ats: Sandbox, drain: Drain
) -> None:
    outlive_the_budget(valkey, config, vacancy, count=500)
    drain()
    assert 500 == DeadLetter.objects.filter(reason="http_503").count()
    for minutes in (1, 2, 59):
        notices.send_due(timezone.now() + timedelta(minutes=minutes))
    assert 1 == len(mail.outbox)
    assert 0 == ats.stats().get("recruitee", {}).get("calls", 0)


def test_while_s3_is_slow_few_die_at_once_and_the_others_feel_nothing(
    valkey: Any,
    s3: Any,
    tune: Tune,
    config: ATSConfig,
    vacancy: Vacancy,
    connect: Connect,
    other_customer: Customer,
    apply_to_other: Apply,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And S3 takes none of the few connections to the database: eight store at once, four have one."""
    tune(WORKER_CONCURRENCY=32)
    other = connect(other_customer)
    s3_answers, storing = threading.Event(), []
    put = deadletters.put

    def slow_put(document: DeadLetterDocument) -> str:
        storing.append(document.message_id)
        s3_answers.wait(30)
        return put(document)

    monkeypatch.setattr(deadletters, "put", slow_put)
    outlive_the_budget(valkey, config, vacancy, count=40)
    with in_threads(worker()):
        wait_until(lambda: len(storing) == 8)
        apply_to_other()
        wait_until(lambda: Delivery.objects.filter(config=other, status="delivered").exists())
        assert 8 == len(storing)
        s3_answers.set()
        wait_until(lambda: DeadLetter.objects.exclude(stored_at=None).count() == 40)


def outlive_the_budget(valkey: Any, config: ATSConfig, vacancy: Vacancy, *, count: int) -> None:
    """Let applications wait for an ATS until they are due to die of its outage."""
    open_circuit(valkey, config)
    values = {"vacancy": vacancy, "first_name": "Sanne", "email": "sanne@example.org"}
    Application.objects.bulk_create([Application(**values) for _ in range(count)])
    assert count == sweep.sweep(timezone.now() + timedelta(seconds=20)).taken_in
    with in_threads(worker()):
        wait_until(lambda: valkey.zcard(f"ats:waiting:{config.pk}") == count)
    advance(valkey, timedelta(minutes=11))
    open_circuit(valkey, config, minutes=11)
    valkey.zadd("ats:turns", {str(config.pk): 1})
