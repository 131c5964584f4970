"""The servers of a benchmark, all away from the worker's core: the ATS stand-in, PostgreSQL, S3, Valkey."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from jobbird.demo import environment, services

from . import cores
from .ats import Ats, ats
from .options import Options
from .systems import System, environment_of_peer

RECORDED = """
    SELECT count(*) FROM ats_integration_delivery d
    WHERE status = 'delivered' AND EXISTS (SELECT 1 FROM ats_integration_attempt a WHERE a.delivery_id = d.id)
"""

numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What one run of one system lives in: an empty queue and, where it needs one, a database."""

    ats: Ats
    redis_url: str
    env: dict[str, str]
    database_url: str = ""

    def run(self, command: Sequence[str], folder: Path) -> str:
        """Run a command to its end; return what it printed."""
        done = subprocess.run(command, env=self.env, cwd=folder, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    @property
    def recorded(self) -> int:
        """How many deliveries are recorded as delivered, with their attempt."""
        return int(self.rows(RECORDED)[0][0])


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The servers that live as long as the benchmark."""

    options: Options
    ats: Ats
    folder: Path
    template_url: str = ""

    @contextmanager
    def place(self, system: System, **extra: str) -> Iterator[Place]:
        """Give one system a Valkey and, where it needs one, a database of its own; `extra` is for its environment."""
        self.ats.ask("reset")
        with services.valkey() as redis_url:
            if system.needs_database:
                with database(self.template_url) as url:
                    yield self.place_of_ours(url, {"REDIS_URL": redis_url, **extra})
            else:
                env = environment_of_peer(redis_url, self.ats.url, dict(os.environ))
                yield Place(ats=self.ats, redis_url=redis_url, env={**env, **extra})

    def place_of_ours(self, database_url: str, changes: dict[str, str]) -> Place:
        """Describe the place in which this project is measured."""
        env = environment_of_ours(self.options, self.folder, database_url) | changes
        return Place(ats=self.ats, redis_url=env["REDIS_URL"], env=env, database_url=database_url)


@contextmanager
def stage(options: Options, *, with_database: bool = True) -> Iterator[Stage]:
    """Start the servers."""
    cores.leave_worker_core()
    folder = services.scratch()
    with ExitStack() as stack:
        stand_in = stack.enter_context(ats(options.latency))
        template = stack.enter_context(services.postgres(folder / "postgres")) if with_database else ""
        if template:
            migrate(options, folder, template)
        yield Stage(options=options, ats=stand_in, folder=folder, template_url=template)


def environment_of_ours(options: Options, folder: Path, database_url: str) -> dict[str, str]:
    """Return what this project finds in its environment: production's settings, as quiet as the peers."""
    plan = environment.Plan(folder=folder)
    plan.make_folders()
    changes = {
        "ATS_WORKER_CONCURRENCY": str(options.in_flight),
        "ATS_ENCRYPTION_KEYS": "only-for-benchmarks-0123456789-0123456789",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(options.project),
    }
    return environment.of(plan, database_url) | changes


def migrate(options: Options, folder: Path, database_url: str) -> None:
    """Make the tables once; every run gets a copy."""
    env = environment_of_ours(options, folder, database_url)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=env, cwd=options.project, check=True)


@contextmanager
def database(template_url: str) -> Iterator[str]:
    """Copy the migrated database; yield the copy's address."""
    name = f"run_{next(numbers)}"
    template = urlsplit(template_url)
    url = template._replace(path=f"/{name}").geturl()
    admin = template._replace(path="/postgres").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template.path[1:]}".encode())
        try:
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
