"""Filters of the lists: by ATS, by customer, by whether something has happened. None scans a big table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ..adapters import customer_model
from ..models import ATSConfig
from ..providers import registry


class ProviderFilter(admin.SimpleListFilter):
    """Narrow a list to one ATS; `path` leads to the slug."""

    title = "ATS"
    parameter_name = "ats"
    path = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return registry.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class ConfigProviderFilter(ProviderFilter):
    """Narrow deliveries to one ATS."""

    path = "config__provider"


class CustomerFilter(admin.SimpleListFilter):
    """Narrow a list to one customer who has a connection; `path` leads to the customer."""

    title = "customer"
    parameter_name = "of"
    path = "customer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        connected = ATSConfig.objects.order_by().values("customer")
        return [
            (str(customer.pk), str(customer)) for customer in customer_model()._default_manager.filter(pk__in=connected)
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = dict(self.lookup_choices).get(self.value() or "")
        return queryset.filter(**{self.path: self.value()}) if chosen else queryset


class ConfigCustomerFilter(CustomerFilter):
    """Narrow deliveries to one customer."""

    path = "config__customer"


class HappenedFilter(admin.SimpleListFilter):
    """Narrow a list by whether a moment is known; the parameter is the field's name."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "Not yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(**{f"{self.parameter_name}__isnull": self.value() == "no"})


class StoredFilter(HappenedFilter):
    """Whether S3 holds it."""

    title, parameter_name = "stored", "stored_at"


class NotifiedFilter(HappenedFilter):
    """Whether somebody was told."""

    title, parameter_name = "notified", "notified_at"


class ResentFilter(HappenedFilter):
    """Whether it was sent again."""

    title, parameter_name = "sent again", "resent_at"
