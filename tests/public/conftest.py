"""What the tests of signed links share: stored CVs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ats_integration.messages import Resume

CV = b"%PDF-1.7 the CV of Sanne\n%%EOF\n"


@pytest.fixture
def store() -> Iterator[Callable[..., Resume]]:
    """Give a function that puts a CV into the storage and describes it."""
    names: list[str] = []

    def store(content: bytes = CV, **changes: Any) -> Resume:
        names.append(default_storage.save("cvs/stored.pdf", ContentFile(content)))
        described = {"filename": "cv sanne.pdf", "content_type": "application/pdf", "size": len(content)}
        described |= {"sha256": hashlib.sha256(content).hexdigest(), "storage_key": names[-1]}
        return Resume.model_validate({**described, **changes})

    yield store
    for name in names:
        default_storage.delete(name)


@pytest.fixture
def resume(store: Callable[..., Resume]) -> Resume:
    """Give one stored CV."""
    return store()
