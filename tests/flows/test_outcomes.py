"""Each outcome of one try against a real HTTP server: what is recorded, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import redis
from botocore.exceptions import NoCredentialsError
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection

from ats_integration import delivery, jobs
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, Attempt
from ats_integration.providers.recruitee import Recruitee
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Vacancy
from jobbird.demo.ports import free_port
from tests.flows.conftest import Tune
from tests.providers.tiny_servers import listening, saying
from tests.queue_steps import (
    job_ids,
    last_attempt,
    message_of_job,
    scheduled,
    scheduled_ids,
    step,
    take,
    the_delivery,
    the_letter,
)

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]

RETRIED: list[tuple[str, dict[str, Any], str, str]] = [
    ("closed", {}, "job_closed", "job_closed"),
    ("refuse_key", {}, "unauthorized", "unauthorized"),
    ("throttle", {}, "rate_limited", "rate_limited"),
    ("down", {}, "unavailable", "http_503"),
    ("drop_answer", {}, "uncertain", "connection_lost"),
]


@pytest.fixture
def applied(valkey: redis.Redis, s3: Any, config: ATSConfig, apply: Apply) -> redis.Redis:
    """Hand in an application; its message stands on happy."""
    apply()
    return valkey


def test_an_ats_has_counted_a_call_once_it_answers(applied: redis.Redis, config: ATSConfig) -> None:
    result = delivery.attempt(decode(the_delivery().message), config)
    assert result.started_at + result.duration == result.counted_at


def test_an_ats_that_answers_late_has_counted_the_call_soon_after_it_left(
    applied: redis.Redis, config: ATSConfig, ats: Sandbox
) -> None:
    ats.behave("recruitee", "slow", seconds=0.4)
    result = delivery.attempt(decode(the_delivery().message), config)
    assert result.counted_at
    left_within = result.counted_at - delivery.COUNTED_WITHIN - result.started_at
    assert timedelta(0) < left_within < result.duration - timedelta(seconds=0.4)


def test_a_result_without_a_call_tells_so(applied: redis.Redis, config: ATSConfig) -> None:
    delivery.attempt(decode(the_delivery().message), config)
    config.base_url = "http://10.0.0.1"
    assert delivery.attempt(decode(the_delivery().message), config).counted_at is None


def test_a_success_is_delivered_with_the_ats_own_id(applied: redis.Redis, ats: Sandbox) -> None:
    assert "delivered" == step(applied)
    delivery = the_delivery()
    reception = ats.received("recruitee")[0]
    assert str(int(reception.id.replace("-", "")[:8], 16)) == delivery.ats_reference
    assert delivery.delivered_at
    assert (0, None, None) == (delivery.try_count, delivery.next_try_at, delivery.claimed_until)


def test_a_success_leaves_one_attempt(applied: redis.Redis) -> None:
    step(applied)
    attempt = last_attempt()
    assert (1, "delivered", 201, "") == (attempt.number, attempt.outcome, attempt.http_status, attempt.error_code)
    assert attempt.duration.total_seconds() > 0


def test_a_receipt_names_what_the_ats_could_not_be_told(valkey: redis.Redis, config: ATSConfig, apply: Apply) -> None:
    apply(consent={"processing": True})
    step(valkey)
    assert ["consent"] == the_delivery().dropped


@pytest.mark.parametrize(("mode", "options", "outcome", "code"), RETRIED)
def test_a_failure_that_may_pass_is_tried_again(
    applied: redis.Redis, ats: Sandbox, mode: str, options: dict[str, Any], outcome: str, code: str
) -> None:
    ats.behave("recruitee", mode, **options)
    assert outcome == step(applied)
    delivery = the_delivery()
    assert ("retrying", 1, code) == (delivery.status, delivery.try_count, delivery.last_error_code)
    assert (outcome, code) == (last_attempt().outcome, last_attempt().error_code)


@pytest.mark.parametrize(("mode", "options", "outcome", "code"), RETRIED)
def test_a_retried_message_waits_for_its_time_with_try_count_1(
    applied: redis.Redis, ats: Sandbox, mode: str, options: dict[str, Any], outcome: str, code: str
) -> None:
    ats.behave("recruitee", mode, **options)
    step(applied)
    assert [1] == [message["tryCount"] for message in scheduled(applied)]
    assert [] == job_ids(applied, "happy")


def test_refused_data_is_dead_at_once(applied: redis.Redis, ats: Sandbox) -> None:
    ats.behave("recruitee", "reject")
    assert "rejected" == step(applied)
    assert ("dead", 1) == (the_delivery().status, the_delivery().try_count)
    assert "rejected" == the_letter().reason
    assert [] == scheduled_ids(applied)


def test_refused_data_says_what_was_wrong(applied: redis.Redis, ats: Sandbox) -> None:
    ats.behave("recruitee", "reject")
    step(applied)
    assert "Email is invalid" in the_delivery().last_error
    assert 422 == last_attempt().http_status


def test_a_vacancy_without_the_ats_job_id_is_dead_without_a_call(
    valkey: redis.Redis, s3: Any, config: ATSConfig, vacancy: Vacancy, apply: Apply, ats: Sandbox
) -> None:
    vacancy.external_id = ""
    apply()
    assert "rejected" == step(valkey)
    assert "job_id_missing" == the_letter().reason
    assert 0 == ats.stats()["recruitee"]["calls"]


def test_an_ats_that_nobody_answers_for_is_unavailable(applied: redis.Redis) -> None:
    ATSConfig.objects.update(base_url=f"http://127.0.0.1:{free_port()}")
    assert "unavailable" == step(applied)
    assert "connection_refused" == the_delivery().last_error_code


def test_an_ats_that_hangs_is_uncertain(applied: redis.Redis, ats: Sandbox, tune: Tune) -> None:
    tune(READ_TIMEOUT=timedelta(milliseconds=200))
    ats.behave("recruitee", "blackhole")
    assert "uncertain" == step(applied)
    assert "read_timeout" == the_delivery().last_error_code


def test_after_an_uncertain_try_it_may_be_a_duplicate(applied: redis.Redis, ats: Sandbox) -> None:
    ats.behave("recruitee", "drop_answer", times=1)
    step(applied)
    assert the_delivery().possible_duplicate
    jobs.deliver(message_of_job(applied, scheduled_ids(applied)[0]))
    assert ("delivered", True) == (the_delivery().status, the_delivery().possible_duplicate)
    assert 1 == ats.stats()["recruitee"]["twice"]


def test_after_an_unavailable_try_it_is_no_duplicate(applied: redis.Redis, ats: Sandbox) -> None:
    ats.behave("recruitee", "down", times=1)
    step(applied)
    jobs.deliver(message_of_job(applied, scheduled_ids(applied)[0]))
    assert ("delivered", False) == (the_delivery().status, the_delivery().possible_duplicate)


def stored_cv() -> str:
    """Return where the CV of the only application is."""
    return str(Application.objects.get().cv.name)


def test_a_missing_cv_is_a_fault_of_ours(applied: redis.Redis, ats: Sandbox) -> None:
    default_storage.delete(stored_cv())
    assert "bug" == step(applied)
    assert ("retrying", "resume_missing") == (the_delivery().status, the_delivery().last_error_code)
    assert 0 == ats.stats()["recruitee"]["calls"]


def test_a_storage_of_cvs_that_is_away_is_tried_again(
    applied: redis.Redis, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileSystemStorage, "_open", Mock(side_effect=NoCredentialsError()))
    assert "bug" == step(applied)
    assert ("retrying", "resume_missing") == (the_delivery().status, the_delivery().last_error_code)
    assert 0 == ats.stats()["recruitee"]["calls"]


def test_a_changed_cv_is_not_sent(applied: redis.Redis, ats: Sandbox) -> None:
    with default_storage.open(stored_cv(), "wb") as stream:
        stream.write(b"%PDF-1.4 somebody else's")
    assert "bug" == step(applied)
    assert "resume_changed" == the_delivery().last_error_code
    assert 0 == ats.stats()["recruitee"]["calls"]


def test_credentials_that_no_key_opens_have_a_name(applied: redis.Redis, tune: Tune) -> None:
    tune(ENCRYPTION_KEYS=["another-key-0123456789abcdef"])
    assert "bug" == step(applied)
    assert "credentials_unreadable" == the_delivery().last_error_code


def test_credentials_that_are_no_token_have_a_name(applied: redis.Redis) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ats_integration_atsconfig SET credentials = 'garbage'")
    assert "bug" == step(applied)
    assert "credentials_unreadable" == the_delivery().last_error_code


def test_an_unknown_provider_has_a_name(applied: redis.Redis) -> None:
    ATSConfig.objects.update(provider="taleo")
    assert "bug" == step(applied)
    assert "unknown_provider" == the_delivery().last_error_code


def test_an_incomplete_connection_has_a_name(applied: redis.Redis, config: ATSConfig, ats: Sandbox) -> None:
    config.credentials = {}
    config.save()
    assert "bug" == step(applied)
    assert "config_incomplete" == the_delivery().last_error_code
    assert "careers_token" in the_delivery().last_error
    assert 0 == ats.stats()["recruitee"]["calls"]


def test_a_paused_connection_holds_what_comes(applied: redis.Redis, ats: Sandbox) -> None:
    ATSConfig.objects.update(is_active=False)
    assert "held" == step(applied)
    assert ("held", 0, None) == (the_delivery().status, the_delivery().try_count, the_delivery().claimed_until)
    assert not Attempt.objects.exists()
    assert 0 == ats.stats()["recruitee"]["calls"]


@pytest.mark.parametrize("words", [b"no \\u0000 end", b"half \\ud83d of a smile", b"raw \xff\xfe bytes", b"a\x00b"])
def test_an_answer_that_no_database_stores_is_recorded_all_the_same(applied: redis.Redis, words: bytes) -> None:
    body = b'{"error": ["' + words + b'"]}'
    answer = b"HTTP/1.1 422 No\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with listening(saying(answer)) as port:
        ATSConfig.objects.update(base_url=f"http://127.0.0.1:{port}")
        assert "rejected" == step(applied)
    assert "dead" == the_delivery().status


def test_a_receipt_that_no_database_stores_is_recorded_all_the_same(applied: redis.Redis) -> None:
    body = b'{"candidate": {"id": "7\\u0000\\ud83d"}}'
    answer = b"HTTP/1.1 201 Yes\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with listening(saying(answer)) as port:
        ATSConfig.objects.update(base_url=f"http://127.0.0.1:{port}")
        assert "delivered" == step(applied)
    assert "7?" == the_delivery().ats_reference


def test_a_very_long_receipt_is_cut(applied: redis.Redis) -> None:
    body = b'{"candidate": {"id": "' + b"7" * 1000 + b'"}}'
    answer = b"HTTP/1.1 201 Yes\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with listening(saying(answer)) as port:
        ATSConfig.objects.update(base_url=f"http://127.0.0.1:{port}")
        step(applied)
    assert "7" * 200 == the_delivery().ats_reference


@pytest.mark.parametrize("mode", ["reject", "refuse_key", "down"])
def test_what_is_recorded_names_no_candidate_and_no_secret(applied: redis.Redis, ats: Sandbox, mode: str) -> None:
    ats.behave("recruitee", mode)
    step(applied)
    recorded = " ".join((last_attempt().error, last_attempt().excerpt, the_delivery().last_error))
    assert not [word for word in ("Sanne", "Vries", "sanne@example.org", "12345678", "token-of") if word in recorded]


def test_a_fault_of_an_adapter_is_a_bug_without_any_value(
    applied: redis.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: object, submission: Any) -> None:
        raise KeyError(submission.message.candidate.email, submission.credentials)

    monkeypatch.setattr(Recruitee, "build", broken)
    assert "bug" == step(applied)
    assert "A fault on our side (KeyError at" in the_delivery().last_error
    assert "sanne" not in caplog.text + the_delivery().last_error
    assert "token-of" not in caplog.text + the_delivery().last_error


def test_an_unreadable_message_is_dropped_and_its_row_untouched(applied: redis.Redis) -> None:
    message = take(applied)
    assert "message_invalid" == jobs.deliver({**message, "candidate": "?"})
    assert ("pending", None) == (the_delivery().status, the_delivery().claimed_until)
