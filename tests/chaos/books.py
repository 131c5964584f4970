"""Fill the books of the ledger: from the rows, the stand-in and S3."""

from __future__ import annotations

from pathlib import PurePosixPath

from ats_integration.models import Delivery
from jobbird.board.models import Application
from jobbird.demo import counts

from . import people
from .ground import Ground
from .ledger import Books, Saved
from .load import Load
from .looking import patiently


def of(ground: Ground, load: Load) -> Books:
    """Read everything that is compared."""
    return Books(
        confirmed=load.confirmed(),
        saved=patiently(saved),
        arrived=ground.ats.received(),
        letters=set(map(message_id, counts.letter_keys())),
        asked=people.ASKED,
    )


def saved() -> list[Saved]:
    """Return all applications with their deliveries."""
    deliveries = Delivery.objects.order_by().values_list(
        "application__email", "config__provider", "status", "pk", "possible_duplicate"
    )
    found = [
        Saved(email=email, provider=provider, status=status, message_id=pk, possible_duplicate=is_doubtful)
        for email, provider, status, pk, is_doubtful in deliveries
    ]
    without = Application.objects.filter(ats_deliveries=None).values_list("email", flat=True)
    return found + [Saved(email=email, provider="", status="", message_id=None) for email in without]


def message_id(key: str) -> str:
    """Return whose dead letter stands under a key."""
    return PurePosixPath(key).stem
