"""Real processes of the operating system, each in a group of its own, each with a log; none outlives the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from .problems import ProcessDied

LINES_SHOWN = 20
#: A worker finishes its calls in flight before it leaves.
PATIENCE = timedelta(seconds=15)


class Process:
    """One process that can be started, stopped, killed and started again."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self._command, self._env = command, env
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it prints goes to the end of its log."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(  # noqa: S603 - our own commands
                self._command, env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    @property
    def pid(self) -> int | None:
        """Its number, or None while it is not started."""
        return self._running.pid if self._running else None

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self._running is not None and self._running.poll() is None

    def wait(self) -> int:
        """Wait for its end; return its status."""
        return self._running.wait() if self._running else 0

    def ask_to_stop(self) -> None:
        """Let it finish what it does and leave."""
        if self._running and self.is_alive:
            self._running.terminate()

    def stop(self, patience: timedelta = PATIENCE) -> None:
        """Ask it to stop and wait; kill it where it does not."""
        self.ask_to_stop()
        self.wait_or_kill(patience)

    def wait_or_kill(self, patience: timedelta = PATIENCE) -> None:
        """Wait for its end; kill it where that takes too long."""
        if self._running:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(patience.total_seconds())
        self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a crash would (kill -9)."""
        if self._running:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    def check(self) -> None:
        """Raise ProcessDied where it was started and has ended by itself."""
        if self._running and not self.is_alive:
            status = self._running.returncode
            raise ProcessDied(f"{self.name} ended with status {status}. The end of {self.log}:\n{tail(self.log)}")


class Processes:
    """All processes of one run. Leaving the context stops them all."""

    def __init__(self, env: Mapping[str, str], logs: Path) -> None:
        self._env, self._logs = env, logs
        self._all: dict[str, Process] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        for process in self._all.values():
            process.ask_to_stop()
        for process in self._all.values():
            process.wait_or_kill()

    def __getitem__(self, name: str) -> Process:
        return self._all[name]

    def start(self, name: str, command: Sequence[str]) -> Process:
        """Start a process and keep it."""
        process = self._all[name] = Process(name, command, env=self._env, log=self._logs / f"{name}.log")
        process.start()
        return process

    def check(self) -> None:
        """Raise ProcessDied where one has ended by itself."""
        for process in self._all.values():
            process.check()

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a command to its end.

        Raises ProcessDied where it fails.
        """
        process = self.start(name, command)
        if process.wait():
            process.check()
        del self._all[name]


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LINES_SHOWN:])


def python(*arguments: str) -> list[str]:
    """Return a command line for this very Python."""
    return [sys.executable, *arguments]
