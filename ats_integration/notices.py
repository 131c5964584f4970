"""Group failures in memory, per customer, provider and reason, until it is time for one mail.

A restart forgets nothing: dead letters without `notified_at` are grouped again (`refill`).
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from . import incidents
from .conf import conf
from .faults import where
from .models import DeadLetter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """What one mail is about."""

    customer_id: Any
    provider: str
    reason: str


class Notices:
    """The groups that wait for their mail, each with the moment it is due. Safe for threads."""

    def __init__(self) -> None:
        self._due: dict[Group, datetime] = {}
        self._lock = threading.Lock()

    def add(self, group: Group, died_at: datetime) -> None:
        """Note a failure; the first one of a group opens its window."""
        with self._lock:
            self._due.setdefault(group, died_at + conf.notice_window)

    def take_due(self, now: datetime) -> list[Group]:
        """Remove and return the groups whose window has passed."""
        with self._lock:
            due = [group for group, at in self._due.items() if at <= now]
            for group in due:
                del self._due[group]
        return due

    def put_off(self, group: Group, until: datetime) -> None:
        """Keep a group for later."""
        with self._lock:
            self._due.setdefault(group, until)

    def __len__(self) -> int:
        return len(self._due)


waiting = Notices()


def add(letter: DeadLetter) -> None:
    """Note one dead letter in its group."""
    waiting.add(Group(letter.customer_id, letter.provider, letter.reason), letter.died_at)


def refill() -> None:
    """Group again what nobody was told about: after a restart, or what another worker left behind."""
    rows = DeadLetter.objects.unnotified().values_list("customer_id", "provider", "reason").annotate(Min("died_at"))
    for customer_id, provider, reason, died_at in rows.order_by():
        waiting.add(Group(customer_id, provider, reason), died_at)


def send_due(now: datetime | None = None) -> int:
    """Mail every group whose window has passed, and every recovery; return the number of mails."""
    moment = now or timezone.now()
    sent = sum(send(group, moment) for group in waiting.take_due(moment))
    return sent + incidents.report_recoveries(moment)


def send(group: Group, now: datetime) -> int:
    """Mail one group unless it was mailed within the last hour; keep it where that fails, and go on."""
    try:
        outcome = incidents.report(group.customer_id, group.provider, group.reason, now)
    except Exception as error:
        log.error("notice.failed customer=%s reason=%s fault=%s", group.customer_id, group.reason, where(error))
        outcome = incidents.Reported(mailed=False, again_at=now + incidents.MAIL_RETRY)
    if outcome.again_at is not None:
        waiting.put_off(group, outcome.again_at)
    return int(outcome.mailed)
