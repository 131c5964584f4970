"""A message dies on its way: S3 object, then row, then status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis

from ats_integration import burial, deadletters, jobs, resend, sweep
from ats_integration.deadletters import DeadLetterDocument
from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.environment import BUCKET
from tests.flows.conftest import Tune
from tests.providers.tiny_servers import listening
from tests.queue_steps import messages, retry_until_settled, step, the_delivery, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Switch = Callable[[bool], None]


@pytest.fixture
def dead(valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox) -> DeadLetterDocument:
    """Let an application die of refused data; return what stands in S3."""
    ats.behave("recruitee", "reject")
    apply()
    step(valkey)
    return deadletters.get(the_letter().key)


def test_the_row_points_to_the_object(dead: DeadLetterDocument, s3: Any) -> None:
    letter = the_letter()
    assert (BUCKET, dead.key) == (letter.bucket, letter.key)
    assert letter.stored_at
    assert [dead.key] == deadletters.keys()


def test_the_row_says_what_happened(dead: DeadLetterDocument, config: ATSConfig) -> None:
    letter = the_letter()
    expected = ("rejected", 1, "recruitee", config.customer_id, "Acme BV")
    assert expected == (
        letter.reason,
        letter.try_count,
        letter.provider,
        letter.customer_id,
        letter.customer_name,
    )
    assert (letter.died_at, letter.message_id) == (dead.died_at, the_delivery().pk)


def test_the_object_holds_the_whole_message(dead: DeadLetterDocument) -> None:
    assert dead.message
    assert "sanne@example.org" == dead.message.candidate.email
    assert the_delivery().message["resume"]["sha256"] == dead.message.resume.sha256  # type: ignore[union-attr]


def test_the_object_holds_no_credentials(dead: DeadLetterDocument, s3: Any, config: ATSConfig) -> None:
    text = s3.get_object(Bucket=BUCKET, Key=dead.key)["Body"].read().decode()
    assert "token-of-acme-1234" not in text
    assert config.credentials.token not in text
    assert "gAAAA" not in text


def test_the_object_tells_each_try(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, tune: Tune
) -> None:
    tune(RETRY_MAX_TRIES=3)
    ats.behave("recruitee", "down")
    apply()
    step(valkey)
    retry_until_settled(valkey)
    tries = deadletters.get(the_letter().key).tries
    assert [(1, "unavailable", 503), (2, "unavailable", 503), (3, "unavailable", 503)] == [
        (each.number, each.outcome, each.http_status) for each in tries
    ]


def test_without_s3_the_row_waits(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, s3_switch: Switch
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    step(valkey)
    assert ("dead", None) == (the_delivery().status, the_letter().stored_at)


@pytest.mark.parametrize("address", ["minio:9000", "http://", "https://s3 example.com"])
def test_with_an_address_of_s3_that_is_none_the_row_waits(
    valkey: redis.Redis, config: ATSConfig, apply: Apply, ats: Sandbox, s3_address: Callable[[str], None], address: str
) -> None:
    ats.behave("recruitee", "reject")
    s3_address(address)
    apply()
    assert "rejected" == step(valkey)
    assert ("dead", None) == (the_delivery().status, the_letter().stored_at)


def test_a_letter_that_is_stored_late_is_the_same(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, s3_switch: Switch
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    step(valkey)
    s3_switch(True)
    sweep.sweep()
    stored = deadletters.get(the_letter().key)
    assert (the_letter().died_at, "rejected", 1) == (stored.died_at, stored.reason, len(stored.tries))
    assert stored.message
    assert stored.message.ats.credentials is None


def test_s3_that_is_away_is_asked_for_the_first_of_many_letters_only(
    valkey: redis.Redis,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[object] = []
    ats.behave("recruitee", "reject")
    with listening(asked.append) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
        deadletters.new_client.cache_clear()
        apply()
        step(valkey)
        by_the_first = len(asked)
        for _ in range(4):
            apply()
            step(valkey)
        caplog.clear()
        sweep.sweep()
    deadletters.new_client.cache_clear()
    assert 0 < by_the_first == len(asked)
    assert "" == caplog.text
    assert 5 == DeadLetter.objects.unstored().count()


def test_what_was_sent_again_before_it_was_stored_needs_no_place_in_s3(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, s3_switch: Switch
) -> None:
    ats.behave("recruitee", "reject", times=1)
    s3_switch(False)
    apply()
    step(valkey)
    resend.run(resend.Selection())
    assert "delivered" == step(valkey)
    s3_switch(True)
    assert 0 == sweep.sweep().stored
    assert [] == deadletters.keys()
    assert 0 == DeadLetter.objects.unstored().count()


def test_who_dies_again_after_a_resend_uses_the_same_row(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    step(valkey)
    DeadLetter.objects.update(notified_at=the_letter().died_at)
    resend.run(resend.Selection())
    step(valkey)
    letter = the_letter()
    assert ("dead", 1, None, None) == (
        the_delivery().status,
        letter.resend_count,
        letter.resent_at,
        letter.notified_at,
    )


def test_who_dies_again_on_the_same_day_stands_in_s3_as_it_died_last(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    step(valkey)
    Application.objects.update(email="sanne@new.example.org")
    resend.run(resend.Selection())
    step(valkey)
    stored = deadletters.get(the_letter().key)
    assert stored.message
    assert (the_letter().died_at, "sanne@new.example.org") == (stored.died_at, stored.message.candidate.email)


def test_a_letter_that_dies_again_while_it_is_stored_late_still_waits(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, s3_switch: Switch
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    apply()
    step(valkey)
    late = DeadLetter.objects.select_related("delivery__config__customer").get()
    resend.run(resend.Selection())
    step(valkey)
    s3_switch(True)
    burial.store_late(late)
    assert the_letter().stored_at is None
    assert 1 == sweep.sweep().stored
    assert the_letter().died_at == deadletters.get(the_letter().key).died_at


def test_a_letter_that_cannot_be_described_keeps_no_other_from_being_stored(
    valkey: redis.Redis,
    s3: Any,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    s3_switch: Switch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ats.behave("recruitee", "reject")
    s3_switch(False)
    for _ in range(2):
        apply()
        step(valkey)
    s3_switch(True)
    broken = DeadLetter.objects.earliest("pk")
    describe = burial.describe

    def describe_the_others(delivery: Delivery, *given: Any) -> DeadLetterDocument:
        if delivery.pk == broken.delivery_id:
            raise RuntimeError("Sanne's customer has no name")
        return describe(delivery, *given)

    monkeypatch.setattr(burial, "describe", describe_the_others)
    report = sweep.sweep()
    assert (1, ()) == (report.stored, report.faults)
    assert [broken] == list(DeadLetter.objects.unstored())


def test_an_object_without_a_row_changes_nothing(
    valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ats.behave("recruitee", "reject")
    apply()
    message = messages(valkey, "happy")[0]
    store = burial.store

    def store_and_lose(document: DeadLetterDocument) -> Any:
        Delivery.objects.update(status="delivered")
        return store(document)

    monkeypatch.setattr(burial, "store", store_and_lose)
    assert "moved_meanwhile" == jobs.deliver(message)
    assert "delivered" == the_delivery().status
    assert not DeadLetter.objects.exists()
