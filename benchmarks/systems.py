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
IN_DJANGO = "dramatiq-django"

#: How many deliveries stand as delivered, with their attempt.
OUR_RECORDS = """
    SELECT count(*) FROM ats_integration_delivery d
    WHERE status = 'delivered' AND EXISTS (SELECT 1 FROM ats_integration_attempt a WHERE a.delivery_id = d.id)
"""


@dataclass(frozen=True, kw_only=True)
class System(ABC):
    """One system. Those that deliver a few messages a second get `at_most` so many, `fastest` so many a second."""

    name: str
    worker: tuple[str, ...]
    at_most: int = sys.maxsize
    fastest: float = float("inf")
    folder: Path = ROOT
    #: The query that counts what it recorded; empty where it records nothing.
    records: str = ""

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
        return bool(self.records)


class Peer(System):
    """A job system from PyPI, with the job in benchmarks/peers."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "benchmarks.peers.send", self.name.split("-")[0], *arguments]


class PeerInDjango(Peer):
    """A job system that records in a Django project what it did: it says what Django costs, and is no best peer."""


class NoQueue(System):
    """Threads that post, without any queue."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return []


class Ours(System):
    """This project, doing its full work."""

    def sender(self, *arguments: str) -> Sequence[str]:
        return inside("send", *arguments)


def inside(program: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our programs inside the measured project."""
    return [sys.executable, str(ROOT / "benchmarks" / "inside" / f"{program}.py"), *arguments]


def script(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a peer's own program."""
    return (str(BIN / name), *arguments)


def ours(options: Options) -> Ours:
    """Return this project, started as its README says."""
    command = (sys.executable, "manage.py", "rqworker", "happy", "retry")
    return Ours(name=OURS, worker=command, folder=options.project, records=OUR_RECORDS)


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
        Peer(name="dramatiq", worker=dramatiq("on_dramatiq", threads)),
        Peer(
            name="huey",
            worker=script("huey_consumer", "benchmarks.peers.on_huey.huey", "-w", threads, "-k", "thread", "-q"),
        ),
        Peer(name="celery", worker=script("celery", *celery, *calm)),
        Peer(name="rq-simple", worker=(*rq, "--worker-class", "rq.SimpleWorker"), at_most=200, fastest=15),
        Peer(name="rq-fork", worker=rq, at_most=30, fastest=2),
    ]


def in_django(options: Options) -> PeerInDjango:
    """Return the fastest peer as a Django project would use it: with a row for each message that was handed in."""
    worker = dramatiq("on_dramatiq_django", str(options.in_flight))
    return PeerInDjango(name=IN_DJANGO, worker=worker, records="SELECT count(*) FROM receipts_receipt")


def dramatiq(module: str, threads: str) -> tuple[str, ...]:
    """Return the command line of dramatiq with the job of one module."""
    return script("dramatiq", f"benchmarks.peers.{module}", "-p", "1", "-t", threads)


def environment_of_peer(redis_url: str, ats_url: str, base: Mapping[str, str]) -> dict[str, str]:
    """Return what a peer finds in its environment."""
    return {**base, "REDIS_URL": redis_url, "RQ_REDIS_URL": redis_url, "ATS_URL": ats_url, "PYTHONPATH": str(ROOT)}
