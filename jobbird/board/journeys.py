"""Applications with where each one went: what the customer's pages read, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from ats_integration.models import Delivery
from jobbird.ats import customers_of_user

from .models import Application

MAY_SEE_ALL = "board.view_application"


def visible_to(user: Any) -> QuerySet[Application]:
    """Return the applications a user may look at: those of their customers, or all for trusted staff."""
    if user.is_staff and user.has_perm(MAY_SEE_ALL):
        return Application.objects.all()
    return Application.objects.filter(vacancy__customer__in=customers_of_user(user))


def with_journeys(applications: QuerySet[Application], *, attempts: bool = False) -> QuerySet[Application]:
    """Read along the vacancy, the deliveries and how often each was tried; on request every attempt."""
    deliveries = Delivery.objects.select_related("config").defer("message", "config__credentials")
    counted = deliveries.annotate(tries=Count("attempts")).order_by("created_at")
    if attempts:
        counted = counted.prefetch_related("attempts")
    return applications.select_related("vacancy__customer").prefetch_related(Prefetch("ats_deliveries", counted))
