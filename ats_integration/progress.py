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
from .messages import Message
from .models import ATSConfig, Delivery
from .patience import patiently
from .providers.steps import Progress
from .sessions import StoredSessions

#: Where `kept` remembers at which account of the ATS the steps left it, and for which job and person.
ACCOUNT, SUBJECT = "@account", "@subject"


def progress_of(claim: Claim, message: Message) -> Progress:
    """Return what earlier tries left at this account for this job; what this one adds is made durable step by step."""
    delivery = claim.delivery
    if is_elsewhere(delivery, message):
        delivery.kept, delivery.possible_duplicate = {}, True
    return Progress(
        kept={name: value for name, value in delivery.kept.items() if name not in (ACCOUNT, SUBJECT)},
        is_doubtful=delivery.possible_duplicate,
        save=lambda kept: on_database(patiently, lambda: save(delivery, kept, message)),
        sessions=StoredSessions(delivery.config),
    )


def is_elsewhere(delivery: Delivery, message: Message) -> bool:
    """Tell whether the steps left what they did at another account than today's, or for another job or person."""
    kept = delivery.kept
    return bool(kept) and any(kept.get(name, value) != value for name, value in labels_of(delivery, message).items())


def labels_of(delivery: Delivery, message: Message) -> dict[str, str]:
    """Return what says where the steps left what they did."""
    return {ACCOUNT: account_of(delivery.config), SUBJECT: subject_of(message)}


def account_of(config: ATSConfig) -> str:
    """Return what tells one account from another; new credentials make no other one."""
    return digest(config.provider, config.base_url, config.settings)


def subject_of(message: Message) -> str:
    """Return what tells the applications of one delivery apart: a resend may be for another job or address."""
    return digest(message.vacancy.external_id.strip(), message.candidate.email.casefold())


def digest(*told: Any) -> str:
    """Return a text that stands for JSON values and tells nothing of them."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def storable_value(value: Any) -> Any:
    """Return a JSON value whose texts every database can store."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable_value(inner) for inner in value]
    return value


def save(delivery: Delivery, kept: Mapping[str, Any], message: Message) -> None:
    """Write what the steps left behind, and hold the claim as long as another call may take."""
    delivery.kept = {**storable_value(kept), **labels_of(delivery, message)} if kept else {}
    delivery.claimed_until = timezone.now() + conf.claim_lease
    Delivery.objects.filter(pk=delivery.pk).update(kept=delivery.kept, claimed_until=delivery.claimed_until)
