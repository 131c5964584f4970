"""Every step between "saved" and "acknowledged": a process dies exactly there, and nothing is lost.

The lease of a dead worker and every other wait is over at once: the rows' times are moved back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from ats_integration import deadletters
from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Vacancy
from tests.e2e.conftest import database_url
from tests.queue_steps import SCHEDULE, step, the_delivery, the_letter

from . import forge, works

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]

#: How long a dead worker's lease and every other wait are over.
LATER = timedelta(minutes=2)
#: Where Redis keeps what is in flight, by the end of its lease.
LEASES, SLOTS = "ats:leases", "ats:slots:*"
SECRETS = {"recruitee": "careers_token", "workable": "api_token"}
ACCOUNTS = {"recruitee": "company", "workable": "subdomain"}

SAVING = {
    "committed, not enqueued": "before:ats_integration.queues.put",
    "enqueued": "after:ats_integration.queues.put",
}
BEFORE_THE_CALL = {
    "taken off the queue": "before:ats_integration.engine.Engine.begin",
    "about to claim": "before:ats_integration.claims.claim_all",
    "claimed": "after:ats_integration.claims.claim_all",
    "about to call": "before:ats_integration.providers.transport.call",
}
AFTER_THE_CALL = {
    "call sent": "before:ats_integration.providers.wire.Wire.receive",
    "call answered": "after:ats_integration.providers.transport.call",
    "answer read": "before:ats_integration.settlement.step_after",
    "about to record the receipt": "before:ats_integration.bulk_writes.update_and_insert",
}
RECORDED = {
    "receipt recorded": "after:ats_integration.settlement.record",
    "about to acknowledge": "before:ats_integration.dispatch.Dispatch.settle",
    "acknowledged": "after:ats_integration.dispatch.Dispatch.settle",
}
FAILING = {
    "about to record the failure": "before:ats_integration.bulk_writes.update_and_insert",
    "failure recorded, not scheduled": "before:ats_integration.queues.put_later",
    "scheduled, not acknowledged": "after:ats_integration.queues.put_later",
}
MOVING = {
    "due": "before:ats_integration.rq_json.JSONScheduler.enqueue_job",
    "in the queue and in the schedule": "after:rq.queue.Queue.push_job_id",
    "moved": "after:ats_integration.rq_json.JSONScheduler.moved",
}
DYING = {
    "about to store": "before:ats_integration.deadletters.put",
    "in S3, without a row": "after:ats_integration.deadletters.put",
    "row written, not committed": "after:ats_integration.burial.write_row",
    "dead, not noted": "before:ats_integration.notices.add",
    "noted": "after:ats_integration.burial.bury",
}
TELLING = {
    "about to mail": "before:ats_integration.mails.send_failures",
    "mailed, not noted": "after:ats_integration.mails.send_failures",
}
SENDING_AGAIN = {
    "moved, not committed": "after:ats_integration.transitions.move",
    "committed, not enqueued": "before:ats_integration.queues.put",
    "enqueued": "after:ats_integration.queues.put",
}


def points(*groups: dict[str, str]) -> pytest.MarkDecorator:
    """Run a test once per point, named by what has happened there."""
    found = {name: point for group in groups for name, point in group.items()}
    return pytest.mark.parametrize("point", found.values(), ids=found.keys())


on_both = pytest.mark.parametrize("provider", ["recruitee", "workable"])


@pytest.fixture
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder into which the processes mail, empty."""
    folder = tmp_path_factory.getbasetemp() / "crash-mails"
    folder.mkdir(exist_ok=True)
    for mail in folder.iterdir():
        mail.unlink()
    return folder


@pytest.fixture(autouse=True)
def ready(valkey: Any, s3: Any, mailbox: Path, transactional_db: None) -> None:
    """Have a server for processes of our own."""
    forge.open_forge(
        {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.chaos.crash_settings",
            "EMAIL_URL": f"filemail:///{mailbox}",
        }
    )


@pytest.fixture
def provider() -> str:
    """Name the ATS, which cannot be asked what arrived; Workable can."""
    return "recruitee"


@pytest.fixture
def company(config: ATSConfig, provider: str, ats: Sandbox) -> ATSConfig:
    """Connect the company with that ATS."""
    config.provider, config.base_url = provider, f"{ats.url(provider)}/acme"
    config.settings, config.credentials = {ACCOUNTS[provider]: "acme"}, {SECRETS[provider]: "token-of-acme-1234"}
    config.save()
    return config


def time_passes(valkey: Any) -> None:
    """Let every lease and every wait be over, in the rows and in Redis."""
    names = ("created_at", "queued_at", "next_try_at", "claimed_until")
    Delivery.objects.update(**{name: F(name) - LATER for name in names})
    for key in (SCHEDULE, LEASES, *valkey.scan_iter(SLOTS)):
        for job_id in valkey.zrange(key, 0, -1):
            valkey.zadd(key, {job_id: 1})


def finish(valkey: Any) -> None:
    """Let a fresh process do what is left."""
    time_passes(valkey)
    process = forge.start(works.finish)
    process.join(forge.PATIENCE)
    assert 0 == process.exitcode


def turn(point: str, provider: str) -> int:
    """Return the turn at which the application itself is sent: Workable is asked for the job's form first."""
    return 2 if provider == "workable" and ("transport" in point or "wire" in point) else 1


def arrived(ats: Sandbox, provider: str) -> int:
    """Return how many applications the ATS holds."""
    return int(ats.stats()[provider]["accepted"])


def test_saved_and_not_committed_is_not_saved(company: ATSConfig, vacancy: Vacancy) -> None:
    assert forge.died(works.save, "after:ats_integration.intake.take_in", 1, vacancy.pk)
    assert 0 == Application.objects.count() == Delivery.objects.count()


@points(SAVING)
def test_what_is_committed_arrives_once(
    point: str, valkey: Any, company: ATSConfig, vacancy: Vacancy, ats: Sandbox
) -> None:
    assert forge.died(works.save, point, 1, vacancy.pk)
    assert 1 == Application.objects.count()
    finish(valkey)
    assert ("delivered", 1) == (the_delivery().status, arrived(ats, "recruitee"))


@on_both
@points(BEFORE_THE_CALL)
def test_a_worker_that_dies_before_the_call_costs_nothing(
    point: str, provider: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    apply()
    assert forge.died(works.work, point, turn(point, provider))
    assert 0 == arrived(ats, provider)
    finish(valkey)
    assert ("delivered", 1) == (the_delivery().status, arrived(ats, provider))


@on_both
@points(AFTER_THE_CALL)
def test_a_worker_that_dies_after_the_call_asks_or_repeats_it_once(
    point: str, provider: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    apply()
    assert forge.died(works.work, point, turn(point, provider))
    finish(valkey)
    delivery = the_delivery()
    assert "delivered" == delivery.status
    if provider == "workable":
        assert (1, False) == (arrived(ats, provider), delivery.possible_duplicate)
    else:
        assert (2, True) == (arrived(ats, provider), delivery.possible_duplicate)


@on_both
@points(RECORDED)
def test_what_is_recorded_is_never_repeated(
    point: str, provider: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    apply()
    assert forge.died(works.work, point, 1)
    finish(valkey)
    assert ("delivered", 1, 1) == (the_delivery().status, arrived(ats, provider), ats.stats()[provider]["calls"])


@points(FAILING)
def test_a_failed_try_is_followed_by_another(
    point: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "down", times=1)
    apply()
    assert forge.died(works.work, point, 1)
    finish(valkey)
    assert ("delivered", 1) == (the_delivery().status, arrived(ats, "recruitee"))
    assert 2 == ats.stats()["recruitee"]["calls"]


@points(MOVING)
def test_a_scheduler_that_dies_loses_no_message(
    point: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "down", times=1)
    apply()
    step(valkey)
    time_passes(valkey)
    assert forge.died(works.move_due, point, 1)
    finish(valkey)
    assert ("delivered", 1, 2) == (
        the_delivery().status,
        arrived(ats, "recruitee"),
        ats.stats()["recruitee"]["calls"],
    )


@points(DYING)
def test_a_message_that_dies_is_stored_and_can_be_sent_again(
    point: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    assert forge.died(works.work, point, 1)
    finish(valkey)
    assert ("dead", 1) == (the_delivery().status, len(deadletters.keys()))
    assert the_letter().stored_at
    assert ats.stats()["recruitee"]["calls"] <= 2
    ats.behave("recruitee", "ok")
    assert not forge.died(works.resend, "", 1)
    finish(valkey)
    assert ("delivered", 1) == (the_delivery().status, arrived(ats, "recruitee"))


@points(TELLING)
def test_somebody_is_told_whenever_the_worker_dies(
    point: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox, mailbox: Path
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    step(valkey)
    later = timezone.now() + timedelta(minutes=2)
    assert forge.died(works.mail, point, 1, later)
    assert not the_letter().notified_at
    assert not forge.died(works.mail, "", 1, later + timedelta(hours=2))
    assert the_letter().notified_at
    mails = "\n".join(path.read_text() for path in mailbox.iterdir())  # two of one second may share a file
    assert (1 if point.startswith("before") else 2) == len(re.findall("^Subject: ", mails, re.MULTILINE))


@points(SENDING_AGAIN)
def test_sending_again_sends_once_wherever_it_dies(
    point: str, valkey: Any, company: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "reject", times=1)
    apply()
    step(valkey)
    assert forge.died(works.resend, point, 1)
    assert not forge.died(works.resend, "", 1)
    finish(valkey)
    assert ("delivered", 1) == (the_delivery().status, arrived(ats, "recruitee"))
    assert 1 == DeadLetter.objects.get().resend_count
