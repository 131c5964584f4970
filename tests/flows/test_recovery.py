"""The rows are gone, S3 is there: letters come back, are sent once, and what is odd is named."""

from __future__ import annotations

import gc
import json
import time
import weakref
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from ats_integration import deadletters, recovery, resend
from ats_integration.errors import DeadLetterUnavailable
from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery
from ats_integration.resend import Line, Selection
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, Vacancy
from tests.environment import BUCKET
from tests.flows.conftest import Tune, connect_with
from tests.queue_steps import job_ids, step, the_delivery, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


@pytest.fixture
def lost(valkey: Any, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> Any:
    """Let two applications die and lose every row of ours; give the connection to Redis."""
    ats.behave("recruitee", "reject", times=2)
    for name in ("Sanne", "Anna"):
        apply(first_name=name, email=f"{name.lower()}@example.org")
        step(valkey)
    lose_rows()
    return valkey


def lose_rows() -> None:
    """Delete every row that could be made again."""
    for model in (Attempt, DeadLetter, Delivery):
        model.objects.all().delete()


def change(s3: Any, key: str, **changes: Any) -> None:
    """Put an object in the place of another, with other values."""
    body = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({**body, **changes}).encode())


def test_letters_come_back_and_arrive_once(lost: Any, ats: Sandbox) -> None:
    restored = recovery.restore(Selection())
    assert (2, ()) == (len(restored.letters), restored.problems)
    assert 2 == resend.send_all(restored.letters).sent
    assert ["delivered", "delivered"] == [step(lost), step(lost)]
    assert (2, 0) == (ats.stats()["recruitee"]["accepted"], ats.stats()["recruitee"]["twice"])


def test_each_letter_that_is_read_is_told(lost: Any) -> None:
    read: list[None] = []
    recovery.restore(Selection(), on_read=lambda: read.append(None))
    assert 2 == len(read)


def test_a_second_run_finds_nothing_to_send(lost: Any) -> None:
    resend.send_all(recovery.restore(Selection()).letters)
    assert 0 == len(recovery.restore(Selection()).letters)
    step(lost)
    assert 0 == len(recovery.restore(Selection()).letters)


def test_a_row_that_came_back_is_as_it_was(valkey: Any, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> None:
    ats.behave("recruitee", "reject")
    apply()
    step(valkey)
    before = the_letter()
    lose_rows()
    recovery.restore(Selection())
    names = ("message_id", "key", "bucket", "reason", "try_count", "died_at", "customer_id", "provider", "config_id")
    assert [getattr(before, name) for name in names] == [getattr(the_letter(), name) for name in names]
    assert (before.message_id, "dead") == (the_delivery().pk, the_delivery().status)


def test_nobody_is_told_of_a_letter_again(lost: Any) -> None:
    recovery.restore(Selection())
    assert 0 == DeadLetter.objects.unnotified().count()


def test_letters_whose_applications_are_gone_too_go_as_they_were(lost: Any) -> None:
    Application.objects.all().delete()
    assert 2 == resend.send_all(recovery.restore(Selection()).letters).sent
    assert "delivered" == step(lost)


def test_what_comes_back_says_that_it_may_be_a_duplicate(lost: Any) -> None:
    resend.send_all(recovery.restore(Selection()).letters)
    assert ["delivered", "delivered"] == [step(lost), step(lost)]
    assert [True, True] == list(Delivery.objects.values_list("possible_duplicate", flat=True))


def test_an_ats_that_can_be_asked_is_asked_before_it_gets_what_came_back(
    valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox, tune: Tune
) -> None:
    connect_with("bamboohr", config, vacancy, ats)
    tune(RETRY_MAX_TRIES=1)
    ats.behave("bamboohr", "drop_answer", after=1, times=1)
    apply()
    assert "uncertain" == step(valkey)
    lose_rows()
    resend.send_all(recovery.restore(Selection()).letters)
    assert ("delivered", False) == (step(valkey), the_delivery().possible_duplicate)
    assert (1, 0) == (ats.stats()["bamboohr"]["accepted"], ats.stats()["bamboohr"]["twice"])


def test_what_steps_left_at_the_ats_comes_back(
    valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox, tune: Tune
) -> None:
    connect_with("breezy", config, vacancy, ats)
    tune(RETRY_MAX_TRIES=1)
    ats.behave("breezy", "down", after=2, times=1)
    apply()
    step(valkey)
    before = the_delivery().kept
    lose_rows()
    recovery.restore(Selection())
    assert before == the_delivery().kept
    assert "application" in before


def test_letters_whose_rows_are_there_are_used_as_they_are(lost: Any) -> None:
    first = recovery.restore(Selection()).letters
    again = recovery.restore(Selection()).letters
    assert {letter.pk for letter in first} == {letter.pk for letter in again}
    assert 2 == DeadLetter.objects.count()


def test_a_letter_whose_delivery_alone_is_gone_gets_it_back(lost: Any) -> None:
    recovery.restore(Selection())
    Delivery.objects.all().delete()
    restored = recovery.restore(Selection())
    assert 2 == resend.send_all(restored.letters).sent


def test_a_letter_that_was_sent_again_and_whose_delivery_is_gone_is_not_sent(lost: Any) -> None:
    resend.send_all(recovery.restore(Selection()).letters)
    Delivery.objects.all().delete()
    assert 0 == len(recovery.restore(Selection()).letters)
    assert not Delivery.objects.exists()


def test_a_letter_of_a_living_delivery_is_not_sent(lost: Any) -> None:
    resend.send_all(recovery.restore(Selection()).letters)
    DeadLetter.objects.all().delete()
    assert 0 == len(recovery.restore(Selection()).letters)
    assert 2 == DeadLetter.objects.exclude(resent_at=None).count()


def outcome(*, dry_run: bool) -> tuple[int, tuple[str, ...]]:
    """Return how many letters can be sent, and what is said of the others."""
    if dry_run:
        report, problems = recovery.look(Selection())
        return len(report.lines), problems
    restored = recovery.restore(Selection())
    return len(restored.letters), restored.problems


def test_a_dry_run_writes_nothing(lost: Any) -> None:
    report, problems = recovery.look(Selection())
    assert (2, 0, ()) == (report.sent, report.failed, problems)
    assert not DeadLetter.objects.exists()
    assert not Delivery.objects.exists()


def test_a_dry_run_sees_what_would_still_fail(lost: Any) -> None:
    ATSConfig.objects.update(is_active=False)
    report, _problems = recovery.look(Selection())
    assert {"Its connection is paused."} == {line.detail for line in report.lines}


def test_a_dry_run_lets_each_letter_go_before_it_reads_on(lost: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = deadletters.get(deadletters.keys()[0])
    for number in range(4):
        deadletters.put(stored.model_copy(update={"message_id": uuid4(), "application_id": f"{9000 + number}"}))
    seen: list[Callable[[], DeadLetter | None]] = []
    held: list[int] = []
    really = resend.look

    def look(letter: DeadLetter) -> Line:
        seen.append(weakref.ref(letter))
        gc.collect()  # a letter and its delivery know each other
        held.append(sum(each() is not None for each in seen))
        return really(letter)

    monkeypatch.setattr(resend, "look", look)
    report, _problems = recovery.look(Selection())
    assert (6, 1) == (report.sent, max(held))


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_connection_that_is_gone_is_named(lost: Any, config: ATSConfig, dry_run: bool) -> None:
    number = config.pk
    config.delete()
    count, problems = outcome(dry_run=dry_run)
    assert (0, 2) == (count, len(problems))
    assert f"connection {number} is gone." in problems[0]


def test_a_connection_that_became_another_customers_is_gone(lost: Any, other_customer: Customer) -> None:
    ATSConfig.objects.update(customer=other_customer)
    assert 0 == len(recovery.restore(Selection()).letters)


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_application_with_another_delivery_is_named(lost: Any, config: ATSConfig, dry_run: bool) -> None:
    for application in Application.objects.all():
        Delivery.objects.create(config=config, application=application)
    count, problems = outcome(dry_run=dry_run)
    assert (0, 2) == (count, len(problems))
    assert "the application has another delivery already." in problems[0]


def test_an_object_that_is_no_letter_is_named_and_stops_no_other(lost: Any, s3: Any) -> None:
    odd = "dead-letters/v1/customer=1/provider=lever/date=2026-11-24/odd.json"
    s3.put_object(Bucket=BUCKET, Key=odd, Body=b"{}")
    restored = recovery.restore(Selection())
    assert (2, (f"{odd} is not a dead letter of version 1.",)) == (len(restored.letters), restored.problems)


def test_an_object_that_expired_since_it_was_listed_is_named_and_stops_no_other(
    lost: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "dead-letters/v1/customer=1/provider=lever/date=2026-11-24/gone.json"
    listed = [gone, *deadletters.keys()]
    monkeypatch.setattr(deadletters, "keys", lambda **_: listed)
    restored = recovery.restore(Selection())
    assert (2, (f"S3 did not give {gone} (NoSuchKey).",)) == (len(restored.letters), restored.problems)


@pytest.mark.parametrize(
    "changes",
    [
        {"applicationId": "x"},
        {"customerId": "x"},
        {"configId": 10**30},
        {"messageId": "x"},
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_letter_that_names_what_cannot_be_stops_no_other(
    lost: Any, s3: Any, changes: dict[str, Any], dry_run: bool
) -> None:
    change(s3, deadletters.keys()[0], **changes)
    count, problems = outcome(dry_run=dry_run)
    assert (1, 1) == (count, len(problems))


def test_a_number_that_no_database_holds_stops_no_other(lost: Any, s3: Any) -> None:
    change(s3, deadletters.keys()[0], applicationId="9" * 30)
    restored = recovery.restore(Selection())
    assert (1, 1) == (len(restored.letters), len(restored.problems))


def test_the_limit_counts_what_waits_only(lost: Any) -> None:
    for _ in range(2):
        assert 1 == len(recovery.look(Selection(limit=1))[0].lines)
        restored = recovery.restore(Selection(limit=1))
        assert 1 == resend.send_all(restored.letters).sent
    assert 2 == len(job_ids(lost, "happy"))


def test_the_oldest_come_first(lost: Any) -> None:
    newest_by_name, oldest = uuid4(), deadletters.keys()
    time.sleep(1.1)  # S3 remembers whole seconds
    document = deadletters.get(oldest[0])
    later = document.model_copy(update={"message_id": newest_by_name, "customer_id": "0"})
    deadletters.put(later)
    assert later.key == min(deadletters.keys())
    assert [*oldest, later.key] == deadletters.keys()


def test_of_deaths_on_several_days_the_last_comes_back(lost: Any) -> None:
    twice = deadletters.get(deadletters.keys()[0])
    for days in (2, 1):
        deadletters.put(twice.model_copy(update={"died_at": twice.died_at - timedelta(days=days), "reason": "bug"}))
    read: list[None] = []
    assert 2 == len(recovery.restore(Selection(), on_read=lambda: read.append(None)).letters)
    assert ({"rejected"}, 2) == (set(DeadLetter.objects.values_list("reason", flat=True)), len(read))


def test_each_filter_holds_for_s3_too(lost: Any, config: ATSConfig) -> None:
    letters = tuple(recovery.restore(Selection()).letters)
    early, late = sorted(letter.died_at for letter in letters)
    chosen = {
        "customer": Selection(customer=str(config.customer_id)),
        "config": Selection(config=config.pk),
        "provider": Selection(provider="recruitee"),
        "reason": Selection(reason="rejected"),
        "since": Selection(since=late),
        "until": Selection(until=late),
        "ids": Selection(ids=(letters[0].message_id,)),
    }
    expected = {"customer": 2, "config": 2, "provider": 2, "reason": 2, "since": 1, "until": 1, "ids": 1}
    assert expected == {name: len(recovery.look(each)[0].lines) for name, each in chosen.items()}
    assert expected == {name: len(recovery.restore(each).letters) for name, each in chosen.items()}
    assert early < late


def test_a_customer_is_found_however_its_id_is_typed(
    lost: Any, config: ATSConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2 == len(recovery.restore(Selection(customer=f"00{config.customer_id}")).letters)
    monkeypatch.setattr(recovery, "customer_model", lambda: Delivery)  # whose key is a UUID
    assert "7c0f4f1e-0000-4000-8000-00000000000a" == recovery.written("7C0F4F1E00004000800000000000000A")


def test_filters_leave_out_what_does_not_fit(lost: Any) -> None:
    others = (
        Selection(customer="999"),
        Selection(config=999),
        Selection(provider="lever"),
        Selection(reason="unauthorized"),
        Selection(since=timezone.now() + timedelta(days=1)),
        Selection(until=timezone.now() - timedelta(days=1)),
    )
    assert [0] * 6 == [len(recovery.restore(each).letters) for each in others]


def test_an_id_that_s3_does_not_hold_is_named(lost: Any) -> None:
    asked = uuid4()
    assert (f"{asked}: S3 holds no such dead letter.",) == recovery.restore(Selection(ids=(asked,))).problems


def test_s3_that_is_away_is_named(lost: Any, s3_switch: Callable[[bool], None]) -> None:
    s3_switch(False)
    with pytest.raises(DeadLetterUnavailable, match="did not list"):
        recovery.restore(Selection())
