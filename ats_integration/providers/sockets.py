"""Connections to an ATS: public addresses only, and no answer may drip longer than the clock runs.

`requests` bounds each single read of a socket, so one byte every few seconds would hold a worker
for hours. Here every read gets only what is left of the whole call's time.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .addresses import is_public

if TYPE_CHECKING:
    from typing_extensions import Buffer


#: How long the address of a host is used before its name is looked up again.
NAME_IS_GOOD = timedelta(seconds=30)


class Clock(threading.local):
    """The end of the call that the current thread is making."""

    def __init__(self) -> None:
        self._ends = math.inf

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


class TimedReads(io.RawIOBase):
    """Read from a socket no longer than the clock runs."""

    def __init__(self, sock: socket.socket, source: io.RawIOBase) -> None:
        self._sock = sock
        self._source = source
        self._usual = sock.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        if (left := clock.left()) < self._usual:  # setting a time-out is a system call of its own
            self._sock.settimeout(left)
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and body share one clock."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(TimedReads(sock, self.fp.detach()))


class JoinedWrites(HTTPConnection):
    """Send the head of a request together with what its body begins with: one packet, not two."""

    response_class = TimedResponse
    _held: bytes | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Connect before anything is read of the body, then send all of the request."""
        if self.sock is None:
            self.connect()
        self._held = b""
        super().request(*args, **kwargs)
        if self._held:
            self.send(b"")

    def send(self, data: Any) -> None:
        """Send, but hold the head back until there is more to send with it."""
        held, self._held = self._held, None
        if held == b"":
            self._held = data
        else:
            super().send(held + data if held else data)


class PlainConnection(JoinedWrites):
    """HTTP with timed answers."""


class SecureConnection(JoinedWrites, HTTPSConnection):
    """HTTPS with timed answers."""


class PlainPool(HTTPConnectionPool):
    """Connections over HTTP."""

    ConnectionCls = PlainConnection


class SecurePool(HTTPSConnectionPool):
    """Connections over HTTPS."""

    ConnectionCls = SecureConnection


class TimedAdapter(HTTPAdapter):
    """Use the timed connections."""

    pools: ClassVar = {"http": PlainPool, "https": SecurePool}
    _pool: Any = None
    _pool_until = 0.0
    _host = ""

    def get_connection_with_tls_context(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the connections to the one host that this adapter is for; its name is looked up again now and then.

        Where an address stands in the place of the name, each request still says the name.
        """
        now = time.monotonic()
        if self._pool is None or now > self._pool_until:
            self._pool = super().get_connection_with_tls_context(request, *args, **kwargs)
            self._pool_until = now + NAME_IS_GOOD.total_seconds()
            self._host = request.headers.get("Host", "")
        elif self._host:
            request.headers["Host"] = self._host
        return self._pool

    def request_url(self, request: PreparedRequest, _proxies: Any) -> str:
        """Return the path of a call: there never is a proxy."""
        return request.path_url

    def build_response(self, _request: PreparedRequest, answer: Any) -> Any:
        """Return an answer as urllib3 gives it: nobody reads its cookies or its history."""
        return answer

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class PublicPlainConnection(PlainConnection):
    """HTTP to public addresses."""

    def _new_conn(self) -> socket.socket:
        return public(super()._new_conn())


class PublicSecureConnection(SecureConnection):
    """HTTPS to public addresses."""

    def _new_conn(self) -> socket.socket:
        return public(super()._new_conn())


class PublicPlainPool(HTTPConnectionPool):
    """Connections over HTTP to public addresses."""

    ConnectionCls = PublicPlainConnection


class PublicSecurePool(HTTPSConnectionPool):
    """Connections over HTTPS to public addresses."""

    ConnectionCls = PublicSecureConnection


class PublicAdapter(TimedAdapter, IPFilterAdapter):  # type: ignore[misc]  # requests-hardened has no types
    """Reach public addresses only: the name is looked up once, and what was checked is what is called.

    The socket is looked at once more before anything is sent.
    """

    pools: ClassVar = {"http": PublicPlainPool, "https": PublicSecurePool}

    def __init__(self, *, is_https: bool) -> None:
        IPFilterAdapter.__init__(self, is_https_proto=is_https)

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Put the checked address in the place of the name, or raise InvalidIPAddress."""
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if not is_public(host["host"]):
            raise InvalidIPAddress(host["host"])
        return host, pool


def public(connected: socket.socket) -> socket.socket:
    """Return a socket whose other end is public; any other one is closed.

    Raises InvalidIPAddress.
    """
    other_end = connected.getpeername()[0]
    if not is_public(other_end):
        connected.close()
        raise InvalidIPAddress(other_end)
    return connected
