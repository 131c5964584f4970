"""The only module that talks to S3: put a dead letter, where no newer one stands; read it, list them.

Key: dead-letters/v1/customer=<id>/provider=<slug>/date=<YYYY-MM-DD>/<messageId>.json
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.signals import setting_changed
from pydantic import JsonValue, ValidationError

from .conf import NAME, conf
from .errors import DeadLetterUnavailable, DeadLetterUnreadable
from .messages import Instant, Message, Part
from .pauses import Pause

log = logging.getLogger(__name__)

PREFIX = "dead-letters/v1/"
S3_ERRORS = (BotoCoreError, ClientError)
ALREADY_THERE = ("PreconditionFailed", "412")
#: Answers of a class that tells of one object, although these tell of us; and one of the other kind.
ABOUT_US = ("ExpiredToken", "InvalidToken", "NoSuchBucket", "RequestTimeout")
ABOUT_ONE = ("InvalidObjectState",)

s3_pause = Pause(timedelta(seconds=5))
making_client = threading.Lock()


class Try(Part):
    """One try as the dead letter remembers it; texts are redacted."""

    number: int
    outcome: str
    started_at: Instant
    seconds: float
    http_status: int | None = None
    error_code: str = ""
    error: str = ""


class DeadLetterDocument(Part):
    """What stands in S3: enough to send the application again when every row is gone.

    `message` holds no credentials; it is null where the application could never be read.
    """

    schema_version: Literal[1] = 1
    kind: Literal["dead-letter"] = "dead-letter"
    message_id: UUID
    application_id: str
    customer_id: str
    customer_name: str = ""
    config_id: int
    provider: str
    reason: str
    error: str = ""
    try_count: int
    died_at: Instant
    tries: tuple[Try, ...] = ()
    #: What the steps of a sequence left behind.
    kept: dict[str, JsonValue] = {}
    message: Message | None = None

    @property
    def key(self) -> str:
        """Where the document is stored."""
        date = self.died_at.astimezone(UTC).date().isoformat()
        return f"{prefix_of(self.customer_id, self.provider)}date={date}/{self.message_id}.json"


def put(document: DeadLetterDocument) -> str:
    """Store a document, unless that death or a newer one of the message is there already; return its key.

    Raises DeadLetterUnavailable where S3 does not take it, at once while S3 is known to be away.
    """
    if s3_pause.is_on:
        raise DeadLetterUnavailable("S3 did not answer a moment ago.")
    try:
        write(document)
    except S3_ERRORS as error:
        s3_pause.start()
        raise unavailable("S3 did not take a dead letter", error) from None
    s3_pause.end()
    return document.key


def write(document: DeadLetterDocument) -> None:
    """Write a document where its key is free, or in the place of an older death."""
    options = put_options(document)
    try:
        client().put_object(**options, IfNoneMatch="*")
    except ClientError as error:
        if error_code(error) not in ALREADY_THERE:
            raise
        replace_older(document, options)


def replace_older(document: DeadLetterDocument, options: dict[str, Any]) -> None:
    """Write over what stands at a document's key, if that is older and nobody else writes over it meanwhile."""
    there = client().get_object(Bucket=options["Bucket"], Key=options["Key"])
    if died_before(document.died_at, there["Body"].read()):
        client().put_object(**options, IfMatch=there["ETag"])


def died_before(died_at: datetime, body: bytes) -> bool:
    """Tell whether what is stored is of a death before this one, or no dead letter at all."""
    try:
        return DeadLetterDocument.model_validate_json(body).died_at < died_at
    except ValidationError:
        return True


def put_options(document: DeadLetterDocument) -> dict[str, Any]:
    """Describe what is put, and where."""
    options: dict[str, Any] = {
        "Bucket": conf.dead_letter_bucket,
        "Key": document.key,
        "Body": document.model_dump_json(by_alias=True, indent=2).encode(),
        "ContentType": "application/json",
    }
    if conf.dead_letter_encryption:
        options["ServerSideEncryption"] = conf.dead_letter_encryption
    return options


def get(key: str, *, bucket: str = "") -> DeadLetterDocument:
    """Read a document.

    Raises DeadLetterUnavailable where S3 is away or refuses us, DeadLetterUnreadable where it does not give this one,
    or it is none.
    """
    try:
        body = client().get_object(Bucket=bucket or conf.dead_letter_bucket, Key=key)["Body"].read()
        return DeadLetterDocument.model_validate_json(body)
    except S3_ERRORS as error:
        if is_about_one(error):
            raise DeadLetterUnreadable(f"S3 did not give {key} ({error_code(error)}).") from None
        raise unavailable(f"S3 did not give {key}", error) from None
    except ValidationError:
        raise DeadLetterUnreadable(f"{key} is not a dead letter of version 1.") from None


def is_about_one(error: Exception) -> bool:
    """Tell whether S3 refuses one object: it expired, or lies in an archive."""
    if not isinstance(error, ClientError) or error_code(error) in ABOUT_US:
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error_code(error) in ABOUT_ONE or (400 <= status < 500 and status not in (401, 403, 429))


def keys(*, customer: str = "", provider: str = "", since: datetime | None = None) -> list[str]:
    """List the keys of stored dead letters, in the order in which S3 got them.

    Raises DeadLetterUnavailable where S3 does not answer.
    """
    first_day = f"date={since.astimezone(UTC).date().isoformat()}" if since else ""
    found = sorted((item["LastModified"], item["Key"]) for item in listed(prefix_of(customer, provider)))
    return [key for _at, key in found if fits(key.split("/"), provider, first_day)]


def fits(steps: list[str], provider: str, first_day: str) -> bool:
    """Tell whether a key, step by step, is that of a dead letter of a provider since a day."""
    return len(steps) == 6 and steps[4] >= first_day and (not provider or steps[3] == f"provider={provider}")


def prefix_of(customer: str, provider: str) -> str:
    """Return the longest prefix that all wanted keys share; a customer's id is one step, whatever it is."""
    if not customer:
        return PREFIX
    return f"{PREFIX}customer={quote(customer, safe='')}/" + (f"provider={provider}/" if provider else "")


def listed(prefix: str) -> Iterator[dict[str, Any]]:
    """List all objects below a prefix, page by page."""
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=conf.dead_letter_bucket, Prefix=prefix)
    try:
        for page in pages:
            yield from page.get("Contents", ())
    except S3_ERRORS as error:
        raise unavailable("S3 did not list the dead letters", error) from None


def unavailable(problem: str, error: Exception) -> DeadLetterUnavailable:
    """Return the failure that says what went wrong, and S3's word for why."""
    code = error_code(error)
    return DeadLetterUnavailable(f"{problem} ({code}).", code=code)


def error_code(error: Exception) -> str:
    """Return S3's own word for an error, or the kind of exception."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__


def client() -> Any:
    """Return the S3 client of this process, which threads may share.

    Raises DeadLetterUnavailable where none can be made, and starts the pause: making one takes long.
    """
    with making_client:  # boto3 can use a client in many threads, but not make one there
        try:
            return new_client()
        except Exception as error:  # boto3 raises what it likes where its own settings are wrong
            s3_pause.start()
            raise unavailable("No client for S3 could be made", error) from None


@cache
def new_client() -> Any:
    """Make a client; boto3 reads its own AWS_* environment."""
    patience = Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 1, "mode": "standard"})
    return boto3.client("s3", config=patience)


def forget(*, setting: str, **_: Any) -> None:
    """Forget the pause when a test overrides the settings."""
    if setting == NAME:
        new_client.cache_clear()
        s3_pause.end()


setting_changed.connect(forget)
