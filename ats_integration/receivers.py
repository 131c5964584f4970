"""Hear of new applications; everything else is `intake`'s."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from . import intake
from .conf import conf


def on_application_saved(instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """Take a new application in. Fixtures (`raw`) and later saves are none of our business."""
    if created and not raw:
        intake.accept(instance)


def connect() -> None:
    """Listen to the host's application model."""
    post_save.connect(on_application_saved, sender=conf.application_model, dispatch_uid="ats_integration.intake")
