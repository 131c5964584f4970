"""The app in Django's admin: connections to manage; deliveries, dead letters, incidents, the audit trail to look at."""

from __future__ import annotations

from . import audit, configs, deadletters, deliveries, incidents

__all__ = ["audit", "configs", "deadletters", "deliveries", "incidents"]
