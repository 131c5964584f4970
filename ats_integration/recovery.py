"""Make rows again from the dead letters in S3, for the day when the rows are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from . import deadletters, resend
from .adapters import customer_model
from .conf import conf
from .deadletters import DeadLetterDocument
from .errors import DeadLetterUnreadable
from .letters import Letters
from .models import ATSConfig, DeadLetter, Delivery
from .resend import Line, Report, Selection
from .states import Status

#: What the database says to an id that cannot be one.
NO_ID = (ValueError, OverflowError, ValidationError, DataError)


@dataclass(frozen=True)
class Restored:
    """The chosen letters that still wait, and what could not be restored and why."""

    letters: Letters
    problems: tuple[str, ...]


def restore(selection: Selection, *, on_read: Callable[[], None] = lambda: None) -> Restored:
    """Read the chosen dead letters from S3, the oldest first, and give them rows where they have none.

    `on_read` is called for each. Raises DeadLetterUnavailable where S3 does not answer.
    """
    keys: list[int] = []
    problems: list[str] = []
    for found in waiting(selection, dry_run=False, on_read=on_read):
        if isinstance(found, str):
            problems.append(found)
        else:
            keys.append(found.pk)
    return Restored(Letters(tuple(keys)), tuple(problems))


def look(selection: Selection, *, on_read: Callable[[], None] = lambda: None) -> tuple[Report, tuple[str, ...]]:
    """Say what sending the chosen dead letters of S3 would do, and what could not be restored, changing nothing.

    Each is let go of before the next one is read: there may be very many. `on_read` is called for each. Raises
    DeadLetterUnavailable where S3 does not answer.
    """
    lines: list[Line] = []
    problems: list[str] = []
    for found in waiting(selection, dry_run=True, on_read=on_read):
        if isinstance(found, str):
            problems.append(found)
        else:
            lines.append(resend.look(found))
    return Report(tuple(lines)), tuple(problems)


def waiting(selection: Selection, *, dry_run: bool, on_read: Callable[[], None]) -> Iterator[DeadLetter | str]:
    """Yield the row of each chosen document that still waits, once, and a sentence for each that can have none."""
    seen: set[UUID] = set()
    for found in documents(selection):
        on_read()
        outcome = found if isinstance(found, str) else row_of(found, dry_run=dry_run)
        if isinstance(outcome, str):
            yield outcome
        elif outcome.resent_at is None and outcome.message_id not in seen:
            seen.add(outcome.message_id)
            yield outcome
        if len(seen) == selection.limit:
            return


def documents(selection: Selection) -> Iterator[DeadLetterDocument | str]:
    """Yield the chosen documents, and a sentence for each object that is none and each id that has none."""
    customer = written(selection.customer)
    named = newest(deadletters.keys(customer=customer, provider=selection.provider, since=selection.since))
    yield from (f"{asked}: S3 holds no such dead letter." for asked in selection.ids if str(asked) not in named)
    for key in filter(None, map(named.get, map(str, selection.ids))) if selection.ids else named.values():
        try:
            document = deadletters.get(key)
        except DeadLetterUnreadable as error:
            yield str(error)
            continue
        if is_chosen(document, selection):
            yield document


def written(customer: str) -> str:
    """Return a customer's id as it is written in S3, however somebody typed it."""
    try:
        return str(customer_model()._meta.pk.to_python(customer))
    except ValidationError:
        return customer


def newest(keys: Iterable[str]) -> dict[str, str]:
    """Return the key of each message's last death by the message's id, in the order of the keys."""
    named: dict[str, str] = {}
    for key in keys:
        name = key.rpartition("/")[2].removesuffix(".json")
        if day_of(key) >= day_of(named.get(name, "")):
            named.pop(name, None)
            named[name] = key
    return named


def day_of(key: str) -> str:
    """Return the last steps of a key, which begin with its day."""
    return key.rpartition("/date=")[2]


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
        delivery = delivery_of(document)
        letter = attached(letter, delivery) if letter else letter_of(document, delivery)
        return letter if dry_run else saved(letter)
    except ATSConfig.DoesNotExist:
        return f"{document.key}: connection {document.config_id} is gone."
    except IntegrityError:
        return f"{document.key}: the application has another delivery already."
    except NO_ID:
        return f"{document.key}: it names a customer, connection or application that cannot be."


def delivery_of(document: DeadLetterDocument) -> Delivery:
    """Return the delivery of a document, or an unsaved dead one where it is gone.

    Nothing in S3 tells whether it was sent again before it was lost, so it may be a duplicate. Raises
    ATSConfig.DoesNotExist where its connection is gone, or not that customer's any more, and IntegrityError where the
    application goes through another delivery.
    """
    config = ATSConfig.objects.select_related("customer").get(pk=document.config_id, customer_id=document.customer_id)
    rows = Delivery.objects.filter(application_id=document.application_id, config=config)
    delivery = rows.select_related("config__customer").first()
    if delivery and delivery.pk != document.message_id:
        raise IntegrityError("Another delivery is in its place.")
    return delivery or Delivery(
        id=document.message_id,
        config=config,
        application_id=document.application_id,
        status=Status.DEAD,
        try_count=document.try_count,
        message=document.message.to_dict() if document.message else {},
        kept=document.kept,
        possible_duplicate=True,
        last_error_code=document.reason,
        last_error=document.error,
    )


def attached(letter: DeadLetter, delivery: Delivery) -> DeadLetter:
    """Give a row its delivery back."""
    letter.delivery, letter.config = delivery, delivery.config
    return letter


def letter_of(document: DeadLetterDocument, delivery: Delivery) -> DeadLetter:
    """Return the unsaved row of a stored document. Nobody is told again; whoever restores it knows."""
    now = timezone.now()
    return DeadLetter(
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


def saved(letter: DeadLetter) -> DeadLetter:
    """Save a row and, where it is new, its delivery.

    Raises IntegrityError where somebody else made another delivery in its place meanwhile.
    """
    delivery = letter.delivery
    assert delivery
    with transaction.atomic():
        if delivery._state.adding:
            delivery.save(force_insert=True)
        letter.save()
    return letter
