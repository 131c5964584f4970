"""Send chosen dead letters again: tryCount 0, a fresh budget, today's connection. Nothing goes twice.

Called by the command and the admin action. A delivery leaves `dead` in one conditional update, so
running it twice, or two at once, sends nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import audit, queues, readiness
from .errors import StaleDelivery
from .intake import first_message
from .letters import Letters
from .messages import ApplicationData
from .models import DeadLetter, Delivery
from .states import Status
from .transitions import move

MAX_AT_ONCE = 10_000
SENT_MEANWHILE = "It was sent again a moment ago."


class Fate(StrEnum):
    """What became, or would become, of one dead letter."""

    SENT = "sent"
    WOULD_SEND = "would send"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which dead letters; empty fields choose all. `ids` are message ids."""

    customer: str = ""
    config: int | None = None
    provider: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[UUID, ...] = ()
    limit: int = MAX_AT_ONCE

    @property
    def is_everything(self) -> bool:
        """Tell whether no filter is set."""
        return replace(self, limit=0) == Selection(limit=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One dead letter in the report; `detail` says why it was not sent."""

    message_id: UUID
    customer: str
    provider: str
    reason: str
    fate: Fate
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """What became of all chosen dead letters."""

    lines: tuple[Line, ...] = ()

    def count(self, *fates: Fate) -> int:
        """Return how many had one of these fates."""
        return sum(line.fate in fates for line in self.lines)

    @property
    def sent(self) -> int:
        """How many were sent, or would be in a dry run."""
        return self.count(Fate.SENT, Fate.WOULD_SEND)

    @property
    def skipped(self) -> int:
        """How many needed nothing: already sent again, or in somebody else's hands."""
        return self.count(Fate.SKIPPED)

    @property
    def failed(self) -> int:
        """How many could not be sent."""
        return self.count(Fate.FAILED)


def chosen(selection: Selection) -> Letters:
    """Return the dead letters of a selection that wait, the oldest first."""
    filters = {
        "customer_id": selection.customer,
        "config_id": selection.config,
        "provider": selection.provider,
        "reason": selection.reason,
        "died_at__gte": selection.since,
        "died_at__lt": selection.until,
        "message_id__in": selection.ids,
    }
    given = {name: value for name, value in filters.items() if value not in ("", None, ())}
    rows = DeadLetter.objects.waiting().filter(**given).order_by("died_at", "pk")
    return Letters(tuple(rows.values_list("pk", flat=True)[: selection.limit]))


def run(
    selection: Selection,
    *,
    dry_run: bool = False,
    rate: float | None = None,
    on_line: Callable[[Line], None] | None = None,
    by: str = audit.NOBODY,
) -> Report:
    """Send the chosen dead letters again, at most `rate` a second; tell each as it is done.

    `by` is who wants it, for the audit trail.
    """
    return send_all(chosen(selection), dry_run=dry_run, rate=rate, on_line=on_line, by=by)


def send_all(
    letters: Iterable[DeadLetter],
    *,
    dry_run: bool = False,
    rate: float | None = None,
    on_line: Callable[[Line], None] | None = None,
    by: str = audit.NOBODY,
) -> Report:
    """Send these dead letters again, in their order."""
    lines = []
    for letter in paced(letters, None if dry_run else rate):
        line = look(letter) if dry_run else send(letter, by=by)
        lines.append(line)
        if on_line:
            on_line(line)
    return Report(tuple(lines))


def paced(letters: Iterable[DeadLetter], rate: float | None) -> Iterator[DeadLetter]:
    """Yield no more than `rate` a second."""
    for number, letter in enumerate(letters):
        if rate and number:
            time.sleep(1 / rate)
        yield letter


def look(letter: DeadLetter) -> Line:
    """Say what sending one dead letter would do, changing nothing."""
    _data, problem = readiness.examine(letter)
    return line_of(letter, Fate.FAILED if problem else Fate.WOULD_SEND, problem)


def send(letter: DeadLetter, *, by: str = audit.NOBODY) -> Line:
    """Send one dead letter again, if nobody else does."""
    if letter.resent_at:
        return line_of(letter, Fate.SKIPPED, SENT_MEANWHILE)
    data, problem = readiness.examine(letter)
    if problem or data is None:
        return line_of(letter, Fate.FAILED, problem)
    try:
        with transaction.atomic():
            revive(letter, data)
            audit.on_letter(letter, by=by)
    except StaleDelivery:
        return line_of(letter, Fate.SKIPPED, SENT_MEANWHILE)
    return line_of(letter, Fate.SENT)


def revive(letter: DeadLetter, data: ApplicationData) -> None:
    """Move the delivery from `dead` to `queued` with a fresh message, and enqueue it on commit."""
    delivery = letter.delivery
    assert isinstance(delivery, Delivery)
    message, now = first_message(delivery, delivery.config.snapshot(), data), timezone.now()
    move(
        delivery,
        Status.QUEUED,
        try_count=0,
        deadline_at=None,
        next_try_at=None,
        message=message.to_dict(),
        queued_at=now,
        last_error_code="",
        last_error="",
    )
    DeadLetter.objects.filter(pk=letter.pk).update(resent_at=now, resend_count=F("resend_count") + 1)
    transaction.on_commit(partial(queues.put, [message]))


def line_of(letter: DeadLetter, fate: Fate, detail: str = "") -> Line:
    """Describe the fate of one dead letter."""
    return Line(
        message_id=letter.message_id,
        customer=letter.customer_name,
        provider=letter.provider,
        reason=letter.reason,
        fate=fate,
        detail=detail,
    )
