"""Processes of their own within milliseconds: children of a server process in which Django is ready.

Each is a real process with its own connections, which can be killed like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import Any

context = multiprocessing.get_context("forkserver")
PATIENCE = 30  # seconds


def open_forge(environment: Mapping[str, str]) -> None:
    """Start the server process in this environment; it serves as long as this process lives."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        context.set_forkserver_preload(["tests.chaos.ready"])
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)


def start(work: Callable[..., None], *args: Any) -> ForkServerProcess:
    """Start a process that does this work; it must be a function of a module."""
    process = context.Process(target=work, args=args, daemon=True)
    process.start()
    return process


def died(work: Callable[..., None], *args: Any) -> bool:
    """Let a process do its work; tell whether it was killed on the way."""
    process = start(work, *args)
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        raise TimeoutError("The process neither died nor ended.")
    return process.exitcode == -signal.SIGKILL
