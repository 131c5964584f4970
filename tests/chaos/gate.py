"""A gate before a server: it lets through, refuses connections, answers 500, or takes its time."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

BLOCK = 64 * 1024
REFUSAL = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Gate:
    """Listen on one port of the loopback interface for the server on another."""

    def __init__(self, port: int, to: int) -> None:
        self.port, self._to = port, to
        self._server: Listener | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def open(self, *, answer: timedelta = timedelta(0), fails: bool = False) -> None:
        """Let calls through, each answer as late as told; or answer all of them with 500."""
        self.close()
        self._server = Listener(self.port, self._to, answer.total_seconds(), fails=fails)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections and drop those that are open."""
        if self._server:
            self._server.stop()
            self._server = None

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Be away for a while."""
        self.close()
        try:
            yield
        finally:
            self.open()

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Answer every call with 500 for a while."""
        self.open(fails=True)
        try:
            yield
        finally:
            self.open()

    @contextmanager
    def slow(self, answer: timedelta) -> Iterator[None]:
        """Let every answer take that long for a while."""
        self.open(answer=answer)
        try:
            yield
        finally:
            self.open()


class Listener(socketserver.ThreadingTCPServer):
    """The listening side: one thread per connection, all of them dropped when it stops."""

    allow_reuse_address = daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, to: int, seconds: float, *, fails: bool) -> None:
        self.to, self.seconds, self.fails = to, seconds, fails
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Passage)

    def stop(self) -> None:
        """Stop listening and drop everybody."""
        self.shutdown()
        self.server_close()
        for connection in list(self.open):
            drop(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: connections that break are what this is for."""


class Passage(socketserver.BaseRequestHandler):
    """One connection through the gate."""

    server: Listener

    def handle(self) -> None:
        """Refuse, or carry bytes both ways until one side has enough."""
        if self.server.fails:
            self.request.recv(BLOCK)
            self.request.sendall(REFUSAL)
            return
        with socket.create_connection(("127.0.0.1", self.server.to)) as inner:
            ends = {self.request, inner}
            self.server.open |= ends
            back = threading.Thread(target=carry, args=(inner, self.request, self.server.seconds), daemon=True)
            back.start()
            carry(self.request, inner, 0)
            back.join()
            self.server.open -= ends


def carry(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """Carry bytes one way, each piece that late; drop both sides at the end."""
    with suppress(OSError):
        while piece := source.recv(BLOCK):
            time.sleep(seconds)
            target.sendall(piece)
    drop(source)
    drop(target)


def drop(connection: socket.socket) -> None:
    """End a connection, whoever waits for it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
