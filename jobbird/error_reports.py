"""What a report of an error of ours tells in production: where it happened, and nothing that somebody entered."""

from __future__ import annotations

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter


class NothingEntered(SafeExceptionReporterFilter):
    """Mask every form field and every variable: both hold candidates' data and customers' credentials."""

    #: Addresses of services have passwords in them.
    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|URL|CREDENTIAL|QUEUE|DATABASE|EMAIL", re.IGNORECASE
    )

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of the form's fields."""
        if request is None:
            return {}
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        """Return the names of the variables."""
        found = dict(super().get_traceback_frame_variables(request, tb_frame))
        return (dict.fromkeys(found, self.cleansed_substitute) if self.is_active(request) else found).items()


class NoFileNamed(ExceptionReporter):
    """Mask the names of uploaded files, too: people name their CVs after themselves."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Return what a report shows."""
        files = self.request.FILES if self.request else {}
        masked = [(name, NothingEntered.cleansed_substitute) for name in files]
        return {**super().get_traceback_data(), "request_FILES_items": masked}
