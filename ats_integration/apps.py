"""Registration of the app with Django: one receiver and the system checks."""

from __future__ import annotations

from django.apps import AppConfig


class AtsIntegrationConfig(AppConfig):
    """The app that carries applications to applicant tracking systems."""

    name = "ats_integration"
    verbose_name = "ATS integration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receiver and register the checks."""
        from . import checks, receivers, routing_check, site_checks  # noqa: F401

        receivers.connect()
