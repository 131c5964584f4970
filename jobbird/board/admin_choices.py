"""A choice with search in the admin that outlives what no browser sends: Django's own fails on a key that cannot be."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest


class CalmAutocomplete(AutocompleteSelect):
    """Offer again what was chosen, if it is there."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Look up only keys that can be one."""
        return super().optgroups(name, [key for key in value if self.is_there(key)], attr)

    def is_there(self, key: Any) -> bool:
        """Tell whether a key is one of the choices, or empty."""
        try:
            self.choices.field.to_python(key)
        except ValidationError:
            return False
        return True


class CalmChoices:
    """Use that choice for all `autocomplete_fields` of a page."""

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Give such a field its widget."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]  # of ModelAdmin
            kwargs.setdefault("widget", CalmAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
