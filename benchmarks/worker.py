"""A running worker of one system, pinned to its core and measured."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from . import cores, gauge
from .stage import Place
from .systems import System

GRACE = 5  # seconds between the request to leave and the end


class WorkerDied(RuntimeError):
    """A worker ended by itself."""


class TooSlow(RuntimeError):
    """What should have arrived did not in the time that was given."""


@dataclass(frozen=True)
class Worker:
    """A process that runs, with all below it."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    @property
    def cpu(self) -> float:
        """CPU time so far, in seconds."""
        return gauge.cpu(self.pid)

    @property
    def pss(self) -> int:
        """Memory now, in bytes."""
        return gauge.pss(self.pid)

    def check(self) -> None:
        """Raise WorkerDied where it has ended by itself."""
        if self.process.poll() is not None:
            raise WorkerDied(f"The worker ended with status {self.process.returncode}.")

    def wait_for(self, done: Callable[[], bool], patience: float, *, step: float = 0.1) -> None:
        """Return once something is true; patience and step in seconds.

        Raises WorkerDied or TooSlow where it never is.
        """
        stop = time.monotonic() + patience
        while not done():
            self.check()
            if time.monotonic() > stop:
                raise TooSlow(f"Not done after {patience:.0f} s.")
            time.sleep(step)

    def kill(self) -> None:
        """End it at once with all its children, as a crash would (kill -9)."""
        for process in gauge.family(self.pid):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to leave; kill it where it does not."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        self.kill()


@contextmanager
def running(system: System, place: Place, on: frozenset[int] = cores.WORKER_CORES) -> Iterator[Worker]:
    """Run a worker, on the worker's core unless others are named; it is ended in the end."""
    worker = start(system, place, on)
    try:
        yield worker
    finally:
        worker.stop()


def start(system: System, place: Place, on: frozenset[int] = cores.WORKER_CORES) -> Worker:
    """Start a worker; what it prints goes nowhere, unless BENCH_VERBOSE is set."""
    output = None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL
    process = subprocess.Popen(
        system.worker,
        env=place.env,
        cwd=system.folder,
        stdout=output,
        stderr=output,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    cores.pin(process.pid, on)
    return Worker(process)
