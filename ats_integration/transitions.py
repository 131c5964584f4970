"""The one function through which a delivery changes its status."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from .errors import IllegalTransition, StaleDelivery
from .models import Delivery
from .states import TRANSITIONS, Status


def move(delivery: Delivery, to: Status, **changes: Any) -> Delivery:
    """Move a delivery, and change other fields with it, if nobody else moved it meanwhile.

    Raises IllegalTransition where its status does not lead there, and StaleDelivery where the row
    is no longer as it was read. The instance is updated along.
    """
    require_legal(Status(delivery.status), to)
    changes |= {"status": to, "updated_at": timezone.now()}
    as_read = Delivery.objects.filter(pk=delivery.pk, status=delivery.status, try_count=delivery.try_count)
    if not as_read.update(**changes):
        raise StaleDelivery(f"Delivery {delivery.pk} is no longer {delivery.status}.")
    for name, value in changes.items():
        setattr(delivery, name, value)
    return delivery


def require_legal(start: Status, to: Status) -> None:
    """Raise IllegalTransition where `start` does not lead to `to`."""
    if to not in TRANSITIONS[start]:
        raise IllegalTransition(f"A delivery cannot go from {start} to {to}.")
