"""The only module that opens a socket to an ATS.

One pooled `requests.Session` per host and thread; no proxy or netrc from the environment, no
redirects, TLS verified, private addresses refused after DNS on the socket that is used
(requests-hardened), the answer read up to a limit and within a total time.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import OrderedDict
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from requests_toolbelt import MultipartEncoder
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NameResolutionError, NewConnectionError

from .. import __version__
from ..conf import conf
from ..errors import AddressRefused, DeliveryError, Unavailable, Uncertain
from ..redaction import DropQueries
from ..resumes import OpenResume
from .base import Request, Response

MAX_ANSWER = 64 * 1024  # bytes; the longest documented answer is far below
SESSIONS_PER_THREAD = 64
USER_AGENT = f"jobbird-ats-integration/{__version__}"

logging.getLogger("urllib3.connectionpool").addFilter(DropQueries())


class Sessions(threading.local):
    """Keep one session per scheme and host for the current thread; the longest unused one goes first."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, requests.Session] = OrderedDict()

    def get(self, url: str) -> requests.Session:
        """Return the session for the host of `url`."""
        place = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        session = self._open.pop(place, None) or new_session(url)
        self._open[place] = session
        if len(self._open) > SESSIONS_PER_THREAD:
            self._open.popitem(last=False)[1].close()
        return session


sessions = Sessions()


def new_session(url: str) -> requests.Session:
    """Make a session that only reaches public addresses, or the private hosts that are allowed."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # customers share a host, never a cookie
    session.headers["User-Agent"] = USER_AGENT
    session.mount("https://", IPFilterAdapter(is_https_proto=True))
    session.mount("http://", IPFilterAdapter(is_https_proto=False))
    if urlsplit(url).hostname in conf.allowed_private_hosts:
        session.mount(url.split(":", 1)[0] + "://", HTTPAdapter())
    return session


def call(base_url: str, request: Request) -> Response:
    """Send one request and read its answer.

    Raises AddressRefused, Unavailable (nothing was sent) or Uncertain (it may have arrived).
    """
    url = base_url.rstrip("/") + request.path
    require_tls(url)
    session = sessions.get(url)
    try:
        return read(session.send(prepare(session, url, request), **options()))
    except requests.RequestException as error:
        raise failure(error) from None


def require_tls(url: str) -> None:
    """Refuse plain http to anything but an allowed private host."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in conf.allowed_private_hosts:
        raise AddressRefused("Only https addresses are called.")


def prepare(session: requests.Session, url: str, request: Request) -> requests.PreparedRequest:
    """Turn our request into one of `requests`; a form is streamed as multipart."""
    form = multipart(request)
    headers = {**request.headers, **({"Content-Type": form.content_type} if form else {})}
    return session.prepare_request(
        requests.Request(
            request.method,
            url,
            params=list(request.params),
            headers=headers,
            auth=request.auth,
            data=form,
            json=request.json,
        )
    )


def multipart(request: Request) -> MultipartEncoder | None:
    """Return the form as a streaming body, or None where the request has no form."""
    if not request.form:
        return None
    return MultipartEncoder([(name, part(value)) for name, value in request.form])


def part(value: str | OpenResume) -> str | tuple[str, object, str]:
    """Return one form value as the encoder wants it."""
    if isinstance(value, OpenResume):
        return (value.filename, value.stream, value.resume.content_type)
    return value


def options() -> dict[str, object]:
    """Return how every call is made."""
    timeout = (conf.connect_timeout.total_seconds(), conf.read_timeout.total_seconds())
    return {"timeout": timeout, "allow_redirects": False, "stream": True, "verify": True}


def read(answer: requests.Response) -> Response:
    """Read an answer up to MAX_ANSWER bytes and the total time; the connection is given back."""
    stop = time.monotonic() + conf.total_timeout.total_seconds()
    body = b""
    with answer:
        for chunk in answer.iter_content(8192):
            body += chunk
            if time.monotonic() > stop:
                raise requests.ReadTimeout("The answer took too long.")
            if len(body) >= MAX_ANSWER:
                break
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status=answer.status_code, headers=headers, body=body[:MAX_ANSWER])


def failure(error: requests.RequestException) -> DeliveryError:
    """Map every exception of `requests` to a failure; what was not surely unsent is uncertain."""
    if isinstance(error, InvalidIPAddress):
        return AddressRefused("The address leads to a private network.")
    for kind, code, words in UNSENT:
        if isinstance(error, kind) or isinstance(reason(error), kind):
            return Unavailable(words, code=code)
    if isinstance(error, requests.Timeout):
        return Uncertain("The ATS did not answer in time.", code="read_timeout")
    return Uncertain("The connection broke before an answer came.", code="connection_lost")


def reason(error: requests.RequestException) -> BaseException | None:
    """Return the exception of urllib3 that `requests` wrapped, or what caused it."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, MaxRetryError):
        return inner.reason
    return inner if isinstance(inner, HTTPError) else error.__cause__


#: What proves that nothing was sent: (exception, code, words).
UNSENT: tuple[tuple[type[BaseException], str, str], ...] = (
    (requests.exceptions.SSLError, "tls_error", "The TLS connection could not be made."),
    (requests.exceptions.ConnectTimeout, "connect_timeout", "The ATS did not accept a connection in time."),
    (ConnectTimeoutError, "connect_timeout", "The ATS did not accept a connection in time."),
    (requests.exceptions.InvalidURL, "invalid_address", "The address of the ATS is not valid."),
    (requests.exceptions.InvalidSchema, "invalid_address", "The address of the ATS is not valid."),
    (requests.exceptions.MissingSchema, "invalid_address", "The address of the ATS is not valid."),
    (requests.exceptions.InvalidHeader, "invalid_request", "The request could not be built."),
    (NameResolutionError, "dns_error", "The name of the ATS could not be resolved."),
    (socket.gaierror, "dns_error", "The name of the ATS could not be resolved."),
    (NewConnectionError, "connection_refused", "No connection to the ATS could be made."),
)
