"""Incidents, to look at: what failed, since when, and who was told."""

from __future__ import annotations

from django.contrib import admin

from ..models import Incident
from .filters import CustomerFilter, HappenedFilter, ProviderFilter
from .readonly import ReadOnlyAdmin


class ClosedFilter(HappenedFilter):
    """Whether it is over."""

    title, parameter_name = "over", "closed_at"


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """One customer's ATS failing for one reason."""

    list_display = (
        "id",
        "customer_id",
        "provider",
        "reason",
        "failures",
        "opened_at",
        "last_failure_at",
        "last_mailed_at",
        "closed_at",
    )
    list_filter = (ClosedFilter, ProviderFilter, CustomerFilter, "opened_at")
    fields = (
        "customer_id",
        "provider",
        "reason",
        "failures",
        "opened_at",
        "last_failure_at",
        "last_mailed_at",
        "mailing_until",
        "closed_at",
    )
