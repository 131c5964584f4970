"""How far a delivery came in earlier tries, as the adapters' sequence of calls needs it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from .claims import Claim
from .conf import conf
from .database_threads import on_database
from .delivery import storable
from .models import ATSConfig, Delivery
from .providers.steps import Progress
from .sessions import StoredSessions

#: Where `kept` remembers at which account of the ATS the steps left it.
ACCOUNT = "@account"


def progress_of(claim: Claim) -> Progress:
    """Return what earlier tries left at this account; what this one adds is made durable step by step."""
    delivery = claim.delivery
    if is_elsewhere(delivery):
        delivery.kept, delivery.possible_duplicate = {}, True
    return Progress(
        kept={name: value for name, value in delivery.kept.items() if name != ACCOUNT},
        is_doubtful=delivery.possible_duplicate,
        save=lambda kept: on_database(save, delivery, kept),
        sessions=StoredSessions(delivery.config),
    )


def is_elsewhere(delivery: Delivery) -> bool:
    """Tell whether the steps left what they did at another account than today's."""
    return ACCOUNT in delivery.kept and delivery.kept[ACCOUNT] != account_of(delivery.config)


def account_of(config: ATSConfig) -> str:
    """Return what tells one account from another; new credentials make no other one."""
    told = json.dumps([config.provider, config.base_url, config.settings], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def storable_value(value: Any) -> Any:
    """Return a JSON value whose texts every database can store."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable_value(inner) for inner in value]
    return value


def save(delivery: Delivery, kept: Mapping[str, Any]) -> None:
    """Write what the steps left behind, and hold the claim as long as another call may take."""
    delivery.kept = storable_value(kept) | ({ACCOUNT: account_of(delivery.config)} if kept else {})
    delivery.claimed_until = timezone.now() + conf.claim_lease
    Delivery.objects.filter(pk=delivery.pk).update(kept=delivery.kept, claimed_until=delivery.claimed_until)
