"""The message: it comes back as it went, fits its schema, and says what is wrong without repeating it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from ats_integration import messages
from ats_integration.errors import MessageInvalid
from ats_integration.message_schema import json_schema
from ats_integration.messages import Message, build, decode, encode
from tests.factories import bare_message, message

from . import strategies

SCHEMA_FILE = Path(messages.__file__).with_name("message.schema.json")
CANARY = "canary-5f3e"
DEEP = 100_000

#: Section 4 of the contract, key by key.
KEYS = {
    "": {"schemaVersion", "messageId", "tryCount", "createdAt", "deadlineAt"}
    | {"application", "candidate", "resume", "vacancy", "customer", "ats"},
    "application": {"id", "submittedAt", "coverLetter", "source", "answers", "consent"},
    "candidate": {"firstName", "lastName", "email", "phone", "linkedinUrl", "websiteUrl", "address"},
    "resume": {"filename", "contentType", "size", "sha256", "storageKey"},
    "vacancy": {"id", "externalId", "title", "url"},
    "customer": {"id", "name"},
    "ats": {"configId", "provider", "baseUrl", "settings", "credentials"},
}


@cache
def validator() -> Draft202012Validator:
    """Return a validator of the published schema; `format` is a note there, not a rule."""
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text()))


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return a full message as JSON values, with another value at a place."""
    document = message().to_dict()
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = document
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return document


def without(path: str) -> dict[str, Any]:
    """Return a full message as JSON values, without one key."""
    document = message().to_dict()
    *steps, last = path.split(".")
    inner = document
    for step in steps:
        inner = inner[step]
    del inner[last]
    return document


def all_keys() -> list[str]:
    """Return the place of every key of the contract."""
    return [f"{part}.{key}".strip(".") for part, keys in KEYS.items() for key in sorted(keys)]


class TestRoundTrip:
    @given(strategies.messages)
    def test_comes_back_as_it_went(self, sent: Message) -> None:
        received = decode(encode(sent))

        assert sent == received
        assert encode(sent) == encode(received)

    @given(strategies.messages)
    def test_reads_json_that_somebody_else_parsed(self, sent: Message) -> None:
        assert sent == decode(sent.to_dict())

    @given(strategies.messages)
    def test_says_the_same_as_bytes_and_as_values(self, sent: Message) -> None:
        assert sent.to_dict() == json.loads(encode(sent))

    @given(strategies.messages)
    def test_fits_the_published_schema(self, sent: Message) -> None:
        validator().validate(json.loads(encode(sent)))

    @given(strategies.data)
    def test_takes_over_what_the_host_tells(self, data: messages.ApplicationData) -> None:
        built = build(data, message_id=UUID(int=1), created_at=datetime(2026, 1, 1, tzinfo=UTC), ats=message().ats)

        assert (1, 0, None) == (built.schema_version, built.try_count, built.deadline_at)
        assert dict(data).items() <= dict(built).items()

    def test_keeps_instants_in_utc(self) -> None:
        at_noon = decode(changed("createdAt", "2026-07-01T12:00:00+02:00"))

        assert "2026-07-01T10:00:00Z" == at_noon.to_dict()["createdAt"]

    @pytest.mark.parametrize("depth", [1, 50, 150])
    def test_settings_may_be_nested(self, depth: int) -> None:
        sent = decode(changed("ats.settings", {"nested": nested(depth)}))

        assert sent == decode(encode(sent))


class TestKeys:
    @pytest.mark.parametrize("part", sorted(KEYS))
    def test_are_those_of_the_contract(self, part: str) -> None:
        document = message().to_dict()

        assert KEYS[part] == set(document[part] if part else document)

    def test_stand_there_without_a_value_too(self) -> None:
        assert KEYS[""] == set(bare_message().to_dict())

    def test_are_camel_case_only(self) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode({"message_id": 1, **without("messageId")})

        assert {"messageId", "message_id"} == set(caught.value.fields)


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("schemaVersion", 2),
            ("schemaVersion", "1"),
            ("messageId", CANARY),
            ("tryCount", -1),
            ("tryCount", 32_768),
            ("tryCount", 10**400),
            ("tryCount", "3"),
            ("tryCount", True),
            ("tryCount", 1.5),
            ("tryCount", CANARY),
            ("createdAt", "2026-01-01T12:00:00"),
            ("createdAt", "0001-01-01T00:00:00+14:00"),
            ("createdAt", 1_800_000_000),
            ("createdAt", CANARY),
            ("deadlineAt", "2026-01-01T12:00:00"),
            ("application", CANARY),
            ("application.id", 31),
            ("application.answers", {"question": CANARY}),
            ("application.answers.0.question", None),
            ("application.consent.givenAt", "2026-01-01T12:00:00"),
            ("application.consent.processing", CANARY),
            ("candidate.firstName", [CANARY]),
            ("candidate.email", None),
            ("candidate.address", [CANARY]),
            ("resume.size", -1),
            ("resume.sha256", CANARY),
            ("resume.sha256", "0" * 63 + "G"),
            ("vacancy", None),
            ("ats.configId", CANARY),
            ("ats.settings", [CANARY]),
            ("ats.settings", {"rate": float("nan")}),
            ("ats.settings", {"rates": [{"most": float("inf")}]}),
            ("ats.credentials", {"apiKey": CANARY}),
        ],
    )
    def test_is_named_and_never_repeated(self, path: str, value: Any) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode(changed(path, value))

        assert (path,) == caught.value.fields
        assert path in str(caught.value)
        assert CANARY not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("answer", [None, float("nan"), float("inf"), {"said": CANARY}, [1], [[CANARY]]])
    def test_is_named_in_an_answer_too(self, answer: Any) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode(changed("application.answers.0.answer", answer))

        assert all(field.startswith("application.answers.0.answer") for field in caught.value.fields)
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize("part", sorted(KEYS))
    def test_is_a_key_nobody_knows(self, part: str) -> None:
        path = f"{part}.favouriteColour".strip(".")
        with pytest.raises(MessageInvalid) as caught:
            decode(changed(path, CANARY))

        assert (path,) == caught.value.fields
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize("key", ["sanne@example.org", "x" * 1000, "line\nbreak", ""])
    def test_is_not_repeated_where_a_key_can_be_no_field(self, key: str) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode({**message().to_dict(), key: 1})

        assert ("?",) == caught.value.fields
        assert not key or key not in str(caught.value)

    @pytest.mark.parametrize("path", all_keys())
    def test_is_a_missing_key_wherever_the_schema_says_so(self, path: str) -> None:
        document = without(path)
        if validator().is_valid(document):
            assert path not in decode(document).model_fields_set
            return
        with pytest.raises(MessageInvalid) as caught:
            decode(document)
        assert (path,) == caught.value.fields

    def test_are_all_fields_at_once(self) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode({**changed("tryCount", -1), "messageId": CANARY, "customer": {"id": "1"}})

        assert ("customer.name", "messageId", "tryCount") == caught.value.fields

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\xff\xfe",
            b'{"messageId": "\xc3\x28"}',
            b'{"messageId": "\\ud800"}',
            b'{"messageId": ',
            b"null",
            b"[]",
            b'"' + CANARY.encode() + b'"',
            b"[" * DEEP,
            b'{"ats":' * DEEP,
            b'{"tryCount": ' + b"9" * DEEP + b"}",
            b'{"tryCount": 1e999999}',
            CANARY,
            None,
            42,
            float("nan"),
            [],
            object(),
            bytearray(b"{}"),
            {CANARY: object()},
            {"messageId": "\ud800"},
        ],
        ids=range(21),
    )
    def test_is_whatever_is_no_message_at_all(self, raw: Any) -> None:
        with pytest.raises(MessageInvalid) as caught:
            decode(raw)

        assert caught.value.fields
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize("depth", [300, DEEP])
    def test_is_json_nested_beyond_reason(self, depth: int) -> None:
        with pytest.raises(MessageInvalid):
            decode(changed("ats.settings", {"nested": nested(depth)}))


class TestValues:
    def test_are_frozen(self) -> None:
        sent = message()
        with pytest.raises(ValidationError):
            sent.try_count = 1  # type: ignore[misc]
        with pytest.raises(ValidationError):
            sent.candidate.email = "other@example.org"  # type: ignore[misc]

    def test_change_in_a_copy_only(self) -> None:
        sent = message()

        assert 3 == sent.but(try_count=3).try_count
        assert 0 == sent.try_count

    @given(strategies.messages)
    def test_leave_without_credentials(self, sent: Message) -> None:
        kept = sent.without_credentials()

        assert kept.to_dict()["ats"]["credentials"] is None
        assert sent == kept.but(ats=sent.ats)

    @pytest.mark.parametrize(
        ("first", "last", "full"), [("Sanne", "de Vries", "Sanne de Vries"), ("Sukarno", "", "Sukarno")]
    )
    def test_know_the_full_name(self, first: str, last: str, full: str) -> None:
        assert full == message(candidate={"first_name": first, "last_name": last}).candidate.full_name


class TestSchema:
    def test_is_published_as_the_code_has_it(self) -> None:
        """Mend with: python manage.py export_message_schema > ats_integration/message.schema.json"""
        printed = StringIO()
        call_command("export_message_schema", stdout=printed)

        assert printed.getvalue() == SCHEMA_FILE.read_text()

    def test_is_a_schema(self) -> None:
        Draft202012Validator.check_schema(json_schema())

    def test_knows_no_unknown_key(self) -> None:
        assert not validator().is_valid(changed("favouriteColour", "blue"))


def nested(depth: int) -> list[Any]:
    """Return a list in a list in a list."""
    result: list[Any] = []
    for _ in range(depth - 1):
        result = [result]
    return result
