"""The JSON message that travels: everything needed for any ATS API call, version 1.

Built by `build`, written by `encode`, read by `decode`. Values are frozen; keys are camelCase in
JSON, and in the docstrings of the parts, and snake_case in code. The JSON Schema is published beside
this file as `message.schema.json`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from .errors import MessageInvalid

#: What the column of a delivery's tries holds.
MOST_TRIES = 32_767
#: What may be repeated of a place in a message: names of fields, not what somebody put in their stead.
FIELD = re.compile(r"[\w.,\[\] ]{1,40}")


def in_utc(moment: datetime) -> datetime:
    """Return an instant in UTC, so that the same instant has one spelling."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("The year is out of range") from None


def finite(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse NaN and Infinity at any depth: JSON has no word for them. Most settings are texts alone."""
    try:
        json.dumps([value for value in values.values() if not isinstance(value, str)], allow_nan=False)
    except ValueError:
        raise ValueError("NaN and Infinity are not JSON") from None
    return values


Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]
Settings = Annotated[dict[str, JsonValue], AfterValidator(finite)]


class Part(BaseModel):
    """Base of all parts: frozen, camelCase in JSON, no unknown key, no value in an error text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class Answer(Part):
    """One screening question and what the candidate said.

    `questionId` is the question's id in the ATS, empty where it is not known.
    """

    question_id: str = ""
    question: str
    answer: str | bool | int | float | tuple[str, ...]


class Consent(Part):
    """What the candidate agreed to, and when."""

    processing: bool = False
    retention: bool = False
    marketing: bool = False
    given_at: Instant | None = None
    text: str = ""


class Application(Part):
    """What was handed in, apart from the person and the CV."""

    id: str
    submitted_at: Instant
    cover_letter: str = ""
    source: str = ""
    answers: tuple[Answer, ...] = ()
    consent: Consent = Consent()


class Address(Part):
    """Where the candidate lives; every line may be empty."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


class Candidate(Part):
    """The person. `phone` is E.164 where the host could tell, otherwise as typed."""

    first_name: str
    last_name: str = ""
    email: str
    phone: str = ""
    linkedin_url: str = ""
    website_url: str = ""
    address: Address = Address()

    @property
    def full_name(self) -> str:
        """Join both names with one blank, for an ATS that knows only one field."""
        return f"{self.first_name} {self.last_name}".strip()


class Resume(Part):
    """The CV by reference: `storageKey` in the CV storage, `size` in bytes, `sha256` in hex."""

    filename: str
    content_type: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    storage_key: str


class Vacancy(Part):
    """The job; `externalId` is its id in the customer's ATS."""

    id: str
    external_id: str = ""
    title: str
    url: str = ""


class Customer(Part):
    """The hiring company."""

    id: str
    name: str


class ApplicationData(Part):
    """What the host's adapter makes of one of its applications."""

    application: Application
    candidate: Candidate
    resume: Resume | None = None
    vacancy: Vacancy
    customer: Customer


class Ats(Part):
    """Which connection to use. `credentials` is the encrypted token, never plain text."""

    config_id: int
    provider: str
    base_url: str = ""
    settings: Settings = {}
    credentials: str | None = None


class Message(ApplicationData):
    """One application on its way to one ATS.

    `tryCount` is 0 on the happy queue and above 0 on the retry queue; `deadlineAt` is set by the
    first failed try.
    """

    schema_version: Literal[1]
    message_id: UUID
    try_count: int = Field(default=0, ge=0, le=MOST_TRIES)
    created_at: Instant
    deadline_at: Instant | None = None
    ats: Ats

    def but(self, **changes: Any) -> Self:
        """Return a copy with other values."""
        return self.model_copy(update=changes)

    def without_credentials(self) -> Self:
        """Return a copy that may be kept outside the queues and the database."""
        return self.but(ats=self.ats.model_copy(update={"credentials": None}))

    def to_dict(self) -> dict[str, Any]:
        """Return the message as JSON-ready values with camelCase keys."""
        return self.model_dump(mode="json", by_alias=True)


def build(data: ApplicationData, *, message_id: UUID, created_at: datetime, ats: Ats) -> Message:
    """Put the host's data and the connection together into a first message."""
    return Message(**dict(data), schema_version=1, message_id=message_id, created_at=created_at, ats=ats)


def encode(message: Message) -> bytes:
    """Write a message as UTF-8 JSON."""
    return message.model_dump_json(by_alias=True).encode()


def decode(raw: Any) -> Message:
    """Read a message from JSON bytes, text or already parsed JSON. No type is guessed: "1" is no number.

    Raises MessageInvalid naming the fields that are wrong; their values are never repeated.
    """
    try:
        text = raw if isinstance(raw, bytes | str) else json.dumps(raw)
        return Message.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise invalid(error) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise MessageInvalid(f"The message is not JSON ({type(error).__name__}).", ("message",)) from None


#: A job as RQ writes it: function, instance, arguments, keywords. Its only argument is the message.
CALL = TypeAdapter(tuple[str, None, tuple[Message], dict[str, JsonValue]])


def decode_call(raw: bytes) -> Message:
    """Read the message of a job, without making it Python's before it is checked.

    Raises MessageInvalid naming the fields that are wrong; their values are never repeated.
    """
    try:
        _function, _instance, (message,), _keywords = CALL.validate_json(raw, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise invalid(error, inside=2) from None
    return message


def invalid(error: ValidationError, *, inside: int = 0) -> MessageInvalid:
    """Name what is wrong with a message, field by field; it stands `inside` so many other values."""
    found = {place(problem["loc"][inside:]): problem["msg"] for problem in error.errors()}
    text = "; ".join(f"{field}: {what}" for field, what in sorted(found.items()))
    return MessageInvalid(f"The message is invalid: {text}", tuple(sorted(found)))


def place(steps: tuple[int | str, ...]) -> str:
    """Name a place in a message; what cannot be the name of a field is shown as "?"."""
    return ".".join(str(step) if FIELD.fullmatch(str(step)) else "?" for step in steps) or "message"
