"""The servers of a benchmark, all away from the worker's core: the ATS stand-in, PostgreSQL, S3, Valkey."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from jobbird.demo import environment, services

from . import cores
from .ats import Ats, ats
from .options import Options
from .systems import Ours, System, environment_of_peer

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

    def recorded(self, system: System) -> int:
        """Return how many messages a system recorded."""
        return int(self.rows(system.records)[0][0])


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
        copy = database(self.template_url) if system.needs_database else nullcontext("")
        with services.valkey() as redis_url, copy as url:
            if isinstance(system, Ours):
                env = environment_of_ours(self.options, self.folder, url) | {"REDIS_URL": redis_url}
            else:
                env = environment_of_peer(redis_url, self.ats.url, {**os.environ, "DATABASE_URL": url})
            yield Place(ats=self.ats, redis_url=redis_url, env=env | extra, database_url=url)


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
