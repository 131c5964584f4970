"""The command when the rows are gone: it reads S3, sends once, and says what it could not use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from ats_integration.errors import DeadLetterUnavailable
from ats_integration.management.commands.resend_dead_letters import advice_on
from ats_integration.models import Attempt, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Customer
from tests.commands.conftest import Run
from tests.commands.test_resend_dead_letters import NAME, Letter, sent
from tests.environment import BUCKET
from tests.flows.conftest import s3_switch
from tests.queue_steps import step

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["s3_switch"]


@pytest.fixture
def lost(valkey: Any, letter: Letter) -> Any:
    """Lose the rows of two letters; give the connection to Redis."""
    for _ in range(2):
        letter()
    for model in (Attempt, DeadLetter, Delivery):
        model.objects.all().delete()
    return valkey


def test_they_are_sent_once_however_often_it_is_run(lost: Any, run: Run, customer: Customer, ats: Sandbox) -> None:
    first = run(NAME, "--from-s3", "--customer", customer.pk)
    second = run(NAME, "--from-s3", "--customer", customer.pk)
    assert (0, 0, 2) == (first.status, second.status, sent(lost))
    assert ["delivered", "delivered"] == [step(lost), step(lost)]
    third = run(NAME, "--from-s3", "--customer", customer.pk)
    assert (0, 0) == (third.status, sent(lost))
    assert 2 == ats.stats()["recruitee"]["accepted"]


def test_a_customer_is_found_however_its_id_is_typed(lost: Any, run: Run, customer: Customer) -> None:
    assert (0, 2) == (run(NAME, "--from-s3", "--customer", f"00{customer.pk}").status, sent(lost))


def test_without_it_there_is_nothing_to_send(lost: Any, run: Run, customer: Customer) -> None:
    assert "nothing to send" in run(NAME, "--customer", customer.pk).out


def test_a_dry_run_writes_no_row(lost: Any, run: Run) -> None:
    ran = run(NAME, "--from-s3", "--dry-run")
    assert (0, 0) == (ran.status, sent(lost))
    assert "2 would be sent" in ran.out
    assert not DeadLetter.objects.exists()


def test_what_is_no_letter_is_named(lost: Any, run: Run, s3: Any) -> None:
    odd = "dead-letters/v1/customer=1/provider=lever/date=2026-11-24/[odd].json"
    s3.put_object(Bucket=BUCKET, Key=odd, Body=b"{}")
    ran = run(NAME, "--from-s3", "--yes")
    assert (1, 2) == (ran.status, sent(lost))
    assert "not restored" in ran.out
    assert "2 sent, 0 skipped, 1 failed" in ran.out


def test_an_id_that_s3_does_not_hold_makes_the_exit_status_1(lost: Any, run: Run) -> None:
    asked = uuid4()
    ran = run(NAME, "--from-s3", "--id", asked)
    assert 1 == ran.status
    assert f"{asked}: S3 holds no such dead letter." in ran.out


def test_s3_that_is_away_is_named(lost: Any, run: Run, customer: Customer, s3_switch: Callable[[bool], None]) -> None:
    s3_switch(False)
    ran = run(NAME, "--from-s3", "--customer", customer.pk)
    assert (1, 0) == (ran.status, sent(lost))
    assert "Nothing was sent; try again when S3 is back." in ran.err


def test_a_bucket_that_is_not_there_is_no_outage(lost: Any, run: Run, settings: Settings) -> None:
    settings.ATS_INTEGRATION = settings.ATS_INTEGRATION | {"DEAD_LETTER_BUCKET": "somebody-elses"}
    ran = run(NAME, "--from-s3", "--yes")
    assert (1, 0) == (ran.status, sent(lost))
    assert "(NoSuchBucket). Nothing was sent. Check DEAD_LETTER_BUCKET and the AWS_* credentials." in ran.err


@pytest.mark.parametrize(
    ("code", "is_ours"),
    [
        ("NoCredentialsError", True),
        ("AccessDenied", True),
        ("InvalidAccessKeyId", True),
        ("SignatureDoesNotMatch", True),
        ("ParamValidationError", True),
        ("SlowDown", False),
        ("ConnectTimeoutError", False),
    ],
)
def test_what_to_do_about_s3_depends_on_its_answer(code: str, is_ours: bool) -> None:
    advice = advice_on(DeadLetterUnavailable("Words of any kind.", code=code))
    assert (is_ours, not is_ours) == ("DEAD_LETTER_BUCKET" in advice, "try again" in advice)
