"""For an ATS that fetches the CV itself: this site runs, and its page of the CVs serves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test.testcases import LiveServerThread
from pytest_django import Settings

from ats_integration import links
from ats_integration.providers.base import Submission

from .contract import ProviderContract


class FetchingContract(ProviderContract):
    """Inherit instead of ProviderContract: each submission's CV is stored, and has a link that works."""

    @pytest.fixture(scope="class")
    @classmethod
    def site(cls) -> Iterator[str]:
        """Run this site; the page of the CVs needs no database."""
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        yield f"http://127.0.0.1:{thread.port}"
        thread.terminate()

    @pytest.fixture(autouse=True)
    def public(self, site: str, settings: Settings) -> Iterator[None]:
        """Let this site be reached, and keep no CV behind a test."""
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "PUBLIC_URL": site}
        self.stored: list[str] = []
        yield
        for name in self.stored:
            default_storage.delete(name)

    def submission(self, **changes: Any) -> Submission:
        """Put the CV into the storage, and link to it."""
        made = super().submission(**changes)
        if made.resume is None:
            return made
        content = made.resume.stream.read()
        made.resume.stream.seek(0)
        self.stored.append(default_storage.save("cvs/fetched.pdf", ContentFile(content)))
        described = made.resume.resume.model_copy(update={"storage_key": self.stored[-1]})
        return replace(made, resume_url=links.url_for(described))
