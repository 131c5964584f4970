"""What all pages of history have in common: nobody adds, changes or deletes anything there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
else:

    class Subscriptable:
        """Take a model in brackets, which only the type checker reads."""

        def __class_getitem__(cls, _model: Any) -> type:
            return cls

    class ModelAdmin(Subscriptable, admin.ModelAdmin):
        """Django's class."""

    class TabularInline(Subscriptable, admin.TabularInline):
        """Django's class."""


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


class ReadOnlyAdmin(NobodyWrites, ModelAdmin[M]):
    """Show rows to those who have the view permission."""

    show_full_result_count = False


class ReadOnlyInline(NobodyWrites, TabularInline[Any, Any]):
    """Show the rows of a parent to those who may see the parent."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the parent's permission only."""
        return True
