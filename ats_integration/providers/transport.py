"""The only module that calls an ATS.

One pooled `requests.Session` per host and thread; no proxy or netrc from the environment, no
redirects, TLS verified, private addresses refused after DNS on the socket that is used
(requests-hardened), the answer read up to a limit and within a total time.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.structures import CaseInsensitiveDict
from urllib3.util import Timeout

from .. import __version__
from ..conf import conf
from ..errors import AddressRefused, Unavailable
from ..redaction import DropQueries
from .bodies import Body, body_of
from .calls import Request, Response
from .incoming import unpacked
from .mishaps import MISHAPS, NOT_VALID, failure
from .sockets import PublicAdapter, TimedAdapter
from .wire import clock

SESSIONS_PER_THREAD = 16
IDLE = timedelta(seconds=4)  # web servers keep a silent connection for 5 s or more (Node's default is 5)
USER_AGENT = f"jobbird-ats-integration/{__version__}"

for place in ("connectionpool", "connection", "util.retry", "poolmanager"):
    logging.getLogger(f"urllib3.{place}").addFilter(DropQueries())


class Session(requests.Session):
    """The connections to one host, with the headers of every call.

    Its own `send` is not used: so it keeps no cookies (customers share hosts), takes nothing from the
    environment, and a redirect is an answer like another one.
    """

    def __init__(self, scheme: str, *, private: bool) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = USER_AGENT
        del self.headers["Connection"]  # HTTP/1.1 keeps connections by itself
        #: The same, in a form that is cheap to read for every call.
        self.common: dict[str, str] = dict(self.headers)  # type: ignore[arg-type]
        self.adapters.clear()  # there are hundreds of sessions, and each adapter holds a pool
        self.mount(f"{scheme}://", TimedAdapter() if private else PublicAdapter(is_https=scheme == "https"))


class Sessions(threading.local):
    """Keep one session per scheme and host for the current thread; the longest unused one goes first.

    Those that were silent for IDLE are closed: the other side may be closing them just now, and what
    is sent into a closing connection leaves nobody certain.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, bool], tuple[float, Session]] = OrderedDict()

    def get(self, parts: SplitResult) -> Session:
        """Return the session for the host of an address."""
        now = time.monotonic()
        self.close_silent(now - IDLE.total_seconds())
        place = (parts.scheme, parts.netloc, is_private(parts))
        _used, session = self._open.pop(place, (now, None))
        session = session or Session(parts.scheme, private=is_private(parts))
        self._open[place] = (now, session)
        if len(self._open) > SESSIONS_PER_THREAD:
            self._open.popitem(last=False)[1][1].close()
        return session

    def close_silent(self, since: float) -> None:
        """Close all that were not used since that moment: a process may have only so many connections open."""
        while self._open and next(iter(self._open.values()))[0] < since:
            self._open.popitem(last=False)[1][1].close()

    def close(self) -> None:
        """Close all connections of the current thread."""
        while self._open:
            self._open.popitem()[1][1].close()


sessions = Sessions()

#: An address that needs no escaping any more.
PLAIN = r"(?:[A-Za-z0-9_.~:@!$&'()*+,;=/-]|%[0-9A-F]{2})*"
PLAIN_URL = re.compile(rf"https?://[a-z0-9.:-]+/{PLAIN}(?:\?{PLAIN})?")
#: Where `urllib` and `urllib3` do not agree on what of an address is the host.
AMBIGUOUS = re.compile(r"[\\@\s\x00-\x1f\x7f]")


def call(base_url: str, request: Request) -> Response:
    """Send one request and read its answer, whatever its status.

    Raises AddressRefused, Unavailable (it cannot have arrived), Uncertain (it may have) or OurFault.
    """
    body: Body | None = None
    try:
        parts = target(base_url, request)
        body = body_of(request)
        clock.start(conf.total_timeout)
        return send(sessions.get(parts), parts, request, body)
    except MISHAPS as error:
        failed = failure(error, is_out=body is not None and body.is_out)
    raise failed  # outside of `except`: the exception of `requests` knows address and key, and must not go along


def target(base_url: str, request: Request) -> SplitResult:
    """Return the full address as it is sent, or refuse one that is not https and not an allowed private host."""
    parts = split(base_url.rstrip("/") + request.path)
    parts = split(escaped(parts._replace(query=query_of(parts, request)).geturl()))
    if parts.scheme != "https" and not is_private(parts):
        raise AddressRefused("Only https addresses are called.")
    return parts


def split(url: str) -> SplitResult:
    """Return the parts of an address, or refuse one whose host cannot be."""
    try:
        parts = urlsplit(url)
        host = host_of(parts.netloc)
    except ValueError:
        host = ""
    if not host:
        raise Unavailable(NOT_VALID, code="invalid_address")
    return parts


def escaped(url: str) -> str:
    """Return an address with everything escaped that needs it."""
    if PLAIN_URL.fullmatch(url):
        return url
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return str(prepared.url)


def is_private(parts: SplitResult) -> bool:
    """Tell whether the host may have a private address or be spoken to without TLS."""
    return host_of(parts.netloc) in conf.allowed_private_hosts


@lru_cache(maxsize=1024)
def host_of(netloc: str) -> str:
    """Return the name of the host in an address; none where there can be no such host, or two may be read."""
    try:
        parts = urlsplit(f"//{netloc}")
        is_host = bool((parts.hostname or "").encode("idna")) and parts.port != 0 and not AMBIGUOUS.search(netloc)
    except ValueError:
        is_host = False
    return str(parts.hostname) if is_host else ""


@lru_cache(maxsize=4)
def patience(connect: timedelta, read: timedelta) -> Timeout:
    """Return how long a call waits for a connection, and for each read."""
    return Timeout(connect=connect.total_seconds(), read=read.total_seconds())


def send(session: Session, parts: SplitResult, request: Request, body: Body | None) -> Response:
    """Send the request and return its answer."""
    prepared = prepare(session, parts, request, body)
    timeout = patience(conf.connect_timeout, conf.read_timeout)
    adapter: Any = session.get_adapter(str(prepared.url))
    answer: Response | requests.Response = adapter.send(prepared, timeout=timeout, stream=True, verify=True)
    return answer if isinstance(answer, Response) else unpacked(answer.raw)


def query_of(parts: SplitResult, request: Request) -> str:
    """Return the query of an address with the parameters of a call."""
    return "&".join(filter(None, (parts.query, urlencode(request.params))))


def prepare(session: Session, parts: SplitResult, request: Request, body: Body | None) -> requests.PreparedRequest:
    """Put a request together by hand: a session would look for cookies, hooks and proxies that we never have."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = parts.geturl()
    prepared.body = body  # type: ignore[assignment]  # `requests` reads it like a file
    given = {"Host": parts.netloc, **session.common, **request.headers}
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(given)
    headers.update(headers_of(body) if body or request.method != "GET" else {})
    prepared.headers = headers
    return HTTPBasicAuth(*request.auth)(prepared) if request.auth else prepared


def headers_of(body: Body | None) -> dict[str, str]:
    """Return what the head says of a body."""
    return {"Content-Type": body.content_type, "Content-Length": str(body.len)} if body else {"Content-Length": "0"}
