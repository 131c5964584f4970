"""What the tests of the adapters share: short times, closed connections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from pytest_django import Settings

from ats_integration.providers import transport


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """Leave no connection open behind a test."""
    yield
    transport.sessions.close()


@pytest.fixture(autouse=True)
def forgotten_forms() -> None:
    """Remember no job's questions from another test."""
    cache.clear()


@pytest.fixture
def hurry(settings: Settings) -> None:
    """Wait only moments for an answer."""
    settings.ATS_INTEGRATION = {
        **settings.ATS_INTEGRATION,
        "CONNECT_TIMEOUT": timedelta(seconds=0.5),
        "READ_TIMEOUT": timedelta(seconds=0.5),
        "TOTAL_TIMEOUT": timedelta(seconds=1),
    }
