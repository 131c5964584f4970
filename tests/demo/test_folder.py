"""The demo's folder is empty at the start and serves one demo at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobbird.demo.folder import emptied
from jobbird.demo.problems import DemoError


def test_what_an_earlier_demo_left_is_gone(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").touch()
    (tmp_path / "db.sqlite3").touch()

    with emptied(tmp_path) as folder:
        assert ["lock"] == [entry.name for entry in folder.iterdir()]


def test_two_demos_at_once_are_refused(tmp_path: Path) -> None:
    with emptied(tmp_path), pytest.raises(DemoError, match="Another demo"), emptied(tmp_path):
        pass


def test_one_demo_after_the_other_is_fine(tmp_path: Path) -> None:
    for _ in range(2):
        with emptied(tmp_path):
            pass
