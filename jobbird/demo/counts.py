"""Where everything stands at this moment: read from the database, Redis, S3, the mailbox. Needs Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Count

from ats_integration import deadletters, queues
from ats_integration.models import ATSConfig, Delivery
from ats_integration.states import Status
from jobbird.board.models import Application, Vacancy

from .crowd import Opening
from .mailbox import Mailbox


@dataclass(frozen=True, kw_only=True)
class Row:
    """One customer: how many applied, and how many deliveries have each status."""

    customer: str
    provider: str
    applied: int
    statuses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """One look at everything."""

    rows: tuple[Row, ...]
    happy: int
    retry: int
    scheduled: int
    letters: int
    mails: int

    @property
    def applied(self) -> int:
        """How many applications the database holds."""
        return sum(row.applied for row in self.rows)

    def count(self, *statuses: Status, provider: str = "") -> int:
        """Return how many deliveries have one of these statuses, of one provider where asked for."""
        rows = (row for row in self.rows if provider in ("", row.provider))
        return sum(row.statuses[status] for row in rows for status in statuses)


def look(mailbox: Mailbox) -> Counts:
    """Count everything."""
    depths = queues.depths()
    return Counts(
        rows=rows(),
        happy=depths["happy"],
        retry=depths["retry"],
        scheduled=depths["scheduled"],
        letters=len(letter_keys()),
        mails=len(mailbox.read()),
    )


def rows() -> tuple[Row, ...]:
    """Return one row per connection."""
    applied = dict(Application.objects.order_by().values_list("vacancy__customer").annotate(Count("pk")))
    statuses: dict[int, Counter[str]] = {}
    for config, status, count in Delivery.objects.order_by().values_list("config", "status").annotate(Count("pk")):
        statuses.setdefault(config, Counter())[status] = count
    return tuple(
        Row(
            customer=str(config.customer),
            provider=config.provider,
            applied=applied.get(config.customer_id, 0),
            statuses=statuses.get(config.pk, Counter()),
        )
        for config in ATSConfig.objects.select_related("customer").order_by("pk")
    )


def letter_keys() -> list[str]:
    """Return the keys of all dead letters in S3."""
    return list(deadletters.keys())


def openings(*providers: str) -> list[Opening]:
    """Return the vacancies of customers with one of these ATSs: the first of each customer, then the second."""
    columns = [openings_of(config) for config in ATSConfig.objects.order_by("pk") if config.provider in providers]
    return [opening for opening in chain.from_iterable(zip_longest(*columns)) if opening]


def openings_of(config: Any) -> Iterable[Opening]:
    """Return the vacancies of one connection's customer."""
    vacancies = Vacancy.objects.filter(customer=config.customer_id).order_by("pk")
    return [Opening(pk=each.pk, customer=str(config.customer), provider=config.provider) for each in vacancies]
