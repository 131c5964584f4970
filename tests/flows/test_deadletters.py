"""Dead letters in a real S3: the key, put once, encrypted, without credentials, readable again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from ats_integration import deadletters
from ats_integration.deadletters import DeadLetterDocument
from ats_integration.errors import DeadLetterUnavailable, DeadLetterUnreadable
from tests.environment import BUCKET
from tests.factories import message
from tests.flows.conftest import Tune

AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
Switch = Callable[[bool], None]


def document(**changes: Any) -> DeadLetterDocument:
    """Return a dead letter."""
    values: dict[str, Any] = {
        "message_id": message().message_id,
        "application_id": "31",
        "customer_id": "42",
        "config_id": 7,
        "provider": "greenhouse",
        "reason": "unauthorized",
        "try_count": 3,
        "died_at": AT,
        "message": message(),
    }
    return DeadLetterDocument(**{**values, **changes})


def test_the_key_is_the_contracts() -> None:
    expected = (
        "dead-letters/v1/customer=42/provider=greenhouse/date=2026-11-24/7f5b8a52-6f0e-4c8f-9d64-0d4f6f1f0a11.json"
    )
    assert expected == document().key


def test_the_date_of_the_key_is_in_utc() -> None:
    amsterdam = datetime.fromisoformat("2026-11-25T00:30:00+01:00")
    assert "/date=2026-11-24/" in document(died_at=amsterdam).key


def test_a_customers_id_is_one_step_of_the_key_whatever_it_is(s3: Any) -> None:
    key = deadletters.put(document(customer_id="nl/42 ?"))
    assert "customer=nl%2F42%20%3F" == key.split("/")[2]
    assert [key] == deadletters.keys(customer="nl/42 ?") == deadletters.keys()
    assert "nl/42 ?" == deadletters.get(key).customer_id


def test_a_stored_letter_is_read_back_as_it_was(s3: Any) -> None:
    key = deadletters.put(document())
    assert document() == deadletters.get(key)


def test_the_same_death_is_written_once(s3: Any) -> None:
    deadletters.put(document(reason="unauthorized"))
    key = deadletters.put(document(reason="rejected"))
    assert "unauthorized" == deadletters.get(key).reason


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_of_two_deaths_on_one_day_the_newer_stays(s3: Any, first: int, second: int) -> None:
    for number in (first, second):
        key = deadletters.put(document(died_at=AT + timedelta(seconds=number), reason=f"death_{number}"))
    assert "death_1" == deadletters.get(key).reason
    assert "AES256" == s3.head_object(Bucket=BUCKET, Key=key)["ServerSideEncryption"]


def test_what_is_no_letter_is_written_over(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=document().key, Body=b"{}")
    assert document() == deadletters.get(deadletters.put(document()))


def test_a_letter_that_changes_while_it_is_looked_at_is_not_written_over(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newest = document(), document(died_at=AT + timedelta(seconds=2), reason="newest")
    deadletters.put(older)

    def meanwhile(died_at: datetime, body: bytes) -> bool:
        s3.put_object(Bucket=BUCKET, Key=newest.key, Body=newest.model_dump_json(by_alias=True).encode())
        return True

    monkeypatch.setattr(deadletters, "died_before", meanwhile)
    with pytest.raises(DeadLetterUnavailable, match="PreconditionFailed"):
        deadletters.put(document(died_at=AT + timedelta(seconds=1)))
    assert "newest" == deadletters.get(newest.key).reason


def test_a_second_put_is_no_failure(s3: Any) -> None:
    deadletters.put(document())
    deadletters.put(document())
    assert not deadletters.s3_pause.is_on


def test_a_letter_is_encrypted_at_rest(s3: Any) -> None:
    key = deadletters.put(document())
    assert "AES256" == s3.head_object(Bucket=BUCKET, Key=key)["ServerSideEncryption"]


def test_the_encryption_can_be_left_to_the_bucket(s3: Any, tune: Tune) -> None:
    tune(DEAD_LETTER_ENCRYPTION="")
    assert "ServerSideEncryption" not in deadletters.put_options(document())


def test_a_letter_is_json_with_camel_case_keys(s3: Any) -> None:
    stored = s3.get_object(Bucket=BUCKET, Key=deadletters.put(document()))
    assert "application/json" == stored["ContentType"]
    body = json.loads(stored["Body"].read())
    assert ("dead-letter", 1, "42") == (body["kind"], body["schemaVersion"], body["customerId"])


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"no json", b'{"kind": "dead-letter"}'])
def test_what_is_no_letter_is_named_so(s3: Any, body: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key="dead-letters/v1/odd.json", Body=body)
    with pytest.raises(DeadLetterUnreadable, match="not a dead letter of version 1"):
        deadletters.get("dead-letters/v1/odd.json")


def test_a_letter_that_is_not_there_is_named(s3: Any) -> None:
    with pytest.raises(DeadLetterUnreadable, match="NoSuchKey"):
        deadletters.get("dead-letters/v1/none.json")


@pytest.mark.parametrize(
    ("code", "status", "failure"),
    [
        ("InvalidObjectState", 403, DeadLetterUnreadable),
        ("KMS.DisabledException", 400, DeadLetterUnreadable),
        ("AccessDenied", 403, DeadLetterUnavailable),
        ("ExpiredToken", 400, DeadLetterUnavailable),
        ("SlowDown", 503, DeadLetterUnavailable),
    ],
)
def test_what_s3_refuses_is_about_one_letter_or_about_us(
    monkeypatch: pytest.MonkeyPatch, code: str, status: int, failure: type[Exception]
) -> None:
    told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    monkeypatch.setattr(deadletters, "client", Mock(side_effect=ClientError(told, "GetObject")))  # type: ignore[arg-type]
    with pytest.raises(failure, match=code):
        deadletters.get("key")


@pytest.mark.parametrize(
    "call", [lambda: deadletters.put(document()), lambda: deadletters.get("key"), lambda: deadletters.keys()]
)
def test_a_bucket_that_is_not_named_is_unavailable(s3: Any, tune: Tune, call: Callable[[], object]) -> None:
    tune(DEAD_LETTER_BUCKET="")
    with pytest.raises(DeadLetterUnavailable, match="ParamValidationError") as failed:
        call()
    assert "ParamValidationError" == failed.value.code


@pytest.mark.parametrize(
    "call", [lambda: deadletters.put(document()), lambda: deadletters.get("key"), lambda: deadletters.keys()]
)
def test_an_address_of_s3_that_is_none_makes_it_unavailable(
    s3_address: Callable[[str], None], call: Callable[[], object]
) -> None:
    s3_address("minio:9000")
    with pytest.raises(DeadLetterUnavailable, match="No client for S3 could be made"):
        call()
    assert deadletters.s3_pause.is_on


def test_s3_that_is_away_is_left_alone_for_a_moment(s3: Any, s3_switch: Switch) -> None:
    s3_switch(False)
    with pytest.raises(DeadLetterUnavailable, match="did not take"):
        deadletters.put(document())
    with pytest.raises(DeadLetterUnavailable, match="a moment ago"):
        deadletters.put(document())


def test_keys_are_listed_by_customer_provider_and_day(s3: Any) -> None:
    mine = deadletters.put(document())
    deadletters.put(document(customer_id="4"))
    deadletters.put(document(provider="lever"))
    deadletters.put(document(died_at=AT - timedelta(days=1)))
    assert [mine] == deadletters.keys(customer="42", provider="greenhouse", since=AT)
    assert 4 == len(deadletters.keys())


def test_keys_of_a_provider_are_found_at_all_customers(s3: Any) -> None:
    lever = deadletters.put(document(provider="lever"))
    deadletters.put(document())
    assert [lever] == deadletters.keys(provider="lever")


def test_keys_of_something_else_are_left_out(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="dead-letters/v1/readme.txt", Body=b"")
    s3.put_object(Bucket=BUCKET, Key="other/x.json", Body=b"")
    assert [] == deadletters.keys()
