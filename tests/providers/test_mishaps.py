"""Every way in which a call can break has exactly one failure."""

from __future__ import annotations

import socket
from http.client import RemoteDisconnected

import pytest
import requests
import urllib3
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from ats_integration.errors import AddressRefused, DeliveryError, OurFault, Unavailable, Uncertain
from ats_integration.providers.mishaps import MISHAPS, failure


def subclasses(kind: type[BaseException]) -> set[type[BaseException]]:
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


#: (exception, before everything was sent, after)
OUTCOMES: dict[type[BaseException], tuple[type[DeliveryError], str, type[DeliveryError], str]] = {
    requests.exceptions.RequestException: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.HTTPError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.ConnectionError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.ProxyError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.SSLError: (Unavailable, "tls_error", Uncertain, "connection_lost"),
    requests.exceptions.Timeout: (Unavailable, "send_timeout", Uncertain, "read_timeout"),
    requests.exceptions.ConnectTimeout: (Unavailable, "connect_timeout", Unavailable, "connect_timeout"),
    requests.exceptions.ReadTimeout: (Unavailable, "send_timeout", Uncertain, "read_timeout"),
    requests.exceptions.URLRequired: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.TooManyRedirects: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.MissingSchema: (Unavailable, "invalid_address", Unavailable, "invalid_address"),
    requests.exceptions.InvalidSchema: (Unavailable, "invalid_address", Unavailable, "invalid_address"),
    requests.exceptions.InvalidURL: (Unavailable, "invalid_address", Unavailable, "invalid_address"),
    requests.exceptions.InvalidProxyURL: (Unavailable, "invalid_address", Unavailable, "invalid_address"),
    requests.exceptions.InvalidHeader: (OurFault, "invalid_request", Uncertain, "connection_lost"),
    requests.exceptions.InvalidJSONError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.JSONDecodeError: (OurFault, "invalid_request", Uncertain, "connection_lost"),
    requests.exceptions.ChunkedEncodingError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.ContentDecodingError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.StreamConsumedError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.RetryError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    requests.exceptions.UnrewindableBodyError: (Unavailable, "send_failed", Uncertain, "connection_lost"),
    InvalidIPAddress: (AddressRefused, "address_refused", AddressRefused, "address_refused"),
}


def an_instance(kind: type[BaseException]) -> BaseException:
    return kind("x", "y", 0) if issubclass(kind, requests.exceptions.JSONDecodeError) else kind("x")


def test_the_table_is_complete() -> None:
    of_requests = {k for k in subclasses(requests.exceptions.RequestException) if k.__module__.startswith("requests")}
    assert of_requests == set(OUTCOMES)


@pytest.mark.parametrize("kind", OUTCOMES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("is_out", [False, True])
def test_every_exception_of_requests_has_one_failure(kind: type[BaseException], is_out: bool) -> None:
    before, before_code, after, after_code = OUTCOMES[kind]
    failed = failure(an_instance(kind), is_out=is_out)
    assert ((after, after_code) if is_out else (before, before_code)) == (type(failed), failed.code)
    assert isinstance(an_instance(kind), MISHAPS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (requests.ConnectionError(ProtocolError("aborted", RemoteDisconnected(""))), "connection_lost"),
        (requests.ConnectionError(ProtocolError("aborted", ConnectionResetError())), "connection_lost"),
        (requests.ConnectionError(ProtocolError("aborted", TimeoutError())), "read_timeout"),
        (requests.ConnectionError(ReadTimeoutError(None, "/", "slow")), "read_timeout"),  # type: ignore[arg-type]
        (RemoteDisconnected(""), "connection_lost"),
        (TimeoutError(), "read_timeout"),
        (HTTPError("x"), "connection_lost"),
    ],
)
def test_what_breaks_after_sending_is_uncertain(error: BaseException, code: str) -> None:
    failed = failure(error, is_out=True)
    assert (Uncertain, code) == (type(failed), failed.code)


@pytest.mark.parametrize("is_out", [False, True])
@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (NewConnectionError(None, "refused"), "connection_refused"),  # type: ignore[arg-type]
        (
            urllib3.exceptions.NameResolutionError("h", None, socket.gaierror()),  # type: ignore[arg-type]
            "dns_error",
        ),
        (urllib3.exceptions.ConnectTimeoutError(), "connect_timeout"),
    ],
)
def test_what_never_connected_was_not_sent(cause: Exception, code: str, is_out: bool) -> None:
    wrapped = requests.ConnectionError(MaxRetryError(None, "/?key=secret", cause))  # type: ignore[arg-type]
    failed = failure(wrapped, is_out=is_out)
    assert (Unavailable, code) == (type(failed), failed.code)
    assert "secret" not in str(failed)


def test_a_name_that_does_not_resolve_is_named() -> None:
    error = requests.ConnectionError("Failed to resolve domain")
    error.__cause__ = socket.gaierror()
    assert "dns_error" == failure(error, is_out=False).code


def test_an_address_of_urllib3s_dislike_is_invalid() -> None:
    assert "invalid_address" == failure(LocationParseError("x"), is_out=False).code


def test_text_that_no_header_takes_is_our_fault() -> None:
    assert OurFault is type(failure(UnicodeEncodeError("latin-1", "€", 0, 1, "no"), is_out=False))
