"""Testing a connection: what each adapter's questions prove is in the contract; here is the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ats_integration import connection_check
from ats_integration.connection_check import check_connection
from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox

from .tiny_servers import listening, ok, saying


def a_config(base_url: str = "", **changes: Any) -> ATSConfig:
    values: dict[str, Any] = {"provider": "greenhouse", "settings": {"board_token": "acmebv"}}
    return ATSConfig(**{**values, "credentials": {"api_key": "gh-key-0815"}, "base_url": base_url, **changes})


def test_says_in_sentences_what_it_found(ats: Sandbox) -> None:
    report = check_connection(a_config(ats.url("greenhouse")), ["4000001"])
    assert ("Greenhouse has a job board called acmebv.", "Job 4000001 is open.") == report.proven
    assert ("Greenhouse offers no call that proves the API key: the first application will.",) == report.unproven


def test_names_an_account_that_does_not_exist(ats: Sandbox) -> None:
    ats.register("greenhouse", account="other", key="k")
    report = check_connection(a_config(ats.url("greenhouse")), ["4000001"])
    assert ("Greenhouse knows no job board called acmebv.",) == report.problems
    assert () == report.unknown_jobs


def test_names_fields_that_are_missing_by_their_label() -> None:
    assert ("Board token: This is needed.", "Job Board API key: This is needed.") == check_connection(
        a_config(settings={}, credentials={})
    ).problems


def test_names_an_ats_that_is_not_known() -> None:
    assert ("There is no provider called 'nosuch'.",) == check_connection(a_config(provider="nosuch")).problems


def test_names_a_refused_token(ats: Sandbox) -> None:
    ats.register("recruitee", account="", key="right", jobs=[])
    recruitee: dict[str, Any] = {"provider": "recruitee", "settings": {"company": "acme"}}
    config = a_config(ats.url("recruitee"), **recruitee, credentials={"careers_token": "wrong-token"})
    (problem,) = check_connection(config).problems
    assert problem.startswith("Recruitee refused")
    assert "wrong-token" not in problem


def test_names_a_careers_site_that_moved() -> None:
    moved = ok(b"", b"Location: https://recruitee.com/careers_not_hosted", status=b"301 Moved")
    recruitee: dict[str, Any] = {"provider": "recruitee", "settings": {"company": "acme"}}
    with listening(saying(moved)) as port:
        config = a_config(f"http://127.0.0.1:{port}", **recruitee, credentials={"careers_token": "t-123456"})
        (problem,) = check_connection(config).problems
    assert "does not host this careers site" in problem


def test_is_not_fooled_by_a_website() -> None:
    with listening(saying(ok(b"<html>Welcome</html>"))) as port:
        (problem,) = check_connection(a_config(f"http://127.0.0.1:{port}")).problems
    assert "it is not the API of Greenhouse" in problem


def test_repeats_no_secret() -> None:
    with listening(saying(ok(b"gh-key-0815 is wrong", status=b"400 Bad Request"))) as port:
        (problem,) = check_connection(a_config(f"http://127.0.0.1:{port}")).problems
    assert "*** is wrong" in problem
    assert "gh-key-0815" not in problem


@pytest.mark.parametrize("address", ["http://ats.example", "https://10.0.0.1", "https://["])
def test_reports_an_address_that_must_not_be_called(address: str) -> None:
    (problem,) = check_connection(a_config(address)).problems
    assert problem.startswith("Greenhouse")
    assert "address" in problem


def test_asks_for_each_job_once_and_for_no_nonsense(ats: Sandbox) -> None:
    report = check_connection(a_config(ats.url("greenhouse")), ["1", " 1 ", "", ".", "..", "2"])
    assert ("Job 1 is open.", "Job 2 is open.") == report.proven[1:]


def test_asks_for_so_many_jobs_only(ats: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_check, "MOST_JOBS", 2)
    report = check_connection(a_config(ats.url("greenhouse")), ["1", "2", "3"])
    assert 3 == len(report.proven)
    assert "Only the first 2 of 3 jobs were asked for." in report.unproven


def test_stops_when_the_ats_is_slow(ats: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_check, "PATIENCE", timedelta(seconds=0.1))
    ats.behave("greenhouse", "slow", seconds=0.2)
    report = check_connection(a_config(ats.url("greenhouse")), ["1", "2"])
    assert 1 == len(report.proven)
    assert "The ATS was slow: not all jobs were asked for." in report.unproven
    assert report.ok
