"""Worker and scheduler as operators run them: the whole way, crashes, outages, and what the logs tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ats_integration import deadletters
from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from jobbird.demo import services
from jobbird.demo.ports import free_port
from tests.e2e.conftest import SCHEDULER, WORKER, Machine
from tests.flows.conftest import point_redis_at
from tests.queue_steps import SCHEDULE, messages, scheduled_ids, step, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
SECRETS = ("token-of-acme-1234", "lever-key-5678", "gAAAA")
PERSONAL = ("Sanne", "de Vries", "sanne@", "12345678", "cv sanne", "Beste team")


@pytest.fixture
def lever(config: ATSConfig, ats: Sandbox) -> ATSConfig:
    """Connect the company with Lever too, which takes its key in the query string."""
    return ATSConfig.objects.create(
        customer=config.customer,
        provider="lever",
        settings={"site": "acme"},
        credentials={"api_key": "lever-key-5678"},
        base_url=ats.url("lever"),
    )


def count(status: str) -> int:
    """Return how many deliveries have a status."""
    return Delivery.objects.filter(status=status).count()


def wait_for(status: str, number: int = 1, patience: float = 30) -> None:
    """Return once so many deliveries have a status."""
    wait_until(lambda: count(status) == number, patience=patience, what=f"{number} times {status}")


def in_flight(number: int) -> None:
    """Return once so many deliveries are claimed."""
    claimed = Delivery.objects.filter(claimed_until__isnull=False)
    wait_until(lambda: claimed.count() == number, patience=30, what=f"{number} calls in flight")


def test_the_whole_way_from_the_form_to_a_resend_without_a_word_too_much(
    valkey: Any, s3: Any, lever: ATSConfig, apply: Apply, ats: Sandbox, machine: Machine
) -> None:
    machine.start(*WORKER, "-v", "3")
    machine.start(*SCHEDULER, "-v", "3")
    apply(cover_letter="Beste team", email="sanne@example.org")
    wait_for("delivered", 2)

    ats.behave("recruitee", "down", times=2)
    apply(cover_letter="Beste team", email="sanne@example.net")
    wait_for("delivered", 4)
    assert 2 == Delivery.objects.filter(try_count__gt=0).get().try_count

    ats.behave("*", "down")
    apply(cover_letter="Beste team", email="sanne@example.com")
    wait_for("dead", 2)
    assert 2 == len(deadletters.keys())
    wait_until(lambda: len(machine.mails) == 2, what="a mail per ATS")
    wait_until(lambda: DeadLetter.objects.exclude(notified_at=None).count() == 2, what="a note of both mails")

    ats.behave("*", "ok")
    call_command("resend_dead_letters", "--customer", str(lever.customer_id), "--json")
    wait_for("delivered", 6)
    wait_until(lambda: len(machine.mails) == 4, what="a mail per recovery")
    assert (3, 3, 0, 0) == tuple(ats.stats()[p][k] for k in ("accepted", "twice") for p in ("recruitee", "lever"))

    told = "".join([machine.logs, *machine.mails])
    assert "method=POST path=/lever/v0/postings/acme/monteur-elektrotechniek status=200" in machine.logs
    assert "delivery.delivered" in machine.logs
    assert [] == [word for word in (*SECRETS, *PERSONAL) if word in told]


def test_kill_9_in_flight_loses_nothing(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, machine: Machine
) -> None:
    ats.behave("recruitee", "slow", seconds=2.5)
    for _ in range(5):
        apply()
    worker = machine.start(*WORKER)
    in_flight(5)
    worker.kill()
    assert 0 == count("delivered")
    ats.behave("recruitee", "ok")
    machine.start(*WORKER)
    wait_for("delivered", 5)
    assert 5 == Delivery.objects.filter(possible_duplicate=True).count()


def test_sigterm_lets_calls_in_flight_finish(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, machine: Machine
) -> None:
    ats.behave("recruitee", "slow", seconds=2)
    for _ in range(3):
        apply()
    worker = machine.start(*WORKER)
    in_flight(3)
    worker.ask_to_stop()
    assert 0 == worker.wait()
    assert 3 == count("delivered")
    assert 3 == ats.stats()["recruitee"]["calls"]


def test_a_restart_of_redis_is_survived_by_worker_and_scheduler(
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    machine: Machine,
    environment: dict[str, str],
    settings: Settings,
) -> None:
    port = free_port()
    environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    point_redis_at(settings, port)
    ats.behave("recruitee", "slow", seconds=2)
    with services.valkey(port):
        for _ in range(4):
            apply()
        worker, scheduler = machine.start(*WORKER), machine.start(*SCHEDULER)
        in_flight(4)
    apply()
    assert (True, True) == (worker.is_alive, scheduler.is_alive)
    ats.behave("recruitee", "down", times=1)
    with services.valkey(port):
        apply()
        wait_for("delivered", 6)
        assert (True, True) == (worker.is_alive, scheduler.is_alive)
        worker.stop()
        scheduler.stop()


def test_the_scheduler_alone_moves_due_messages(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, machine: Machine
) -> None:
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    assert 1 == len(scheduled_ids(valkey))
    valkey.zadd(SCHEDULE, {scheduled_ids(valkey)[0]: 1})
    scheduler = machine.start(*SCHEDULER)
    wait_until(lambda: messages(valkey, "retry"), what="the scheduler")
    assert [1] == [message["tryCount"] for message in messages(valkey, "retry")]
    scheduler.ask_to_stop()
    assert 0 == scheduler.wait()


def test_two_workers_share_the_work_and_send_nothing_twice(
    valkey: Any, config: ATSConfig, apply: Apply, ats: Sandbox, machine: Machine
) -> None:
    workers = [machine.start(*WORKER), machine.start(*WORKER)]
    wait_until(lambda: 2 == at_work(valkey), what="both workers to begin")
    for number in range(40):
        apply(email=f"candidate-{number}@example.org")
    wait_for("delivered", 40)
    for worker in workers:
        worker.ask_to_stop()
    assert [0, 0] == [worker.wait() for worker in workers]
    stats = ats.stats()["recruitee"]
    assert (40, 40, 0) == (stats["accepted"], stats["distinct"], stats["twice"])


def at_work(valkey: Any) -> int:
    """Return how many workers have begun to take work, and so know what to do with a signal."""
    return sum(valkey.hget(key, "state") in (b"idle", b"busy") for key in valkey.smembers("rq:workers"))
