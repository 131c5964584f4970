"""The worker and the scheduler as real processes, on the test's own database, Redis, S3 and ATS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from jobbird.demo.processes import Process, Processes, python

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ("rqworker", "happy", "retry")
SCHEDULER = ("rqscheduler", "--interval", "1", "--queue", "retry")


class Machine:
    """Start and stop our processes; know what they logged and mailed."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes, self._folder = processes, folder
        self._count = 0

    def start(self, *command: str) -> Process:
        """Start a management command."""
        self._count += 1
        return self._processes.start(f"{self._count}-{command[0]}", python(str(ROOT / "manage.py"), *command))

    @property
    def logs(self) -> str:
        """Everything the processes printed."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    @property
    def mails(self) -> list[str]:
        """Every mail they sent, as it went out."""
        texts = [path.read_text() for path in sorted((self._folder / "mail").glob("*"))]
        return [mail for text in texts for mail in text.split("-" * 79) if mail.strip()]


def database_url() -> str:
    """Return the address of the test's database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Return what the processes find in their environment."""
    (tmp_path / "mail").mkdir()
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.e2e.fast_settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
        "DEBUG": "true",
        "LOG_LEVEL": "DEBUG",
    }


@pytest.fixture
def machine(environment: dict[str, str], tmp_path: Path) -> Iterator[Machine]:
    """Give a machine on which nothing runs yet; whatever was started is stopped."""
    with Processes(environment, tmp_path) as processes:
        yield Machine(processes, tmp_path)
