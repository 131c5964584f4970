"""The audit trail, to look at."""

from __future__ import annotations

from django.contrib import admin

from ..models import AuditEntry
from .readonly import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who changed which connection, and who sent which application again."""

    list_display = ("at", "who", "deed", "subject", "fields", "customer_id", "config_id")
    list_filter = ("deed", "at")
    search_fields = ("=who", "=subject", "=customer_id")
    search_help_text = "A user name, the id of a message or of a customer, in full."
