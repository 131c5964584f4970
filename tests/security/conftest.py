"""The world of the security tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from ats_integration.sandbox import Sandbox

from . import world as worlds
from .world import World


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def world(db: None, ats: Sandbox) -> World:
    """Two customers with everything they have, and a person of every role."""
    return worlds.build(ats.url("recruitee"))
