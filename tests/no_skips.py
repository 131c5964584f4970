"""Fail a run in which a test was skipped. Loaded in CI, where a skip would be a hole nobody sees."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with skips into a failed one."""
    if skipped_in(session) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why the run failed."""
    if count := len(terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(f"{count} skipped: in CI nothing may be skipped.", red=True)


def skipped_in(session: pytest.Session) -> int:
    """Return how many tests or modules were skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0
