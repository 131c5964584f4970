"""Dead letters sent again: chosen, checked, fresh, and each one once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from ats_integration import letters, resend
from ats_integration.models import ATSConfig, DeadLetter
from ats_integration.resend import Fate, Report, Selection
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Vacancy
from tests.flows.conftest import Tune, connect_with
from tests.queue_steps import (
    at_once,
    dead_letter,
    job_ids,
    messages,
    retry_until_settled,
    step,
    the_delivery,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def died(valkey: Any, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> Any:
    """Let an application die of refused data; give the connection to Redis."""
    ats.behave("recruitee", "reject", times=1)
    apply(cover_letter="Beste team")
    step(valkey)
    return valkey


def fates(report: Report) -> list[tuple[str, str]]:
    """Return what became of each, and why."""
    return [(str(line.fate), line.detail) for line in report.lines]


def test_a_dead_letter_goes_back_to_happy_and_arrives(died: Any) -> None:
    assert [("sent", "")] == fates(resend.run(Selection()))
    assert "delivered" == step(died)
    assert "delivered" == the_delivery().status


def test_it_starts_afresh(died: Any) -> None:
    resend.run(Selection())
    delivery = the_delivery()
    assert ("queued", 0, None, None, "") == (
        delivery.status,
        delivery.try_count,
        delivery.deadline_at,
        delivery.next_try_at,
        delivery.last_error_code,
    )
    assert [(0, None)] == [(m["tryCount"], m["deadlineAt"]) for m in messages(died, "happy")]


def test_it_goes_with_todays_connection(died: Any) -> None:
    ATSConfig.objects.update(settings={"company": "acme-nieuw"})
    resend.run(Selection())
    assert {"company": "acme-nieuw"} == messages(died, "happy")[0]["ats"]["settings"]


def test_an_account_that_was_corrected_gets_the_whole_application(
    valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox, tune: Tune
) -> None:
    connect_with("breezy", config, vacancy, ats)
    tune(RETRY_MAX_TRIES=1)
    ats.behave("breezy", "down", after=2, times=1)
    apply()
    assert "unavailable" == step(valkey)
    ATSConfig.objects.update(settings={"company_id": "bbbbbbbbbbbb"}, updated_at=timezone.now())
    resend.run(Selection())
    assert "delivered" == step(valkey)
    assert ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] == [taken.account for taken in ats.received("breezy")]


@pytest.mark.parametrize("corrected", ["job", "address"])
def test_a_job_or_address_that_was_corrected_gets_the_whole_application(
    corrected: str, valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox, tune: Tune
) -> None:
    """Given that the candidate was made for another one, and only the CV was still to go."""
    connect_with("breezy", config, vacancy, ats)
    tune(RETRY_MAX_TRIES=1)
    ats.behave("breezy", "down", after=2, times=1)
    applied = apply()
    assert "unavailable" == step(valkey)
    if corrected == "job":
        Vacancy.objects.update(external_id="bbbbbbbbbbbb")
    else:
        Application.objects.update(email="sanne@new.example.org")
    resend.run(Selection())
    assert "delivered" == step(valkey)
    _first, taken = ats.received("breezy")
    now = Application.objects.get(pk=applied.pk)
    assert (now.vacancy.external_id, now.email) == (taken.job_id, taken.email)
    assert taken.resume


def test_an_account_that_is_corrected_between_two_tries_gets_the_whole_application(
    valkey: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox
) -> None:
    connect_with("breezy", config, vacancy, ats)
    ats.behave("breezy", "down", after=2, times=1)
    apply()
    assert "unavailable" == step(valkey)
    ATSConfig.objects.update(settings={"company_id": "bbbbbbbbbbbb"}, updated_at=timezone.now())
    retry_until_settled(valkey)
    assert ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] == [taken.account for taken in ats.received("breezy")]
    assert "delivered" == the_delivery().status


def test_it_goes_with_todays_application(died: Any, vacancy: Vacancy) -> None:
    Application.objects.update(email="sanne@new.example.org")
    Vacancy.objects.update(external_id="monteur-2")
    resend.run(Selection())
    message = messages(died, "happy")[0]
    assert ("sanne@new.example.org", "monteur-2") == (
        message["candidate"]["email"],
        message["vacancy"]["externalId"],
    )


def test_an_application_that_the_host_has_no_more_goes_as_it_was(died: Any) -> None:
    Application.objects.all().delete()
    resend.run(Selection())
    assert "Beste team" == messages(died, "happy")[0]["application"]["coverLetter"]
    assert "delivered" == step(died)


def test_the_row_says_when_and_how_often(died: Any) -> None:
    resend.run(Selection())
    assert the_letter().resent_at
    assert 1 == the_letter().resend_count


def test_twice_sends_once(died: Any) -> None:
    assert (1, 0) == (resend.run(Selection()).sent, resend.run(Selection()).sent)
    assert 1 == len(job_ids(died, "happy"))


def test_two_at_once_send_each_once(valkey: Any, config: ATSConfig, apply: Apply) -> None:
    for _ in range(10):
        dead_letter(config, Application.objects.bulk_create([applied(apply, config)])[0])
    reports = at_once(*[lambda: resend.run(Selection())] * 3)
    assert 10 == sum(report.sent for report in reports)
    assert 0 == sum(report.failed for report in reports)
    assert 10 == len(job_ids(valkey, "happy")) == len(set(job_ids(valkey, "happy")))
    assert {1} == set(DeadLetter.objects.values_list("resend_count", flat=True))


def applied(apply: Apply, config: ATSConfig) -> Application:
    """Return an unsaved application, which no signal hears of."""
    vacancy = Vacancy.objects.filter(customer=config.customer)[0]
    return Application(vacancy=vacancy, first_name="Anna", email="anna@example.org")


def test_one_that_was_chosen_before_another_sent_it_is_skipped(died: Any) -> None:
    chosen = resend.chosen(Selection())
    resend.run(Selection())
    assert [("skipped", "It was sent again a moment ago.")] == fates(resend.send_all(chosen))
    assert 1 == len(job_ids(died, "happy"))


def test_those_that_were_chosen_are_read_piece_by_piece_in_their_order(
    config: ATSConfig, apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "BATCH", 2)
    rows = Application.objects.bulk_create([applied(apply, config) for _ in range(5)])
    made = [dead_letter(config, row) for row in rows]
    chosen = resend.chosen(Selection())
    made.pop(1).delete()
    assert (5, made) == (len(chosen), list(chosen))


def test_without_redis_it_waits_for_the_sweeper(valkey: Any, config: ATSConfig, apply: Apply, redis_away: None) -> None:
    dead_letter(config, Application.objects.bulk_create([applied(apply, config)])[0])
    assert 1 == resend.run(Selection()).sent
    assert "queued" == the_delivery().status


def test_who_dies_again_can_be_sent_again(died: Any, ats: Sandbox) -> None:
    ats.behave("recruitee", "reject", times=1)
    resend.run(Selection())
    assert "rejected" == step(died)
    assert 1 == resend.run(Selection()).sent
    assert "delivered" == step(died)
    assert 2 == the_letter().resend_count


def without_state(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what Django keeps beside the columns."""
    return {name: value for name, value in values.items() if not name.startswith("_")}


def test_it_says_what_would_go(died: Any) -> None:
    assert [("would send", "")] == fates(resend.run(Selection(), dry_run=True))


def test_it_changes_nothing(died: Any) -> None:
    before = (the_delivery().__dict__, the_letter().__dict__)
    resend.run(Selection(), dry_run=True)
    after = (the_delivery().__dict__, the_letter().__dict__)
    assert [without_state(values) for values in before] == [without_state(values) for values in after]
    assert [] == job_ids(died, "happy")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace sleeping by a list of how long."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def test_it_waits_between_two(waits: list[float]) -> None:
    assert 3 == len(list(resend.paced([1, 2, 3], 4)))  # type: ignore[list-item]
    assert [0.25, 0.25] == waits


def test_without_a_rate_it_waits_for_nothing(waits: list[float]) -> None:
    assert 3 == len(list(resend.paced([1, 2, 3], None)))  # type: ignore[list-item]
    assert [] == waits


def test_a_dry_run_waits_for_nothing(died: Any, waits: list[float]) -> None:
    resend.run(Selection(), dry_run=True, rate=0.001)
    assert [] == waits


def test_each_line_is_told_when_it_is_done(died: Any) -> None:
    told: list[Fate] = []
    resend.run(Selection(), on_line=lambda line: told.append(line.fate))
    assert [Fate.SENT] == told


def test_a_report_counts_by_fate() -> None:
    values = {"message_id": uuid4(), "customer": "", "provider": "", "reason": ""}
    lines = tuple(resend.Line(**values, fate=fate) for fate in Fate)  # type: ignore[arg-type]
    report = Report(lines)
    assert (2, 1, 1) == (report.sent, report.skipped, report.failed)
