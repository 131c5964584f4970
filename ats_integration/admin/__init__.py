"""The app in Django's admin: connections to manage; deliveries, dead letters and incidents to look at."""

from __future__ import annotations

from . import configs, deadletters, deliveries, incidents

__all__ = ["configs", "deadletters", "deliveries", "incidents"]
