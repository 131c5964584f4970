"""Registration of the job board with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BoardConfig(AppConfig):
    """The job board, app label `board`."""

    name = "jobbird.board"
    label = "board"
    verbose_name = "Job board"

    def ready(self) -> None:
        """Make the support group whenever the tables are there."""
        from .support import make_group

        post_migrate.connect(make_group, sender=self)
