"""What --since and --until understand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ats_integration.management.commands.resend_dead_letters import moment


@pytest.mark.parametrize(("text", "ago"), [("30m", 30), ("2h", 120), ("3d", 4320), ("0m", 0)])
def test_how_long_ago(text: str, ago: int) -> None:
    assert abs(timezone.now() - timedelta(minutes=ago) - moment(text)) < timedelta(seconds=5)


def test_a_day_begins_at_midnight_here() -> None:
    assert datetime(2026, 11, 23, 23, 0, tzinfo=UTC) == moment("2026-11-24")


def test_a_time_is_local() -> None:
    assert datetime(2026, 7, 1, 12, 30, tzinfo=UTC) == moment("2026-07-01T14:30")


def test_a_time_with_its_zone_is_that() -> None:
    assert datetime(2026, 7, 1, 14, 30, tzinfo=UTC) == moment("2026-07-01T14:30:00Z")
