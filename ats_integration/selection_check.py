"""Does what somebody typed exist? A slip of the pen must not look like "nothing to send"."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from .adapters import customer_model
from .explanations import EXPLANATIONS
from .models import ATSConfig, DeadLetter
from .providers import registry
from .resend import Selection


def problem_of(selection: Selection, *, from_s3: bool) -> str:
    """Say which filter leads nowhere; empty = none. Letters in S3 may be older than every row."""
    found = [unknown_customer(selection.customer), unknown_config(selection.config)]
    if not from_s3:
        found += [unknown_provider(selection.provider), unknown_reason(selection.reason), unknown_ids(selection)]
    return " ".join(filter(None, found))


def unknown_customer(customer: str) -> str:
    """Name a customer that neither exists nor left a dead letter behind."""
    customers, letters = customer_model()._default_manager.all(), DeadLetter.objects.all()
    if not customer or exists(customers, pk=customer) or exists(letters, customer_id=customer):
        return ""
    return f"There is no customer {customer!r}."


def unknown_config(config: int | None) -> str:
    """Name a connection that does not exist."""
    if config is None or exists(ATSConfig.objects.all(), pk=config):
        return ""
    return f"There is no connection {config}."


def unknown_provider(provider: str) -> str:
    """Name an ATS that no adapter and no dead letter has."""
    slugs = [slug for slug, _name in registry.choices()]
    if not provider or provider in slugs or exists(DeadLetter.objects.all(), provider=provider):
        return ""
    return f"There is no ATS {provider!r}; there are {', '.join(slugs)}."


def unknown_reason(reason: str) -> str:
    """Name a reason code that we do not know and no dead letter has."""
    if not reason or reason in EXPLANATIONS or exists(DeadLetter.objects.all(), reason=reason):
        return ""
    return f"No dead letter has the reason {reason!r}."


def unknown_ids(selection: Selection) -> str:
    """Name the ids that no dead letter has."""
    letters = DeadLetter.objects.filter(message_id__in=selection.ids)
    known = set(letters.values_list("message_id", flat=True))
    return " ".join(f"There is no dead letter {asked}." for asked in selection.ids if asked not in known)


def exists(rows: QuerySet[Any], **filters: Any) -> bool:
    """Tell whether there is such a row; a value that cannot even be a key has none."""
    try:
        return rows.filter(**filters).exists()
    except (ValueError, OverflowError, ValidationError):
        return False
