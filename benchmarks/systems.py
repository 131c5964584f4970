"""The systems that are measured: how each is started, how messages reach it, what it finds in its environment."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .options import ROOT, Options

BIN = Path(sys.executable).parent
OURS = "ours"
CEILING = "no queue"


@dataclass(frozen=True, kw_only=True)
class System(ABC):
    """One system. Those that deliver a few messages a second get `at_most` so many, `fastest` so many a second."""

    name: str
    worker: tuple[str, ...]
    at_most: int = sys.maxsize
    fastest: float = float("inf")
    folder: Path = ROOT

    def count(self, n: int) -> int:
        """Return how many of `n` messages it is given."""
        return min(n, self.at_most)

    @property
    def is_slow(self) -> bool:
        """Tell whether it is left out where only many messages say something."""
        return self.at_most < sys.maxsize

    @abstractmethod
    def sender(self, *arguments: str) -> Sequence[str]:
        """Return the command that puts messages on its queue, or nothing where it has none."""

    @property
    def needs_database(self) -> bool:
        """Tell whether it records what it does."""
        return False


class Peer(System):
    """A job system from PyPI, with the job in benchmarks/peers."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "benchmarks.peers.send", self.name.split("-")[0], *arguments]


class NoQueue(System):
    """Threads that post, without any queue."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return []


class Ours(System):
    """This project, doing its full work."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return inside("send", *arguments)

    @property
    def needs_database(self) -> bool:
        return True


def inside(program: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our programs inside the measured project."""
    return [sys.executable, str(ROOT / "benchmarks" / "inside" / f"{program}.py"), *arguments]


def script(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a peer's own program."""
    return (str(BIN / name), *arguments)


def ours(options: Options) -> Ours:
    """Return this project, started as its README says."""
    command = (sys.executable, "manage.py", "rqworker", "happy", "retry")
    return Ours(name=OURS, worker=command, folder=options.project)


def ceiling(options: Options) -> NoQueue:
    """Return the most that `requests` can do on one core."""
    command = (sys.executable, "-m", "benchmarks.peers.no_queue", str(options.n), str(options.in_flight))
    return NoQueue(name=CEILING, worker=command)


def peers(options: Options) -> list[Peer]:
    """Return the job systems from PyPI, on threads where they can."""
    threads = str(options.in_flight)
    celery = ("-A", "benchmarks.peers.on_celery", "worker", "-P", "threads", "-c", threads, "-l", "ERROR")
    calm = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    rq = script("rq", "worker", "happy", "--quiet")
    return [
        Peer(name="dramatiq", worker=script("dramatiq", "benchmarks.peers.on_dramatiq", "-p", "1", "-t", threads)),
        Peer(
            name="huey",
            worker=script("huey_consumer", "benchmarks.peers.on_huey.huey", "-w", threads, "-k", "thread", "-q"),
        ),
        Peer(name="celery", worker=script("celery", *celery, *calm)),
        Peer(name="rq-simple", worker=(*rq, "--worker-class", "rq.SimpleWorker"), at_most=200, fastest=15),
        Peer(name="rq-fork", worker=rq, at_most=30, fastest=2),
    ]


def environment_of_peer(redis_url: str, ats_url: str, base: Mapping[str, str]) -> dict[str, str]:
    """Return what a peer finds in its environment."""
    return {**base, "REDIS_URL": redis_url, "RQ_REDIS_URL": redis_url, "ATS_URL": ats_url, "PYTHONPATH": str(ROOT)}
