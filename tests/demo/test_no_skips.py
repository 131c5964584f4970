"""In CI a skipped test fails the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobbird.demo.environment import PROJECT

SKIPPING = "import pytest\n\ndef test_one():\n    pytest.skip('not today')\n\ndef test_two():\n    pass\n"
SKIPPING_MODULE = "import pytest\n\npytest.importorskip('there_is_no_such_module')\n"
PASSING = "def test_one():\n    pass\n"


def run(folder: Path, code: str, *options: str) -> int:
    """Run pytest on a file with this code and one that passes, away from our own settings."""
    (folder / "test_it.py").write_text(code)
    (folder / "test_other.py").write_text(PASSING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:django", *options]
    environment = {"PYTHONPATH": str(PROJECT), "PATH": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True).returncode


@pytest.mark.parametrize("code", [SKIPPING, SKIPPING_MODULE], ids=["test", "module"])
def test_a_skip_fails_the_run(tmp_path: Path, code: str) -> None:
    assert 1 == run(tmp_path, code, "-p", "tests.no_skips")


def test_without_skips_the_run_passes(tmp_path: Path) -> None:
    assert 0 == run(tmp_path, PASSING, "-p", "tests.no_skips")


def test_on_a_laptop_a_skip_is_fine(tmp_path: Path) -> None:
    assert 0 == run(tmp_path, SKIPPING)
