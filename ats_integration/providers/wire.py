"""One request and its answer on an open connection, both within the time of the call.

`requests` bounds each single read of a socket, so one byte every few seconds would hold a worker for
hours. Here every read and write gets only what is left of the whole call's time. The head leaves
together with what its body begins with, as one packet; answers are parsed by llhttp (httptools).
"""

from __future__ import annotations

import math
import re
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http.client import RemoteDisconnected
from io import BytesIO

from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from .bodies import Body
from .calls import Response
from .incoming import MAX_ANSWER, Incoming

CHUNK = 64 * 1024  # bytes

#: What would end a line of the head too early, or an address.
UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Clock(threading.local):
    """The end of the call that the current thread is making, and when the last one left.

    `left_at` is in monotonic seconds, before all time as long as none left.
    """

    def __init__(self) -> None:
        self._ends = math.inf
        self.left_at = -math.inf

    def start(self, total: timedelta) -> None:
        """Give the next call this much time."""
        self._ends = time.monotonic() + total.total_seconds()

    def left(self) -> float:
        """Return the seconds that are left.

        Raises TimeoutError where there are none.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("The call took too long.")
        return left


clock = Clock()


class Wire:
    """An open connection while one call is made over it; a single read or write lasts `patience` seconds at most."""

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self._sock = sock
        self._patience = patience
        self.is_sent = False
        if sock.gettimeout() != patience:  # setting a time-out is a system call of its own
            sock.settimeout(patience)

    def send(self, head: bytes, body: Body | None) -> None:
        """Send a request. Where the other side listens no more, its answer may say why."""
        chunk = body.read() if body else b""
        with suppress(BrokenPipeError):
            self._write(head + chunk)
            clock.left_at = time.monotonic()
            while body and chunk and (chunk := body.read()):
                self._write(chunk)
            self.is_sent = True

    def receive(self) -> Incoming:
        """Read an answer; where it breaks off after its head, what came is kept.

        Raises ProtocolError or OSError where there is no head.
        """
        answer = Incoming()
        try:
            while not answer.is_enough:
                self._in_time()
                data = self._sock.recv(CHUNK)
                if not data:
                    raise RemoteDisconnected("The connection was closed.")
                answer.feed(data)
        except (OSError, ProtocolError):
            if not answer.has_head:
                raise
        finally:
            answer.end()
        return answer

    def _write(self, data: bytes) -> None:
        self._in_time()
        self._sock.sendall(data)

    def _in_time(self) -> None:
        if (left := clock.left()) < self._patience:
            self._sock.settimeout(left)


def head_of(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """Return the head of a request.

    Raises ValueError where a name, a value or the address would end its line too early.
    """
    names, values = zip(*headers.items(), strict=True)
    if UNSENDABLE.search(target + "".join(values)) or " " in target or not all(map(NAME.fullmatch, names)):
        raise ValueError("A header or the address holds a character that cannot be sent.")
    lines = "".join([f"{name}: {value}\r\n" for name, value in zip(names, values, strict=True)])
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def response_of(answer: Incoming) -> Response | HTTPResponse:
    """Return an answer; a compressed one as urllib3 reads it."""
    if "content-encoding" not in answer.headers:
        return Response(status=answer.status, headers=answer.headers, body=bytes(answer.body[:MAX_ANSWER]))
    return HTTPResponse(
        BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False, decode_content=True
    )
