"""Run an action only on what can be there: Django's own fails on a key that cannot be."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse


class SoundSelections:
    """Refuse a selection that no page offered."""

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> HttpResponse | None:
        """Run the action, or say that nothing was done."""
        if all(self.can_be_key(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            answer: HttpResponse | None = super().response_action(request, queryset, *args)  # type: ignore[misc]
            return answer
        messages.warning(request, "What was chosen is not there. Nothing was done.")
        return None

    def can_be_key(self, key: str) -> bool:
        """Tell whether a text can be the key of a row."""
        try:
            self.model._meta.pk.clean(key, None)  # type: ignore[attr-defined]  # of ModelAdmin
        except ValidationError:
            return False
        return True
