"""A candidate hands in an application: the CV is stored, then the row is written."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from .models import Application
from .uploads import clean_filename


def hand_in(application: Application, cv: File[bytes], filename: str) -> Application:
    """Save a new application with its CV.

    The CV goes first, so that no transaction waits for the storage; whatever hears of the new row
    writes in the same transaction.
    """
    application.cv_filename = clean_filename(filename)
    application.cv.save(application.cv_filename, cv, save=False)
    with transaction.atomic():
        application.save()
    return application


def consent_given(*, retention: bool) -> dict[str, Any]:
    """Return the record of what the candidate agrees to at this moment."""
    return {"processing": True, "retention": retention, "givenAt": timezone.now().isoformat()}
