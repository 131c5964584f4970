"""The only module that calls an ATS.

One pooled `requests.Session` per host and thread; no proxy or netrc from the environment, no
redirects, TLS verified, private addresses refused after DNS on the socket that is used
(requests-hardened), the answer read up to a limit and within a total time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import SplitResult, urlsplit

import requests

from .. import __version__
from ..conf import conf
from ..errors import AddressRefused, Unavailable
from ..redaction import DropQueries
from .bodies import Body, body_of
from .calls import Request, Response
from .mishaps import MISHAPS, NOT_VALID, failure
from .sockets import PublicAdapter, TimedAdapter, clock

MAX_ANSWER = 512 * 1024  # bytes; the longest documented answer, a job with its description, is far below
SESSIONS_PER_THREAD = 64
IDLE = timedelta(seconds=4)  # web servers keep a silent connection for 5 s or more (Node's default is 5)
USER_AGENT = f"jobbird-ats-integration/{__version__}"

for place in ("connectionpool", "connection", "util.retry", "poolmanager"):
    logging.getLogger(f"urllib3.{place}").addFilter(DropQueries())


class Session(requests.Session):
    """A session without memory of cookies, that takes nothing from the environment and follows nothing."""

    def __init__(self, *, private: bool) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # customers share a host, never a cookie
        self.headers["User-Agent"] = USER_AGENT
        for scheme in ("http", "https"):
            self.mount(f"{scheme}://", TimedAdapter() if private else PublicAdapter(is_https=scheme == "https"))

    def get_redirect_target(self, _resp: requests.Response) -> None:
        """Find none: a redirect is an answer like another one, and its body is not read beyond the limit."""
        return


class Sessions(threading.local):
    """Keep one session per scheme and host for the current thread; the longest unused one goes first.

    One that was silent for IDLE is opened anew: the other side may be closing it just now, and what
    is sent into a closing connection leaves nobody certain.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, bool], tuple[float, Session]] = OrderedDict()

    def get(self, parts: SplitResult) -> Session:
        """Return the session for the host of an address."""
        place = (parts.scheme, parts.netloc, is_private(parts))
        used, session = self._open.pop(place, (0.0, None))
        now = time.monotonic()
        if session and now - used > IDLE.total_seconds():
            session.close()
            session = None
        session = session or Session(private=is_private(parts))
        self._open[place] = (now, session)
        if len(self._open) > SESSIONS_PER_THREAD:
            self._open.popitem(last=False)[1][1].close()
        return session

    def close(self) -> None:
        """Close all connections of the current thread."""
        while self._open:
            self._open.popitem()[1][1].close()


sessions = Sessions()


def call(base_url: str, request: Request) -> Response:
    """Send one request and read its answer, whatever its status.

    Raises AddressRefused, Unavailable (it cannot have arrived), Uncertain (it may have) or OurFault.
    """
    body: Body | None = None
    try:
        parts = target(base_url, request)
        body = body_of(request)
        clock.start(conf.total_timeout)
        return read(send(sessions.get(parts), parts, request, body))
    except MISHAPS as error:
        failed = failure(error, is_out=body is not None and body.is_out)
    raise failed  # outside of `except`: the exception of `requests` knows address and key, and must not go along


def target(base_url: str, request: Request) -> SplitResult:
    """Return the full address, or refuse one that is not https and not an allowed private host."""
    try:
        parts = urlsplit(base_url.rstrip("/") + request.path)
        known = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise Unavailable(NOT_VALID, code="invalid_address")
    if parts.scheme != "https" and not is_private(parts):
        raise AddressRefused("Only https addresses are called.")
    return parts


def is_private(parts: SplitResult) -> bool:
    """Tell whether the host may have a private address or be spoken to without TLS."""
    return parts.hostname in conf.allowed_private_hosts


def send(session: Session, parts: SplitResult, request: Request, body: Body | None) -> requests.Response:
    """Send the request and return its answer as soon as the headers are there."""
    prepared = session.prepare_request(
        requests.Request(
            request.method,
            parts.geturl(),
            params=list(request.params),
            headers={**request.headers, **({"Content-Type": body.content_type} if body else {})},
            auth=request.auth,
            data=body,
        )
    )
    timeout = (conf.connect_timeout.total_seconds(), conf.read_timeout.total_seconds())
    return session.send(prepared, timeout=timeout, allow_redirects=False, stream=True, verify=True)


def read(answer: requests.Response) -> Response:
    """Read an answer up to MAX_ANSWER bytes; where it breaks off, its status still counts."""
    body = bytearray()
    with answer, suppress(*MISHAPS):
        for chunk in answer.iter_content(8192):
            body += chunk
            if len(body) >= MAX_ANSWER:
                break
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status=answer.status_code, headers=headers, body=bytes(body[:MAX_ANSWER]))
