"""What all pages of history have in common: nobody adds, changes or deletes anything there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .lookups import NoHiddenLookups
from .selections import SoundSelections


class NobodyWrites:
    """Refuse every change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete."""
        return False


class ReadOnlyAdmin(NobodyWrites, SoundSelections, NoHiddenLookups, admin.ModelAdmin):
    """Show rows to those who have the view permission."""

    show_full_result_count = False


class ReadOnlyInline(NobodyWrites, admin.TabularInline):
    """Show the rows of a parent to those who may see the parent."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the parent's permission only."""
        return True
