"""What nobody may filter by in the address bar: a filter that fits or not tells a hidden value letter by letter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

SEALED = frozenset({"credentials", "session", "message", "kept"})


class NoHiddenLookups:
    """Refuse filters on what the pages do not show."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Tell whether a list may be narrowed that way."""
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of ModelAdmin
        return allowed and SEALED.isdisjoint(lookup.split("__"))
