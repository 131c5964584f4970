"""Who was told about what, and when: at most one mail an hour per group of failures, one when it is over.

Kept in the database, so that it holds for all workers together and across restarts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F, Max, Q

from . import mails
from .conf import conf
from .explanations import explain
from .faults import one_by_one
from .models import DeadLetter, Delivery, Incident
from .models.deadletters import DeadLetterQuerySet
from .states import Status

log = logging.getLogger(__name__)

#: A worker that has not finished a mail by then is taken for dead.
MAILING_LEASE = timedelta(minutes=2)
#: Wait after a mail server failed.
MAIL_RETRY = timedelta(seconds=30)
#: What waited longer for its first try tells nothing of a recovery; the next one does.
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Reported:
    """What became of a group: mailed or not, and when to look at it again (None = done)."""

    mailed: bool
    again_at: datetime | None = None


def report(customer_id: Any, provider: str, reason: str, now: datetime) -> Reported:
    """Mail what is new about one customer's ATS failing for one reason, if it is time for it."""
    group = {"customer_id": customer_id, "provider": provider, "reason": reason}
    letters = DeadLetter.objects.unnotified().filter(**group)
    begun = letters.order_by("died_at").values_list("died_at", flat=True).first()
    if begun is None:
        return Reported(mailed=False)
    if wait := until_next_mail(group, now):
        return Reported(mailed=False, again_at=wait)
    incident = opened(group, begun)
    if not lease(incident, now):
        return Reported(mailed=False, again_at=now + MAILING_LEASE)
    return mail_failures(incident, letters, now)


def opened(group: dict[str, Any], begun: datetime) -> Incident:
    """Return the open incident of a group, opening one where there is none."""
    times = {"opened_at": begun, "last_failure_at": begun}
    incident, _created = Incident.objects.get_or_create(**group, closed_at=None, defaults=times)
    return incident


def until_next_mail(group: dict[str, Any], now: datetime) -> datetime | None:
    """Return when the next mail about a group may go, or None where that is now. Incidents that are over count."""
    last = Incident.objects.filter(**group).aggregate(last=Max("last_mailed_at"))["last"]
    return last + conf.notice_repeat if last and last > now - conf.notice_repeat else None


def lease(incident: Incident, now: datetime) -> bool:
    """Take the writing of this mail for us; tell whether nobody else has it or had it a moment ago."""
    free = Q(mailing_until=None) | Q(mailing_until__lt=now)
    due = Q(last_mailed_at=None) | Q(last_mailed_at__lte=now - conf.notice_repeat)
    mine = Incident.objects.filter(free, due, pk=incident.pk, closed_at=None)
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
    return one_by_one(partial(closed, now=now), told, partial(log.error, "notice.not_closed incident=%s fault=%s"))


def closed(incident: Incident, now: datetime) -> int:
    """Close one incident if it is over; return the number of mails."""
    return close(incident, now) if is_over(incident, now) else 0


def is_over(incident: Incident, now: datetime) -> bool:
    """Tell whether an incident is over: successes since, or an hour of silence where none can tell."""
    latest = letters_of(incident).aggregate(latest=Max("died_at"))["latest"] or incident.last_failure_at
    if latest >= now - quiet_time(incident):
        return False
    failed = failing(incident)
    if not explain(incident.reason).recovers or not failed:
        return latest < now - conf.notice_repeat
    return all(took_one(incident, config_id, moment) for config_id, moment in failed.items())


def quiet_time(incident: Incident) -> timedelta:
    """Return how long nothing may die before a success counts: as long as one is tried, an hour where it came back."""
    before = incident.opened_at - conf.notice_repeat
    if Incident.objects.filter(**group_of(incident), closed_at__gt=before).exists():
        return conf.notice_repeat
    return max(conf.notice_window, conf.retry_budget)


def failing(incident: Incident) -> dict[int, datetime]:
    """Return the last failure of each connection of an incident; paused ones count only where no other is left."""
    rows = letters_of(incident).exclude(config=None).order_by().values_list("config", "config__is_active")
    found = list(rows.annotate(Max("died_at")))
    active = {config_id: moment for config_id, is_active, moment in found if is_active}
    return active or {config_id: moment for config_id, _, moment in found}


def took_one(incident: Incident, config_id: int, moment: datetime) -> bool:
    """Tell whether a connection took an application after `moment`: one that was made or sent again not long before.

    Others would have to be looked for among all that ever arrived.
    """
    taken = Delivery.objects.filter(config_id=config_id, status=Status.DELIVERED, delivered_at__gt=moment)
    if taken.filter(created_at__gt=moment - LATELY).exists():
        return True
    sent_again = letters_of(incident).filter(config_id=config_id, resent_at__gt=moment - LATELY)
    return taken.filter(pk__in=sent_again.order_by().values("delivery")).exists()


def letters_of(incident: Incident) -> DeadLetterQuerySet:
    """Return the dead letters of an incident."""
    return DeadLetter.objects.filter(**group_of(incident), died_at__gte=incident.opened_at)


def group_of(incident: Incident) -> dict[str, Any]:
    """Return what an incident has in common with the others of its kind."""
    return {"customer_id": incident.customer_id, "provider": incident.provider, "reason": incident.reason}


def heard_of(incident: Incident) -> DeadLetterQuerySet:
    """Return the letters of those connections whose people were told that they fail."""
    letters = letters_of(incident).filter(config__in=failing(incident))
    told = letters.filter(Q(notified_at__isnull=False) | Q(resent_at=None, resend_count__gt=0))
    return letters.filter(config__in=told.values("config"))


def close(incident: Incident, now: datetime) -> int:
    """Close an incident, once, and say so where its end can be told from a success."""
    if not Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now):
        return 0
    heard = heard_of(incident)
    if not explain(incident.reason).recovers or not heard.exists():
        return 0
    untold = list(heard.unnotified().filter(died_at__lt=now).values_list("pk", flat=True))
    incident.failures += len(untold)
    try:
        mails.send_recovery(incident, heard, now)
    except OSError as error:
        log.warning("notice.mail_away error=%s", type(error).__name__)
        Incident.objects.filter(pk=incident.pk).update(closed_at=None)
        return 0
    DeadLetter.objects.filter(pk__in=untold).update(notified_at=now)
    return 1
