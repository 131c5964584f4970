"""What went wrong on the way to an ATS: each exception of `requests` has exactly one failure.

What counts is whether the application may have arrived: only then it is uncertain.
"""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException

from requests import exceptions
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.util.ssl_match_hostname import CertificateError

from ..errors import AddressRefused, DeliveryError, OurFault, Unavailable, Uncertain

#: What a call may raise. `requests` lets some exceptions of urllib3 and of sockets through.
MISHAPS = (OSError, HTTPError, HTTPException, ValueError)

NOT_VALID = "The address of the ATS is not valid."
NOT_FOUND = "The name of the ATS could not be resolved."
NO_CONNECTION = "The ATS did not accept a connection in time."
NO_TLS = "The TLS connection could not be made."

#: What proves that nothing was sent: (exception, code, words).
UNSENT: tuple[tuple[type[BaseException], str, str], ...] = (
    (exceptions.ConnectTimeout, "connect_timeout", NO_CONNECTION),
    (NameResolutionError, "dns_error", NOT_FOUND),
    (socket.gaierror, "dns_error", NOT_FOUND),
    (NewConnectionError, "connection_refused", "No connection to the ATS could be made."),
    (ConnectTimeoutError, "connect_timeout", NO_CONNECTION),
    (CertificateError, "tls_error", NO_TLS),
    (exceptions.InvalidURL, "invalid_address", NOT_VALID),
    (exceptions.InvalidSchema, "invalid_address", NOT_VALID),
    (exceptions.MissingSchema, "invalid_address", NOT_VALID),
    (LocationValueError, "invalid_address", NOT_VALID),
)


def failure(error: BaseException, *, is_out: bool) -> DeliveryError:
    """Return the failure that an exception means; `is_out` tells whether all of the request left us."""
    cause = cause_of(error)
    if isinstance(error, InvalidIPAddress) or isinstance(cause, InvalidIPAddress):
        return AddressRefused("The address leads to a private network.")
    for kind, code, words in UNSENT:
        if isinstance(error, kind) or isinstance(cause, kind):
            return Unavailable(words, code=code)
    if is_out:
        return after_sending(error, cause)
    if isinstance(error, ValueError):
        return OurFault("The request could not be built.", code="invalid_request")
    return before_sending(error, cause)


def before_sending(error: BaseException, cause: BaseException | None) -> DeliveryError:
    """Return the failure of a call that left nothing behind: it was not sent whole, or only asked something."""
    if isinstance(error, exceptions.SSLError) or isinstance(cause, ssl.SSLError):
        return Unavailable(NO_TLS, code="tls_error")
    if is_timeout(error, cause):
        return Unavailable("The ATS did not react in time.", code="send_timeout")
    return Unavailable("The connection broke off.", code="send_failed")


def after_sending(error: BaseException, cause: BaseException | None) -> DeliveryError:
    """Return the failure of a call that broke while we waited for the answer."""
    if is_timeout(error, cause):
        return Uncertain("The ATS did not answer in time.", code="read_timeout")
    return Uncertain("The connection broke before an answer came.", code="connection_lost")


def is_timeout(error: BaseException, cause: BaseException | None) -> bool:
    """Tell whether time ran out."""
    return any(isinstance(found, exceptions.Timeout | TimeoutError | ReadTimeoutError) for found in (error, cause))


def cause_of(error: BaseException) -> BaseException | None:
    """Return the exception at the bottom: what urllib3 wrapped, what `requests` wrapped, or what caused it."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, MaxRetryError):
        return inner.reason
    if isinstance(inner, HTTPError) and len(inner.args) > 1 and isinstance(inner.args[1], OSError):
        return inner.args[1]
    return inner if isinstance(inner, BaseException) else error.__cause__
