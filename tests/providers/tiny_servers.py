"""Real servers of a few lines, for what no well-behaved one does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behave = Callable[[socket.socket], None]


@contextmanager
def listening(behave: Behave, *, host: str = "127.0.0.1") -> Iterator[int]:
    """Accept connections on a free port and let `behave` have each of them, one after the other."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        thread = threading.Thread(target=accept, args=(server, behave), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def accept(server: socket.socket, behave: Behave) -> None:
    """Serve until the server is shut down."""
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                behave(connection)


def received(connection: socket.socket) -> bytes:
    """Read one request: its head, and as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or abort()
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536) or abort()
    return head + b"\r\n\r\n" + body


def abort() -> bytes:
    """End the serving of a client that left."""
    raise ConnectionAbortedError


def saying(answer: bytes) -> Behave:
    """Return a server that reads one request, says this and closes."""

    def behave(connection: socket.socket) -> None:
        received(connection)
        connection.sendall(answer)

    return behave


def saying_to(answers: dict[bytes, bytes]) -> Behave:
    """Return a server that has one answer for each method, and closes."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(answers[received(connection).split(b" ", 1)[0]])

    return behave


def ok(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a whole answer."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 " + status, length, b"Connection: close", *headers, b"", body))
