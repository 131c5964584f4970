"""Connections to an ATS: public addresses only, each for one call at a time."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from ..conf import conf
from .addresses import is_public, number_of
from .calls import Response
from .names import in_time
from .wire import Wire, head_of, response_of

log = logging.getLogger(__name__)

#: How long the address of a host is used before its name is looked up again.
NAME_IS_GOOD = timedelta(seconds=30)


class PlainConnection(HTTPConnection):
    """HTTP to wherever a name leads; the look-up is part of the time for the connection."""

    def _new_conn(self) -> socket.socket:
        return connected(self, super()._new_conn)


class SecureConnection(PlainConnection, HTTPSConnection):
    """The same over HTTPS."""


def connected(connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    """Return the socket of a connection, its name looked up and all.

    Raises ConnectTimeoutError where that takes longer than the connection may.
    """
    if number_of(connection.host):
        return connect()
    try:
        return in_time(connect, float(connection.timeout))  # type: ignore[arg-type]
    except TimeoutError:
        raise ConnectTimeoutError(connection, "The name was not found in time.") from None


class PlainPool(HTTPConnectionPool):
    """Connections over HTTP."""

    ConnectionCls: type[HTTPConnection] = PlainConnection

    def urlopen(  # type: ignore[override]  # its one caller is `HTTPAdapter.send`
        self, method: str, url: str, *, body: Any, headers: Mapping[str, str], timeout: Timeout, **_: Any
    ) -> Response | BaseHTTPResponse:
        """Make one call; the connection is kept where the other side keeps it too."""
        head = head_of(method, url, headers)
        connection: Any = self._get_conn()
        is_kept = False
        try:
            if connection.sock is None:
                connection.timeout = timeout.connect_timeout
                connection.connect()
            wire = Wire(connection.sock, float(timeout.read_timeout))  # type: ignore[arg-type]
            wire.send(head, body)
            answer = wire.receive()
            is_kept = wire.is_sent and answer.leaves_open
            log.debug("call.answered method=%s path=%s status=%d", method, url.partition("?")[0], answer.status)
        finally:
            if not is_kept:
                connection.close()
            self._put_conn(connection)
        return response_of(answer)


class SecurePool(PlainPool, HTTPSConnectionPool):
    """Connections over HTTPS."""

    ConnectionCls: type[HTTPSConnection] = SecureConnection


class TimedAdapter(HTTPAdapter):
    """Call the one host of a session, through the pools above."""

    pools: ClassVar = {"http": PlainPool, "https": SecurePool}
    _pool: Any = None
    _pool_until = 0.0

    def get_connection_with_tls_context(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the connections to the one host that this adapter is for; its name is looked up again now and then."""
        now = time.monotonic()
        if self._pool is None or now > self._pool_until:
            self._pool = super().get_connection_with_tls_context(request, *args, **kwargs)
            self._pool_until = now + NAME_IS_GOOD.total_seconds()
        return self._pool

    def request_url(self, request: PreparedRequest, _proxies: Any) -> str:
        """Return the path of a call: there never is a proxy."""
        return request.path_url

    def build_response(self, request: PreparedRequest, answer: Any) -> Any:
        """Return an answer that was read already as it is: nobody asks for its cookies or its history."""
        return answer if isinstance(answer, Response) else super().build_response(request, answer)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class PublicPlainConnection(HTTPConnection):
    """HTTP to public addresses."""

    def _new_conn(self) -> socket.socket:
        return public(super()._new_conn())


class PublicSecureConnection(HTTPSConnection):
    """HTTPS to public addresses."""

    def _new_conn(self) -> socket.socket:
        return public(super()._new_conn())


class PublicPlainPool(PlainPool):
    """Connections over HTTP to public addresses."""

    ConnectionCls = PublicPlainConnection


class PublicSecurePool(SecurePool):
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
        """Put the checked address in the place of the name.

        Raises InvalidIPAddress, or gaierror where the look-up takes longer than a connection may.
        """
        look_up = partial(super().build_connection_pool_key_attributes, *args, **kwargs)
        try:
            host, pool = in_time(look_up, conf.connect_timeout.total_seconds())
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "The name was not found in time.") from None
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
