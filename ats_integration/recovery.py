"""Make rows again from the dead letters in S3, for the day when the rows are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from . import deadletters
from .conf import conf
from .deadletters import DeadLetterDocument
from .errors import DeadLetterUnreadable
from .models import ATSConfig, DeadLetter, Delivery
from .resend import Selection
from .states import Status

#: What the database says to an id that cannot be one.
NO_ID = (ValueError, OverflowError, ValidationError)


@dataclass(frozen=True)
class Restored:
    """The rows of the chosen letters that still wait, and what could not be restored and why."""

    letters: tuple[DeadLetter, ...]
    problems: tuple[str, ...]


def restore(selection: Selection, *, dry_run: bool = False) -> Restored:
    """Read the chosen dead letters from S3, the oldest first, and give them rows where they have none.

    A dry run returns rows that are not saved. Raises DeadLetterUnavailable where S3 does not answer.
    """
    letters: dict[UUID, DeadLetter] = {}
    problems: list[str] = []
    seen: set[UUID] = set()
    for found in documents(selection):
        if len(letters) >= selection.limit:
            break
        if isinstance(found, str):
            problems.append(found)
            continue
        seen.add(found.message_id)
        outcome = row_of(found, dry_run=dry_run)
        if isinstance(outcome, str):
            problems.append(outcome)
        elif outcome.resent_at is None:
            letters[outcome.message_id] = outcome
    problems += [f"{asked}: S3 holds no such dead letter." for asked in selection.ids if asked not in seen]
    return Restored(tuple(letters.values()), tuple(problems))


def documents(selection: Selection) -> Iterator[DeadLetterDocument | str]:
    """Yield the chosen documents, and a sentence for each object that is none."""
    names = {f"{message_id}.json" for message_id in selection.ids}
    for key in deadletters.keys(customer=selection.customer, provider=selection.provider, since=selection.since):
        if names and key.rpartition("/")[2] not in names:
            continue
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
            not selection.ids or document.message_id in selection.ids,
        )
    )


def row_of(document: DeadLetterDocument, *, dry_run: bool) -> DeadLetter | str:
    """Return the row of a document, making it and its delivery where they are gone; or why that cannot be."""
    known = DeadLetter.objects.select_related("delivery", "config__customer").filter(message_id=document.message_id)
    letter = known.first()
    if letter and (letter.delivery or letter.resent_at):
        return letter
    try:
        return made(document, dry_run=dry_run)
    except ATSConfig.DoesNotExist:
        return f"{document.key}: connection {document.config_id} is gone."
    except IntegrityError:
        return f"{document.key}: the application has another delivery already."
    except NO_ID:
        return f"{document.key}: it names a customer, connection or application that cannot be."


def made(document: DeadLetterDocument, *, dry_run: bool) -> DeadLetter:
    """Make the rows of a document.

    Raises ATSConfig.DoesNotExist where its connection is gone, IntegrityError where another delivery is in its place.
    """
    config = ATSConfig.objects.select_related("customer").get(pk=document.config_id, customer_id=document.customer_id)
    taken = Delivery.objects.filter(application_id=document.application_id, config=config)
    if taken.exclude(pk=document.message_id).exists():
        raise IntegrityError("There is another delivery of this application to this connection.")
    found = Delivery.objects.filter(pk=document.message_id).first()
    delivery = found or delivery_of(document, config)
    letter = letter_of(document, delivery)
    if not dry_run:
        with transaction.atomic():
            save(delivery, letter, is_new=found is None)
    return letter
