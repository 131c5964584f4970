"""The files that people and platforms start things with: Makefile, Procfile, .ci/run, .env.example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from jobbird.demo import environment, stage
from jobbird.demo.environment import PROJECT, Plan

TARGETS = ("setup", "demo", "test")
EXAMPLE = (PROJECT / ".env.example").read_text()
NAMED = r"^#?([A-Z][A-Z0-9_]+)="
READ_BY_BOTO3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"}


def make(*arguments: str, folder: Path = PROJECT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make, without the variables of a make around us."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Make a folder in which `make setup` has nothing to do."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "installed").touch()
    return tmp_path


def names_in_settings() -> set[str]:
    """Return every name that the settings read from the environment."""
    code = (PROJECT / "jobbird" / "settings.py").read_text()
    return set(re.findall(r'(?:env(?:\.\w+)?|seconds)\(\s*"([A-Z][A-Z0-9_]+)"', code))


def test_make_alone_lists_every_target_with_its_purpose() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)

    assert phony
    assert set(phony[1].split()) == set(re.findall(r"^  ([a-z-]+) +\S", make().stdout, re.MULTILINE))


def test_the_three_commands_are_there() -> None:
    assert set(TARGETS) <= set(re.findall(r"^  ([a-z-]+) ", make("help").stdout, re.MULTILINE))


def test_setup_does_nothing_twice(installed: Path) -> None:
    assert 0 == make("-q", "setup", folder=installed).returncode


def test_setup_installs_again_when_the_requirements_changed(installed: Path) -> None:
    os.utime(installed / ".venv" / "installed", (0, 0))

    assert 1 == make("-q", "setup", folder=installed).returncode


def test_an_old_python_is_refused_with_a_reason(installed: Path) -> None:
    (installed / ".venv" / "installed").unlink()
    old = installed / "old-python"
    old.write_text('#!/bin/sh\necho "import sys; sys.version_info = (3, 8)\n$2" | python3 -\n')
    old.chmod(0o755)

    refused = make("setup", folder=installed, PYTHON=str(old))

    assert 2 == refused.returncode
    assert "Python 3.11 or newer is needed" in refused.stderr


def test_ci_runs_make_test() -> None:
    script = PROJECT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()


def test_make_test_runs_every_check() -> None:
    planned = make("-n", "test", CI="true").stdout

    for step in (
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "makemigrations --check",
        "check --deploy",
    ):
        assert step in planned
    assert 2 == planned.count("-m pytest")
    assert 1 == planned.count("TEST_DATABASE=postgres")
    assert 2 == planned.count("-p tests.no_skips")


@pytest.mark.parametrize("name", ["release", "web", "worker", "scheduler"])
def test_the_procfile_names_each_process(name: str) -> None:
    assert name in stage.procfile()


@pytest.mark.parametrize("name", ["release", "worker", "scheduler"])
def test_the_procfile_names_commands_that_exist(name: str) -> None:
    command, *arguments = stage.procfile()[name][-1].removeprefix("exec python manage.py ").split()
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)

    parser.parse_args(arguments)


def test_the_procfile_consumes_both_queues() -> None:
    assert stage.procfile()["worker"][-1].endswith("rqworker happy retry")


def test_the_example_environment_names_what_is_read_and_nothing_else() -> None:
    assert names_in_settings() | READ_BY_BOTO3 == set(re.findall(NAMED, EXAMPLE, re.MULTILINE))


@pytest.mark.parametrize("name", re.findall(NAMED, EXAMPLE, re.MULTILINE))
def test_the_example_environment_explains_each_name(name: str) -> None:
    assert re.search(rf"^# \w.+\n#?{name}=", EXAMPLE, re.MULTILINE)


def test_the_demo_takes_no_setting_from_the_person(tmp_path: Path) -> None:
    env = environment.of(Plan(folder=tmp_path), "sqlite://:memory:")

    assert names_in_settings() <= env.keys()
