"""The app in Django's admin: connections to manage; deliveries, dead letters, incidents, the audit trail to look at."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin

from . import audit, configs, deadletters, deliveries, incidents

__all__ = ["audit", "configs", "deadletters", "deliveries", "incidents"]

if apps.is_installed("django_rq"):
    from . import queue_pages

    queue_pages.guard(admin.site)
