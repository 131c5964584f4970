"""Compare what candidates sent with what the ATSs hold. Needs Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ats_integration.models import Delivery
from jobbird.board import demo_data
from jobbird.board.models import Application

from .ats import Arrived
from .crowd import Posted


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The counts that matter. A candidate is known by their address."""

    posted: int
    received: int
    lost: int
    twice: int
    damaged: int


def of(posted: Sequence[Posted], arrived: Sequence[Arrived]) -> Ledger:
    """Compare."""
    times = Counter(each.email for each in arrived)
    sent = {each.email: each.sha256 for each in posted}
    return Ledger(
        posted=len(posted),
        received=len(arrived),
        lost=sum(email not in times for email in sent),
        twice=sum(count > 1 for count in times.values()),
        damaged=sum(sent.get(each.email) != each.sha256 for each in arrived),
    )


def slowest(emails: Sequence[str]) -> timedelta:
    """Return the longest time from application to delivery among these candidates."""
    applied = dict(Application.objects.filter(email__in=emails).values_list("pk", "created_at"))
    delivered = Delivery.objects.filter(application__in=applied, delivered_at__isnull=False)
    return max(each.delivered_at - applied[each.application_id] for each in delivered if each.delivered_at)


def leaks(logs: Path, posted: Sequence[Posted]) -> list[str]:
    """Return the logs that hold a candidate's address or a credential."""
    keys = {key for demo in demo_data.customers() for key in demo.credentials.values()}
    secrets = {each.email for each in posted} | keys
    return [log.name for log in sorted(logs.glob("*.log")) if any(secret in log.read_text() for secret in secrets)]
