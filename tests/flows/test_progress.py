"""What the steps of a sequence leave behind is durable at once, on every database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from ats_integration import jobs, patience, progress
from ats_integration.claims import Claim, claim
from ats_integration.models import ATSConfig, Delivery
from ats_integration.progress import ACCOUNT, account_of
from ats_integration.providers.steps import Progress
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Vacancy
from tests.factories import message
from tests.flows.conftest import connect_with
from tests.queue_steps import step, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(config: ATSConfig, apply: Callable[..., Application]) -> Delivery:
    apply()
    return Delivery.objects.get()


def progress_at(claimed: Claim, **changes: Any) -> Progress:
    """Return how far the delivery came, for a message with these changes."""
    return progress.progress_of(claimed, message(**changes))


def test_the_next_try_finds_what_this_one_kept(delivery: Delivery) -> None:
    first = claim(delivery.pk, 0)
    assert first is not None
    progress_at(first).save({"candidate": "1337"})
    assert {"candidate": "1337"} == progress_at(Claim(Delivery.objects.get())).kept


def test_a_try_that_kept_nothing_leaves_nothing(delivery: Delivery) -> None:
    progress_at(Claim(delivery)).save({})
    assert {} == Delivery.objects.get().kept


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"company": "acme-nieuw"}},
        {"base_url": "https://other.example.org"},
        {"provider": "lever"},
    ],
)
def test_what_was_kept_at_another_account_is_not_found_and_is_a_reason_to_ask(
    delivery: Delivery, change: dict[str, Any]
) -> None:
    progress_at(Claim(delivery)).save({"candidate": "1337"})
    ATSConfig.objects.update(**change)
    now = progress_at(Claim(Delivery.objects.get()))
    assert ({}, True) == (now.kept, now.is_doubtful)


@pytest.mark.parametrize(
    "change", [{"vacancy": {"external_id": "4000002"}}, {"candidate": {"email": "sanne@new.example.org"}}]
)
def test_what_was_kept_for_another_job_or_person_is_not_found_and_is_a_reason_to_ask(
    delivery: Delivery, change: dict[str, Any]
) -> None:
    progress_at(Claim(delivery)).save({"candidate": "1337"})
    now = progress_at(Claim(Delivery.objects.get()), **change)
    assert ({}, True) == (now.kept, now.is_doubtful)


@pytest.mark.parametrize(
    "change",
    [
        {"vacancy": {"external_id": " 4000001 ", "title": "Monteur (m/v)"}},
        {"candidate": {"email": "Sanne.deVries@Example.org", "phone": ""}},
    ],
)
def test_what_is_told_otherwise_of_the_same_job_and_person_changes_nothing(
    delivery: Delivery, change: dict[str, Any]
) -> None:
    progress_at(Claim(delivery)).save({"candidate": "1337"})
    now = progress_at(Claim(Delivery.objects.get()), **change)
    assert ({"candidate": "1337"}, False) == (now.kept, now.is_doubtful)


def test_what_was_kept_before_jobs_were_noted_is_still_good(delivery: Delivery) -> None:
    Delivery.objects.update(kept={"candidate": "1337", ACCOUNT: account_of(delivery.config)})
    now = progress_at(Claim(Delivery.objects.get()))
    assert ({"candidate": "1337"}, False) == (now.kept, now.is_doubtful)


def test_new_credentials_make_no_other_account(delivery: Delivery) -> None:
    progress_at(Claim(delivery)).save({"candidate": "1337"})
    config = ATSConfig.objects.get()
    config.credentials = {"careers_token": "another"}
    config.save()
    now = progress_at(Claim(Delivery.objects.get()))
    assert ({"candidate": "1337"}, False) == (now.kept, now.is_doubtful)


def test_keeping_holds_the_claim_for_another_call(delivery: Delivery) -> None:
    first = claim(delivery.pk, 0)
    assert first is not None
    Delivery.objects.update(claimed_until=timezone.now() + timedelta(seconds=1))
    progress_at(first).save({})
    assert timezone.now() + timedelta(seconds=30) < Delivery.objects.get().claimed_until


def test_a_character_that_no_database_stores_is_left_out(delivery: Delivery) -> None:
    first = claim(delivery.pk, 0)
    assert first is not None
    progress_at(first).save({"candidate": "13\x0037", "\x00": ["a\x00b"]})
    assert {"candidate": "1337", "": ["ab"]} == progress_at(Claim(Delivery.objects.get())).kept


class TestOutage:
    """The ATS has been told, and the database is away when that is to be noted."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def connected(self, config: ATSConfig, vacancy: Vacancy, ats: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        connect_with("breezy", config, vacancy, ats)
        monkeypatch.setattr(patience, "WAITS", (timedelta(0),) * 2)

    def be_away(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        """Let the database refuse what is noted after the application so many times."""
        outages, save = [OperationalError("away")] * times, progress.save

        def flaky(delivery: Delivery, kept: Mapping[str, Any], *args: Any) -> None:
            if outages and "application" in kept:
                raise outages.pop()
            save(delivery, kept, *args)

        monkeypatch.setattr(progress, "save", flaky)

    def test_a_short_one_sends_nothing_twice(
        self, valkey: Any, apply: Callable[..., Application], ats: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.be_away(monkeypatch, times=2)
        apply()
        assert "delivered" == step(valkey)
        assert 1 == len(ats.received("breezy"))

    def test_a_long_one_leaves_the_claim_to_run_out_and_a_doubt(
        self, valkey: Any, apply: Callable[..., Application], ats: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.be_away(monkeypatch, times=3)
        apply()
        sent = take(valkey)
        with pytest.raises(OperationalError):
            jobs.deliver(sent)
        assert "queued" == Delivery.objects.get().status
        Delivery.objects.update(claimed_until=timezone.now())
        assert "delivered" == jobs.deliver(sent)
        assert 1 == len(ats.received("breezy"))
