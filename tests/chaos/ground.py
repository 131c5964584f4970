"""Everything that runs while things break: services, our processes, the stand-in; and the levers to break them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from jobbird.demo import environment, services
from jobbird.demo.ats import StandIn
from jobbird.demo.crowd import Opening
from jobbird.demo.environment import BUCKET, PROJECT, Plan
from jobbird.demo.ports import free_port, is_open
from jobbird.demo.problems import ProcessDied, TookTooLong
from jobbird.demo.processes import Processes
from jobbird.demo.stage import answers, manage, procfile

from . import clock
from .gate import Gate
from .paces import Pace
from .servers import Postgres, Valkey

SERVICES = ("web", "worker", "scheduler")
START = 90  # seconds that a process may take to start on a busy machine


@dataclass(kw_only=True)
class Ground:
    """What runs, and how to hurt it."""

    plan: Plan
    pace: Pace
    env: dict[str, str]
    processes: Processes
    valkey: Valkey
    postgres: Postgres
    s3: Gate
    ats: StandIn
    openings: list[Opening] = field(default_factory=list)
    #: Deliveries that were in the hands of a worker when it was killed.
    in_flight: set[UUID] = field(default_factory=set)
    #: Deliveries that were erased while they waited.
    erased: set[UUID] = field(default_factory=set)
    #: What our processes did that they must not do.
    complaints: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Path:
        """The file that our processes' clocks follow."""
        return self.plan.folder / "clock"

    @property
    def media(self) -> Path:
        """Where the CVs are stored."""
        return self.plan.folder / "media"

    def start_missing(self) -> None:
        """Start those of our processes that do not run."""
        for name in SERVICES:
            if not self.processes[name].is_alive:
                self.processes[name].start()
        self.wait("the site", lambda: answers(f"{self.plan.site}/healthz"))

    def supervise(self) -> None:
        """Start those again that ended by themselves, as a supervisor would, and complain of it."""
        for name in SERVICES:
            try:
                self.processes[name].check()
            except ProcessDied as error:
                self.complaints.append(str(error).partition(" The end")[0])
                self.processes[name].start()

    def wait(self, what: str, is_so: Callable[[], bool], *, patience: float = START, supervised: bool = True) -> None:
        """Return once something is so.

        Raises TookTooLong where it never is.
        """
        ends = time.monotonic() + patience
        while not is_so():
            if time.monotonic() > ends:
                raise TookTooLong(f"waited {patience:.0f} s in vain for {what}")
            if supervised:
                self.supervise()
            time.sleep(0.05)

    @contextmanager
    def disk_away(self) -> Iterator[None]:
        """Take the disk with the CVs away: nothing can be read there, and nothing written."""
        away = self.media.with_name("media-away")
        self.media.mkdir(exist_ok=True)
        self.media.rename(away)
        self.media.touch()
        try:
            yield
        finally:
            self.media.unlink()
            away.rename(self.media)

    def forget_files(self) -> None:
        """Throw away what earlier faults stored."""
        shutil.rmtree(self.media, ignore_errors=True)


@contextmanager
def put_up(pace: Pace) -> Iterator[Ground]:
    """Start everything on this machine; stop it all at the end, whatever happens."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="jobbird-chaos-")))
        plan = Plan(folder=folder / "run")
        plan.make_folders()
        postgres = Postgres(folder / "data")
        env = environment_of(plan, pace, stack.enter_context(postgres.running()))
        valkey = Valkey(plan.valkey, plan.folder / "valkey", plan.logs / "valkey.log")
        stack.callback(valkey.kill)
        inner_s3 = free_port()
        stack.enter_context(services.s3(plan.folder / "s3", BUCKET, port=inner_s3))
        gate = stack.enter_context(Gate(plan.s3, inner_s3))
        environment.enter({name: value for name, value in env.items() if name != clock.VARIABLE})
        processes = stack.enter_context(Processes(env, plan.logs))
        ats = StandIn(plan.ats_url)
        ground = Ground(
            plan=plan, pace=pace, env=env, processes=processes, valkey=valkey, postgres=postgres, s3=gate, ats=ats
        )
        start(ground)
        yield ground


def environment_of(plan: Plan, pace: Pace, database_url: str) -> dict[str, str]:
    """Return what the processes find in their environment: as in the demo, with the settings of this pace."""
    return {
        **environment.of(plan, database_url),
        "DJANGO_SETTINGS_MODULE": pace.settings,
        "PYTHONPATH": str(PROJECT),
        clock.VARIABLE: str(plan.folder / "clock"),
    }


def start(ground: Ground) -> None:
    """Make the tables and the companies, and start our processes as the Procfile says."""
    from . import people

    ground.valkey.start()
    ground.processes.run("release", procfile()["release"])
    ground.processes.start("ats", manage("ats_sandbox", "--port", str(ground.plan.ats)))
    ground.wait("the ATS stand-in", lambda: is_open(ground.plan.ats), supervised=False)
    ground.openings = people.settle_in(ground.plan.ats_url)
    for name in SERVICES:
        ground.processes.start(name, procfile()[name])
    ground.wait("the site", lambda: answers(f"{ground.plan.site}/healthz"))


def keep_logs(ground: Ground, to: Path) -> None:
    """Copy the logs out of the folder that goes."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(ground.plan.logs, to)
