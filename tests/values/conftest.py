"""What the tests of the small modules share: connections, and hypothesis without a stop-watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
import pytest

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer

hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

API_KEY = "plain-api-key-of-acme"


@pytest.fixture
def connect(customer: Customer) -> Callable[..., ATSConfig]:
    """Give a function that connects the company with an ATS."""

    def connect(**changes: Any) -> ATSConfig:
        values = {"customer": customer, "provider": "lever", "credentials": {"api_key": API_KEY}}
        return ATSConfig.objects.create(**{**values, **changes})

    return connect


@pytest.fixture
def connection(connect: Callable[..., ATSConfig]) -> ATSConfig:
    """Connect the company with Lever."""
    return connect()
