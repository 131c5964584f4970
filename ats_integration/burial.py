"""A message dies: S3 object, then DeadLetter row, then status `dead`, then a notice."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from . import deadletters, notices
from .conf import conf
from .database_threads import on_database
from .deadletters import DeadLetterDocument, Try
from .delivery import Result
from .errors import DeadLetterUnavailable, MessageInvalid
from .faults import one_by_one
from .history import line_of
from .messages import Message, decode
from .models import Attempt, DeadLetter, Delivery
from .states import Status
from .transitions import move

log = logging.getLogger(__name__)

BATCH = 100
#: How long one sweep may store what had to wait; the next one goes on.
LONGEST = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class Death:
    """A delivery that dies: its message, unless that could never be read, and the line of its last try."""

    delivery: Delivery
    message: Message | None
    last: Attempt
    possible_duplicate: bool


def bury(delivery: Delivery, message: Message | None, result: Result, *, possible_duplicate: bool) -> None:
    """Store the message as a dead letter and say so.

    Where S3 is away the row waits with `stored_at` empty and the sweeper stores it later. S3 may be slow, so nobody
    waits for the database meanwhile. Raises StaleDelivery where somebody else moved the delivery meanwhile.
    """
    last = line_of(delivery, result, message.try_count if message else 1).row()
    death = Death(delivery=delivery, message=message, last=last, possible_duplicate=possible_duplicate)
    document = on_database(document_of, death)
    stored_at = store(document)
    on_database(record, death, document, stored_at)


def document_of(death: Death) -> DeadLetterDocument:
    """Describe a death that happens now."""
    attempts = [*death.delivery.attempts.all(), death.last]
    return describe(death.delivery, death.message, attempts, timezone.now())


@transaction.atomic
def record(death: Death, document: DeadLetterDocument, stored_at: datetime | None) -> None:
    """Write down that a delivery died, and let people know after the commit."""
    death.last.save()
    move(
        death.delivery,
        Status.DEAD,
        try_count=document.try_count,
        message=death.message.to_dict() if death.message else {},
        next_try_at=None,
        claimed_until=None,
        possible_duplicate=death.possible_duplicate,
        last_error_code=death.last.error_code,
        last_error=death.last.error,
    )
    letter = write_row(death.delivery, document, stored_at)
    transaction.on_commit(partial(notices.add, letter))


def describe(
    delivery: Delivery, message: Message | None, attempts: Sequence[Attempt], died_at: datetime
) -> DeadLetterDocument:
    """Write down everything somebody needs to send this application again."""
    config, last = delivery.config, attempts[-1]
    return DeadLetterDocument(
        message_id=delivery.pk,
        application_id=str(delivery.application_id),
        customer_id=str(config.customer_id),
        customer_name=str(config.customer),
        config_id=config.pk,
        provider=config.provider,
        reason=last.error_code,
        error=last.error,
        try_count=message.try_count if message else delivery.try_count,
        died_at=died_at,
        tries=tuple(map(described, attempts)),
        kept=delivery.kept,
        message=message.without_credentials() if message else None,
    )


def described(attempt: Attempt) -> Try:
    """Describe one try."""
    return Try(
        number=attempt.number,
        outcome=attempt.outcome,
        started_at=attempt.started_at,
        seconds=attempt.duration.total_seconds(),
        http_status=attempt.http_status,
        error_code=attempt.error_code,
        error=attempt.error,
    )


def store(document: DeadLetterDocument) -> datetime | None:
    """Put the document into S3; return when, or None where S3 is away."""
    try:
        deadletters.put(document)
    except DeadLetterUnavailable as error:
        log.warning("deadletter.waits message=%s why=%s", document.message_id, error)
        return None
    return timezone.now()


def write_row(delivery: Delivery, document: DeadLetterDocument, stored_at: datetime | None) -> DeadLetter:
    """Write the row; a delivery that dies again after a resend uses its row again."""
    letter, _created = DeadLetter.objects.update_or_create(
        message_id=delivery.pk,
        defaults={
            "delivery": delivery,
            "config": delivery.config,
            "customer_id": delivery.config.customer_id,
            "customer_name": document.customer_name[:200],
            "provider": document.provider,
            "bucket": conf.dead_letter_bucket,
            "key": document.key,
            "reason": document.reason,
            "try_count": document.try_count,
            "died_at": document.died_at,
            "stored_at": stored_at,
            "notified_at": None,
            "resent_at": None,
        },
    )
    return letter


def waiting() -> QuerySet[DeadLetter]:
    """Return the dead letters that S3 did not take yet."""
    return DeadLetter.objects.unstored().filter(delivery__status=Status.DEAD)


def store_waiting(_now: datetime) -> int:
    """Store the dead letters that S3 did not take when they died, while it answers; return how many."""
    ends = time.monotonic() + LONGEST.total_seconds()
    letters = waiting().select_related("delivery__config__customer").iterator(BATCH)
    in_time = takewhile(lambda _letter: not deadletters.s3_pause.is_on and time.monotonic() < ends, letters)
    return one_by_one(store_late, in_time, partial(log.error, "deadletter.not_stored letter=%s fault=%s"))


def store_late(letter: DeadLetter) -> int:
    """Store one dead letter from its delivery's row."""
    delivery = letter.delivery
    assert delivery
    document = describe(delivery, message_of(delivery), list(delivery.attempts.all()), letter.died_at)
    stored_at = store(document)
    if stored_at:
        same_death = DeadLetter.objects.filter(pk=letter.pk, died_at=letter.died_at)
        same_death.update(stored_at=stored_at, key=document.key)
    return int(stored_at is not None)


def message_of(delivery: Delivery) -> Message | None:
    """Return the message of a delivery, or None where it has none that can be read."""
    try:
        return decode(delivery.message)
    except MessageInvalid:
        return None
