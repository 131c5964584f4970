"""Everything that is kept, shown or told somewhere, as text, to look for what must not be there."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from email.message import Message
from io import StringIO
from typing import Any
from urllib.parse import quote, quote_plus

from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import connection

from tests.environment import BUCKET
from tests.queue_steps import values

#: Shorter pieces of base64 stand in many texts by chance.
SHORTEST = 8  # characters


def found_in(text: str, secrets: Iterable[str]) -> list[str]:
    """Return which secrets stand in a text, plain or as they travel."""
    return [secret for secret in secrets if any(form in text for form in spellings(secret))]


def spellings(secret: str) -> set[str]:
    """Return how a secret is written in a header, an address or a body."""
    inner = [base64.b64encode(b"x" * before + secret.encode()).decode()[4:-4] for before in range(3)]
    sure = [form for form in inner if len(form) >= SHORTEST]
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), *sure}


def database() -> str:
    """Return every value of every table, as it is stored."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
                told += [repr(row) for row in cursor.fetchall()]
    return "\n".join(told)


def dumped() -> str:
    """Return what `dumpdata` writes."""
    printed = StringIO()
    call_command("dumpdata", exclude=["django_rq"], stdout=printed)  # RQ's model has no table
    return printed.getvalue()


def redis(valkey: Any) -> str:
    """Return every key and value of Redis."""
    keys = b"\n".join(valkey.keys("*"))
    return (keys + b"\n".join(values(valkey))).decode(errors="replace")


def s3(client: Any) -> str:
    """Return every key and object of the bucket, with what S3 knows about it."""
    told = ""
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        answer = client.get_object(Bucket=BUCKET, Key=item["Key"])
        told += repr(item) + repr(answer["Metadata"]) + answer["Body"].read().decode(errors="replace")
    return told


def mails() -> str:
    """Return every mail with its headers, each part as people read it."""
    return "\n".join(read(sent.message()) for sent in mail.outbox)


def read(message: Message) -> str:
    """Return a mail as text."""
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    bodies = [part.decode(errors="replace") for part in parts if isinstance(part, bytes)]
    return "\n".join([str(message.items()), *bodies])
