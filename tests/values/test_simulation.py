"""The simulation, and what it proves: 95 % of failing messages die after about five minutes."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ats_integration.retries import Policy
from ats_integration.simulation import simulate

PATIENT = {"RETRY_MAX_TRIES": 4}
PAGE = Path(__file__).parents[2] / "docs/architecture.md"


def shown(*options: str) -> str:
    """Return what the command prints."""
    printed = StringIO()
    call_command("show_retry_schedule", *options, stdout=printed)
    return printed.getvalue()


class TestDefaults:
    def test_are_shown_in_the_documentation(self) -> None:
        assert shown("--seed", "1").strip() in PAGE.read_text()

    @pytest.mark.parametrize("call_seconds", [0.1, 1, 10])
    def test_end_95_percent_between_four_and_six_minutes(self, call_seconds: float) -> None:
        summary = simulate(Policy.from_settings(), 10_000, call_seconds, Random(20261124))

        assert (240, 360) == summary.window
        assert 0.95 <= summary.share_in_window
        assert summary.is_on_budget

    def test_spend_the_tries_over_the_whole_budget(self) -> None:
        tries = dict(simulate(Policy.from_settings(), 1_000, 1, Random(1)).tries)

        assert set(tries) <= set(range(8, 12))


class TestSummary:
    def test_counts_every_message_once(self) -> None:
        summary = simulate(Policy.from_settings(), 500, 1, Random(1))

        assert 500 == summary.messages == sum(count for _tries, count in summary.tries)

    def test_has_percentiles_in_order(self) -> None:
        percentiles = simulate(Policy.from_settings(), 500, 1, Random(1)).percentiles

        assert [1, 5, 25, 50, 75, 95, 99] == [percent for percent, _seconds in percentiles]
        assert sorted(percentiles, key=lambda pair: pair[1]) == list(percentiles)

    def test_is_the_same_for_the_same_chances(self) -> None:
        policy = Policy.from_settings()

        assert simulate(policy, 50, 1, Random(7)) == simulate(policy, 50, 1, Random(7))

    def test_says_where_a_policy_misses_its_budget(self) -> None:
        hasty = Policy(
            base=timedelta(seconds=1), factor=1, cap=timedelta(seconds=1), budget=timedelta(seconds=300), max_tries=3
        )

        assert not simulate(hasty, 50, 1, Random(1)).is_on_budget


class TestCommand:
    def test_shows_the_policy_and_the_share(self) -> None:
        text = shown("--messages", "200", "--seed", "1")

        assert "base 5 s, factor 2, cap 60 s, equal jitter, at most 11 tries, budget 300 s" in text
        assert "200 messages, every try fails" in text
        assert "100.0% die between 240 and 360 s" in text

    def test_shows_the_same_for_the_same_seed(self) -> None:
        assert shown("--messages", "50", "--seed", "7") == shown("--messages", "50", "--seed", "7")

    def test_gives_the_numbers_as_json(self) -> None:
        summary: dict[str, Any] = json.loads(shown("--messages", "200", "--json", "--seed", "1"))

        assert {"messages", "tries", "percentiles", "window", "share_in_window", "is_on_budget"} == set(summary)
        assert (200, True) == (summary["messages"], summary["is_on_budget"])

    def test_ends_with_status_1_off_budget(self, settings: Settings) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **PATIENT}
        with pytest.raises(SystemExit) as ended:
            shown("--messages", "50")

        assert 1 == ended.value.code

    def test_still_prints_its_json_off_budget(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **PATIENT}
        with pytest.raises(SystemExit):
            call_command("show_retry_schedule", "--messages", "50", "--json")

        assert json.loads(capsys.readouterr().out)["is_on_budget"] is False

    @pytest.mark.parametrize("options", [("--messages", "many"), ("--call-seconds", "soon")])
    def test_refuses_what_is_no_number(self, options: tuple[str, str]) -> None:
        with pytest.raises(CommandError, match="invalid"):
            shown(*options)

    @pytest.mark.parametrize("options", [("--messages", "0"), ("--call-seconds", "-1"), ("--call-seconds", "nan")])
    def test_refuses_numbers_that_mean_nothing(self, options: tuple[str, str]) -> None:
        with pytest.raises(CommandError, match=options[0]):
            shown(*options)
