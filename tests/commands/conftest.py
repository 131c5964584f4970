"""Dead letters for the commands to work on, and a way to call a command as a shell does."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import ManagementUtility

from ats_integration.models import ATSConfig, DeadLetter
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application
from tests.queue_steps import step


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that calls a management command as a script without a terminal does."""

    def run(*arguments: object) -> Ran:
        out, err, status = io.StringIO(), io.StringIO(), 0
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with redirect_stdout(out), redirect_stderr(err):
            try:
                ManagementUtility(["manage.py", *map(str, arguments)]).execute()
            except SystemExit as end:
                status = int(end.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def letter(
    valkey: Any, s3: Any, config: ATSConfig, apply: Callable[..., Application], ats: Sandbox
) -> Callable[[], DeadLetter]:
    """Give a function that lets one application die of refused data."""

    def letter() -> DeadLetter:
        ats.behave("recruitee", "reject", times=1)
        apply()
        step(valkey)
        return DeadLetter.objects.latest("pk")

    return letter
