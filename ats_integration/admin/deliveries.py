"""Deliveries and their attempts, to look at."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from ..adapters import application_model
from ..models import Attempt, Delivery
from .filters import ConfigCustomerFilter, ConfigProviderFilter
from .readonly import ReadOnlyAdmin, ReadOnlyInline

#: What those see of an application who may not view applications.
HIDDEN = "hidden: needs the permission to view applications"


class AttemptInline(ReadOnlyInline):
    """The tries of one delivery, oldest first."""

    model = Attempt
    fields = readonly_fields = (
        "number",
        "started_at",
        "duration",
        "outcome",
        "http_status",
        "error_code",
        "error",
        "excerpt",
    )


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Where each application went. The message is shown without credentials."""

    list_display = (
        "id",
        "status",
        "config",
        "customer",
        "application_id",
        "try_count",
        "next_try_at",
        "created_at",
        "delivered_at",
    )
    list_select_related = ("config__customer",)
    list_filter = ("status", ConfigProviderFilter, ConfigCustomerFilter, "created_at")
    search_fields = ("id",)
    search_help_text = "The id of a delivery or of an application, or the ATS's own reference, in full."
    inlines = (AttemptInline,)
    fieldsets = (
        (None, {"fields": ("id", "status", "config", "customer", "application_id", "ats_reference")}),
        ("Tries", {"fields": ("try_count", "next_try_at", "deadline_at", "last_error_code", "last_error")}),
        ("What to know", {"fields": ("possible_duplicate", "dropped")}),
        ("Times", {"fields": ("created_at", "queued_at", "held_at", "delivered_at", "updated_at")}),
        ("Message", {"fields": ("message_shown",), "classes": ("collapse",)}),
    )

    @admin.display(description="customer", ordering="config__customer")
    def customer(self, delivery: Delivery) -> str:
        """Return whose delivery it is."""
        return str(delivery.config.customer)

    @admin.display(description="application")
    def application_id(self, delivery: Delivery) -> str:
        """Return the application's id; the application itself may be gone."""
        return str(delivery.application_id)

    def get_fieldsets(self, request: HttpRequest, obj: Delivery | None = None) -> Any:
        """Show the person only to those who may see the application itself."""
        if may_see_applications(request.user):
            return self.fieldsets
        *others, (title, _shown) = self.fieldsets
        return (*others, (title, {"fields": ("message_without_person",), "classes": ("collapse",)}))

    @admin.display(description="message")
    def message_shown(self, delivery: Delivery) -> str:
        """Return the message for people, without its credentials."""
        return as_text(without_credentials(delivery.message))

    @admin.display(description="message")
    def message_without_person(self, delivery: Delivery) -> str:
        """Return the message for people who may not see applications."""
        return as_text(without_person(without_credentials(delivery.message)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        """Look for exact matches only, which the indexes answer."""
        return (queryset.filter(matches(search_term.strip())) if search_term.strip() else queryset), False


def matches(term: str) -> Q:
    """Return the condition for a delivery that a person names by one of its ids."""
    found = Q(ats_reference=term)
    if (delivery_id := as_uuid(term)) is not None:
        found |= Q(pk=delivery_id)
    if (application_id := as_application_id(term)) is not None:
        found |= Q(application_id=application_id)
    return found


def as_uuid(term: str) -> UUID | None:
    """Return the term as a UUID, or None."""
    try:
        return UUID(term)
    except ValueError:
        return None


def as_application_id(term: str) -> Any:
    """Return the term as a primary key of the host's application, or None."""
    try:
        return application_model()._meta.pk.clean(term, None)
    except ValidationError:
        return None


def may_see_applications(user: Any) -> bool:
    """Tell whether somebody may see the host's applications in the admin."""
    options = application_model()._meta
    return bool(user.has_perm(f"{options.app_label}.{get_permission_codename('view', options)}"))


def as_text(message: Any) -> str:
    """Return a message laid out for people."""
    return format_html("<pre>{}</pre>", json.dumps(message, indent=2, ensure_ascii=False))


def without_person(message: Any) -> Any:
    """Return a message without what tells of the candidate."""
    if not isinstance(message, dict):
        return HIDDEN
    return {**message, **dict.fromkeys(("application", "candidate", "resume"), HIDDEN)}


def without_credentials(message: Any) -> Any:
    """Return a message as it is stored, without the sealed credentials."""
    if not isinstance(message, dict) or not isinstance(message.get("ats"), dict):
        return message
    return {**message, "ats": {key: value for key, value in message["ats"].items() if key != "credentials"}}
