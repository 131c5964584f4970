"""Put up everything that runs in the demo, and take it down again: services, database, processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import requests

from . import environment, ports, services
from .ats import StandIn
from .environment import BUCKET, PROJECT, Plan
from .mailbox import Mailbox
from .problems import TookTooLong
from .processes import Processes, python
from .screen import Screen

if TYPE_CHECKING:
    from .counts import Counts

#: On a busy machine a process takes its time to start.
PATIENCE = timedelta(seconds=60)
PROCFILE = PROJECT / "Procfile"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What runs, and how to look at it."""

    plan: Plan
    processes: Processes
    ats: StandIn
    mailbox: Mailbox

    def look(self) -> Counts:
        """Count everything.

        Raises ProcessDied where one of the processes has ended by itself.
        """
        from . import counts

        self.processes.check()
        return counts.look(self.mailbox)

    def manage(self, *arguments: str) -> int:
        """Run a command of manage.py before everybody's eyes; return its exit status."""
        return subprocess.run(manage(*arguments), check=False, stdin=subprocess.DEVNULL).returncode  # noqa: S603


@contextmanager
def put_up(plan: Plan, screen: Screen, *, on_postgres: bool = False) -> Iterator[Stage]:
    """Start everything; stop it all at the end, whatever happens."""
    plan.make_folders()
    with database(plan, screen, on_postgres=on_postgres) as database_url, backing(plan, screen):
        env = environment.of(plan, database_url)
        environment.enter(env)
        with Processes(env, plan.logs) as processes:
            stage = Stage(plan=plan, processes=processes, ats=StandIn(plan.ats_url), mailbox=Mailbox(plan.mail))
            prepare(stage, screen)
            start_processes(stage, screen)
            yield stage


def wants_postgres() -> bool:
    """Tell whether the person asked for PostgreSQL in place of SQLite."""
    return os.environ.get("DEMO_DATABASE") == "postgres"


@contextmanager
def database(plan: Plan, screen: Screen, *, on_postgres: bool) -> Iterator[str]:
    """Yield the address of an empty database."""
    if not on_postgres:
        yield f"sqlite:///{plan.folder / 'db.sqlite3'}"
        return
    began = time.monotonic()
    with TemporaryDirectory(prefix="jobbird-") as folder, services.postgres(Path(folder) / "data") as url:
        screen.started("PostgreSQL", folder, began)
        yield url


@contextmanager
def backing(plan: Plan, screen: Screen) -> Iterator[None]:
    """Run Valkey and the S3 server."""
    began = time.monotonic()
    with services.valkey(plan.valkey) as redis_url:
        screen.started("Valkey", redis_url, began)
        began = time.monotonic()
        with services.s3(plan.folder / "s3", BUCKET, port=plan.s3) as s3_url:
            screen.started("S3 (SeaweedFS)", s3_url, began)
            yield


def prepare(stage: Stage, screen: Screen) -> None:
    """Make the tables and the people, and make them known to the ATSs."""
    began = time.monotonic()
    stage.processes.run("release", procfile()["release"])
    stage.processes.run("seed", manage("seed_demo", "--ats-url", stage.plan.ats_url, "--i-know"))
    screen.started("database", "migrated, three customers with their vacancies", began)
    began = time.monotonic()
    stage.processes.start("ats", manage("ats_sandbox", "--port", str(stage.plan.ats)))
    wait_for(stage, "the ATS stand-in", lambda: ports.is_open(stage.plan.ats))
    register_customers(stage.ats)
    screen.started("ATS stand-in", f"{stage.plan.ats_url}/_sandbox/", began)


def register_customers(ats: StandIn) -> None:
    """Make the stand-in accept each customer's own key and jobs, and no others."""
    from jobbird.board import demo_data

    for demo in demo_data.customers():
        (key,) = demo.credentials.values()
        ats.register(demo.provider, demo.slug, key, [vacancy.external_id for vacancy in demo.vacancies])


def start_processes(stage: Stage, screen: Screen) -> None:
    """Start what the Procfile says, as it says it."""
    began = time.monotonic()
    for name in ("web", "worker", "scheduler"):
        stage.processes.start(name, procfile()[name])
    wait_for(stage, "the site", lambda: answers(f"{stage.plan.site}/healthz"))
    screen.started("site", stage.plan.site, began)
    screen.started("worker", "rqworker happy retry", began)
    screen.started("scheduler", "rqscheduler --interval 1 --queue retry", began)


def answers(url: str) -> bool:
    """Tell whether a page is there."""
    with suppress(requests.RequestException):
        return requests.get(url, timeout=5).ok
    return False


def wait_for(stage: Stage, what: str, is_so: Callable[[], bool]) -> None:
    """Return once something is so.

    Raises TookTooLong where it never is, ProcessDied where a process has ended by itself.
    """
    ends = time.monotonic() + PATIENCE.total_seconds()
    while not is_so():
        stage.processes.check()
        if time.monotonic() > ends:
            raise TookTooLong(f"Waited {PATIENCE.total_seconds():.0f} s in vain for {what}. See {stage.plan.logs}.")
        time.sleep(0.1)


def manage(*arguments: str) -> list[str]:
    """Return the command line of a command of manage.py."""
    return python(str(PROJECT / "manage.py"), *arguments)


def procfile(path: Path = PROCFILE) -> dict[str, list[str]]:
    """Return the command line of each process that the Procfile names, for a shell that makes way for it."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip())
    return {name: ["/bin/sh", "-c", f"exec {command.strip()}"] for name, _colon, command in lines}
