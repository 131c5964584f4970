"""How far a delivery came in earlier tries, as the adapters' sequence of calls needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from .claims import Claim
from .conf import conf
from .models import Delivery
from .providers.steps import Progress
from .sessions import StoredSessions


def progress_of(claim: Claim) -> Progress:
    """Return what earlier tries left behind; what this one adds is made durable step by step."""
    delivery = claim.delivery
    return Progress(
        kept=dict(delivery.kept),
        is_doubtful=delivery.possible_duplicate or claim.interrupted,
        save=lambda kept: save(delivery, kept),
        sessions=StoredSessions(delivery.config),
    )


def save(delivery: Delivery, kept: Mapping[str, Any]) -> None:
    """Write what the steps left behind, and hold the claim as long as another call may take."""
    delivery.kept = dict(kept)
    delivery.claimed_until = timezone.now() + conf.claim_lease
    Delivery.objects.filter(pk=delivery.pk).update(kept=delivery.kept, claimed_until=delivery.claimed_until)
