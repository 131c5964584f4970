"""Make rows again from the dead letters in S3, for the day when the rows are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import deadletters
from .conf import conf
from .deadletters import DeadLetterDocument
from .errors import DeadLetterUnreadable
from .models import ATSConfig, DeadLetter, Delivery
from .resend import Selection
from .states import Status


@dataclass(frozen=True)
class Restored:
    """The rows of the chosen letters that still wait, and what could not be restored and why."""

    letters: tuple[DeadLetter, ...]
    problems: tuple[str, ...]


def restore(selection: Selection) -> Restored:
    """Read the chosen dead letters from S3 and give them rows where they have none.

    Raises DeadLetterUnavailable where S3 does not answer.
    """
    letters: dict[str, DeadLetter] = {}
    problems: list[str] = []
    for found in islice(documents(selection), selection.limit):
        outcome = found if isinstance(found, str) else row_of(found)
        if isinstance(outcome, str):
            problems.append(outcome)
        elif outcome.resent_at is None:
            letters[str(outcome.message_id)] = outcome
    return Restored(tuple(letters.values()), tuple(problems))


def documents(selection: Selection) -> Iterator[DeadLetterDocument | str]:
    """Yield the chosen documents, and a sentence for each object that is none."""
    for key in deadletters.keys(customer=selection.customer, provider=selection.provider, since=selection.since):
        try:
            document = deadletters.get(key)
        except DeadLetterUnreadable as error:
            yield str(error)
            continue
        if is_chosen(document, selection):
            yield document


def is_chosen(document: DeadLetterDocument, selection: Selection) -> bool:
    """Tell whether a document is one of the selection."""
    return all(
        (
            selection.config in (None, document.config_id),
            selection.reason in ("", document.reason),
            selection.since is None or document.died_at >= selection.since,
            selection.until is None or document.died_at < selection.until,
            not selection.ids or document.message_id in {str(message_id) for message_id in selection.ids},
        )
    )


def row_of(document: DeadLetterDocument) -> DeadLetter | str:
    """Return the row of a document, making it and its delivery where they are gone; or why that cannot be."""
    known = DeadLetter.objects.select_related("delivery", "config__customer").filter(message_id=document.message_id)
    if letter := known.first():
        return letter
    config = config_of(document)
    if config is None:
        return f"{document.key}: connection {document.config_id} is gone."
    try:
        with transaction.atomic():
            return new_row(document, delivery_of(document, config))
    except IntegrityError:
        return f"{document.key}: the application has another delivery already."


def config_of(document: DeadLetterDocument) -> ATSConfig | None:
    """Return the connection of a document, if it is still there and still that customer's."""
    return ATSConfig.objects.filter(pk=document.config_id, customer_id=document.customer_id).first()


def delivery_of(document: DeadLetterDocument, config: ATSConfig) -> Delivery:
    """Return the delivery of a document, making it dead where it is gone."""
    delivery, _created = Delivery.objects.get_or_create(
        id=document.message_id,
        defaults={
            "config": config,
            "application_id": document.application_id,
            "status": Status.DEAD,
            "try_count": document.try_count,
            "message": document.message.to_dict() if document.message else {},
            "last_error_code": document.reason,
            "last_error": document.error,
        },
    )
    return delivery


def new_row(document: DeadLetterDocument, delivery: Delivery) -> DeadLetter:
    """Write the row of a stored document. Nobody is told again; whoever restores it knows."""
    now = timezone.now()
    return DeadLetter.objects.create(
        message_id=document.message_id,
        delivery=delivery,
        config=delivery.config,
        customer_id=delivery.config.customer_id,
        customer_name=document.customer_name[:200],
        provider=document.provider,
        bucket=conf.dead_letter_bucket,
        key=document.key,
        reason=document.reason,
        try_count=document.try_count,
        died_at=document.died_at,
        stored_at=now,
        notified_at=now,
        resent_at=None if delivery.status == Status.DEAD else now,
    )
