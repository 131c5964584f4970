"""The load script, small: real processes, a real form, every application delivered once."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from jobbird.demo.environment import PROJECT
from jobbird.demo.processes import python


@pytest.mark.django_db  # it runs on the same kind of database as the other tests
def test_forty_applications_arrive_once(tmp_path: Path) -> None:
    database = os.environ.get("TEST_DATABASE", "")
    run = subprocess.run(
        python("-m", "jobbird.demo.thousand", "--applications", "40", "--folder", str(tmp_path / "run")),
        cwd=PROJECT,
        env={**os.environ, "DEMO_DATABASE": database},
        capture_output=True,
        text=True,
    )

    assert 0 == run.returncode, run.stdout + run.stderr
    found = dict(re.findall(r"^  ([a-z][A-Za-z ]+?)  +([0-9.,]+) *$", run.stdout, re.MULTILINE))
    assert {"posted": "40", "saved": "40", "delivered": "40", "lost": "0", "twice": "0"}.items() <= found.items()
    assert not (tmp_path / "run").exists()
