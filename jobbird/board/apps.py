"""Registration of the job board with Django."""

from __future__ import annotations

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """The job board, app label `board`."""

    name = "jobbird.board"
    label = "board"
    verbose_name = "Job board"
