"""Who was told about what, and when: at most one mail an hour per incident, one when it is over.

Kept in the database, so that it holds for all workers together and across restarts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from . import mails
from .conf import conf
from .explanations import explain
from .faults import where
from .models import DeadLetter, Delivery, Incident
from .models.deadletters import DeadLetterQuerySet
from .states import Status

log = logging.getLogger(__name__)

#: A worker that has not finished a mail by then is taken for dead.
MAILING_LEASE = timedelta(minutes=2)
#: Wait after a mail server failed.
MAIL_RETRY = timedelta(seconds=30)


@dataclass(frozen=True)
class Reported:
    """What became of a group: mailed or not, and when to look at it again (None = done)."""

    mailed: bool
    again_at: datetime | None = None


def report(customer_id: Any, provider: str, reason: str, now: datetime) -> Reported:
    """Mail what is new about one customer's ATS failing for one reason, if it is time for it."""
    letters = DeadLetter.objects.unnotified().filter(customer_id=customer_id, provider=provider, reason=reason)
    begun = letters.order_by("died_at").values_list("died_at", flat=True).first()
    if begun is None:
        return Reported(mailed=False)
    incident = opened(customer_id, provider, reason, begun)
    if wait := until_next_mail(incident, now):
        return Reported(mailed=False, again_at=wait)
    if not lease(incident, now):
        return Reported(mailed=False, again_at=now + MAILING_LEASE)
    return mail_failures(incident, letters, now)


def opened(customer_id: Any, provider: str, reason: str, begun: datetime) -> Incident:
    """Return the open incident of a group, opening one where there is none."""
    incident, _created = Incident.objects.get_or_create(
        customer_id=customer_id,
        provider=provider,
        reason=reason,
        closed_at=None,
        defaults={"opened_at": begun, "last_failure_at": begun},
    )
    return incident


def until_next_mail(incident: Incident, now: datetime) -> datetime | None:
    """Return when the next mail about an incident may go, or None where that is now."""
    if incident.last_mailed_at is None:
        return None
    allowed = incident.last_mailed_at + conf.notice_repeat
    return allowed if allowed > now else None


def lease(incident: Incident, now: datetime) -> bool:
    """Take the writing of this mail for us; tell whether nobody else has it."""
    free = Q(mailing_until=None) | Q(mailing_until__lt=now)
    mine = Incident.objects.filter(free, pk=incident.pk, last_mailed_at=incident.last_mailed_at)
    return bool(mine.update(mailing_until=now + MAILING_LEASE))


def mail_failures(incident: Incident, letters: Any, now: datetime) -> Reported:
    """Write the mail, then note who was told. A mail server that is away costs nothing but time."""
    chosen = list(letters.select_related("config").order_by("died_at"))
    incident.failures += len(chosen)
    incident.last_failure_at = chosen[-1].died_at
    try:
        mails.send_failures(incident, chosen)
    except OSError as error:
        log.warning("notice.mail_away error=%s", type(error).__name__)
        Incident.objects.filter(pk=incident.pk).update(mailing_until=None)
        return Reported(mailed=False, again_at=now + MAIL_RETRY)
    note_mailed(incident, chosen, now)
    return Reported(mailed=True)


def note_mailed(incident: Incident, letters: list[DeadLetter], now: datetime) -> None:
    """Remember what was mailed."""
    DeadLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(notified_at=now)
    Incident.objects.filter(pk=incident.pk).update(
        failures=F("failures") + len(letters),
        last_failure_at=incident.last_failure_at,
        last_mailed_at=now,
        mailing_until=None,
    )


def report_recoveries(now: datetime) -> int:
    """Close the incidents that are over; mail those a success has ended. Return the number of mails."""
    told = Incident.objects.filter(closed_at=None, last_mailed_at__isnull=False)
    return sum(closed(incident, now) for incident in told)


def closed(incident: Incident, now: datetime) -> int:
    """Close one incident if it is over; a fault with one must not keep the others open."""
    try:
        return close(incident, now) if is_over(incident, now) else 0
    except Exception as error:
        log.error("notice.not_closed incident=%s fault=%s", incident.pk, where(error))
        return 0


def is_over(incident: Incident, now: datetime) -> bool:
    """Tell whether an incident is over: a success since, or an hour of silence where none can tell."""
    latest = letters_of(incident).order_by("-died_at").values_list("died_at", flat=True).first()
    last_failure = latest or incident.last_failure_at
    if not explain(incident.reason).recovers:
        return last_failure < now - conf.notice_repeat
    return last_failure < now - conf.notice_window and succeeded_since(incident, last_failure)


def succeeded_since(incident: Incident, moment: datetime) -> bool:
    """Tell whether this customer's ATS took an application after `moment`."""
    return Delivery.objects.filter(
        status=Status.DELIVERED,
        config__customer_id=incident.customer_id,
        config__provider=incident.provider,
        delivered_at__gt=moment,
    ).exists()


def letters_of(incident: Incident) -> DeadLetterQuerySet:
    """Return the dead letters of an incident's customer, provider and reason."""
    return DeadLetter.objects.filter(
        customer_id=incident.customer_id, provider=incident.provider, reason=incident.reason
    )


def close(incident: Incident, now: datetime) -> int:
    """Close an incident, once, and say so where its end can be told from a success."""
    if not Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now):
        return 0
    if not explain(incident.reason).recovers:
        return 0
    untold = list(letters_of(incident).unnotified().filter(died_at__lt=now).values_list("pk", flat=True))
    incident.failures += len(untold)
    try:
        mails.send_recovery(incident, now)
    except OSError as error:
        log.warning("notice.mail_away error=%s", type(error).__name__)
        Incident.objects.filter(pk=incident.pk).update(closed_at=None)
        return 0
    DeadLetter.objects.filter(pk__in=untold).update(notified_at=now)
    return 1
