"""Find free ports and wait until something answers on one."""

from __future__ import annotations

import atexit
import secrets
import socket
import sys
import time
from datetime import timedelta

#: Systems give ports above these to outgoing connections, which might take one before we listen on it.
OURS = range(12_000, 32_000)


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now.

    Raises OSError where none of a thousand is free.
    """
    for _ in range(1000):
        if is_free(port := secrets.choice(OURS)):
            return port
    raise OSError(f"No port from {OURS.start} to {OURS.stop} is free.")


def kept_port() -> int:
    """Return a free port for a server that starts later; who else asks for one gets another until this process ends.

    On Linux, where a port that is only held can be listened on by servers that ask for SO_REUSEADDR, as all do.
    """
    port = free_port()
    if sys.platform == "linux":
        keeper = socket.socket()
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", port))
        atexit.register(keeper.close)
    return port


def is_open(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int, *, patience: timedelta = timedelta(seconds=30)) -> None:
    """Return once somebody listens on a port.

    Raises TimeoutError where nobody does.
    """
    stop = time.monotonic() + patience.total_seconds()
    while not is_open(port):
        if time.monotonic() > stop:
            raise TimeoutError(f"Nothing answers on port {port}.")
        time.sleep(0.05)


def is_free(port: int) -> bool:
    """Tell whether we could listen on a port of the loopback interface."""
    if is_open(port):
        return False
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
