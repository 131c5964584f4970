"""Rows as other parts of the app would have written them."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery
from ats_integration.states import Outcome, Status

application_ids = itertools.count(1000)


def delivery(config: ATSConfig, status: Status = Status.DELIVERED, **values: Any) -> Delivery:
    """Write a delivery of some application."""
    given = {"application_id": next(application_ids), "status": status, **values}
    return Delivery.objects.create(config=config, **given)


def attempt(parent: Delivery, **values: Any) -> Attempt:
    """Write one try."""
    given = {
        "number": 1,
        "outcome": Outcome.UNAVAILABLE,
        "duration": timedelta(seconds=1),
        "started_at": timezone.now(),
    }
    return Attempt.objects.create(delivery=parent, **{**given, **values})


def dead_letter(config: ATSConfig, /, **values: Any) -> DeadLetter:
    """Write a dead letter that S3 holds."""
    now = timezone.now()
    given = {
        "message_id": uuid.uuid4(),
        "config": config,
        "customer_id": config.customer_id,
        "customer_name": str(config.customer),
        "provider": config.provider,
        "key": "dead-letters/v1/x.json",
        "reason": "unauthorized",
        "try_count": 7,
        "died_at": now,
        "stored_at": now,
    }
    return DeadLetter.objects.create(**{**given, **values})
