"""The listening side of the stand-in: one thread per connection, all of them gone when it stops."""

from __future__ import annotations

import logging
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from typing import Any

from ..faults import where
from .handler import Handler
from .world import World

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for the last threads to end


class Server(ThreadingHTTPServer):
    """Listen, and know all open connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str, port: int, world: World) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.world = world
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without asking the name server for our own name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection and serve it in a thread."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection and forget it."""
        super().shutdown_request(request)
        self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that left; name a fault of ours without any value."""
        error = sys.exc_info()[1]
        if error and not isinstance(error, OSError):
            log.error("sandbox.bug fault=%s", where(error))

    def stop(self) -> None:
        """Stop listening, close every connection, and wait for the threads."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        ends = time.monotonic() + PATIENCE
        while self._open and time.monotonic() < ends:
            time.sleep(0.005)
