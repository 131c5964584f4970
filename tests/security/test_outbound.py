"""Calls leave for public addresses only, whatever a name, a number or a resolver says."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pytest_django import Settings

from ats_integration.errors import AddressRefused, DeliveryError, Unavailable
from ats_integration.models.configs import validate_base_url
from ats_integration.providers import sockets, transport
from ats_integration.providers.addresses import is_public
from ats_integration.providers.base import Request
from tests.providers.certificates import certificate, server_with
from tests.providers.tiny_servers import listening, ok, received, saying

POST = Request(method="POST", path="/apply", form=(("name", "Sanne"),))
PUBLIC, PUBLIC_6 = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"

PRIVATE = {
    "this host": "0.0.0.0",  # noqa: S104
    "this network": "0.1.2.3",
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.255",
    "private 192": "192.168.0.1",
    "shared (CGNAT)": "100.127.255.255",
    "loopback": "127.255.255.254",
    "link-local": "169.254.0.1",
    "metadata": "169.254.169.254",
    "metadata of Alibaba": "100.100.100.200",
    "protocol assignments": "192.0.0.8",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "6to4 relay": "192.88.99.1",
    "benchmarks": "198.19.0.1",
    "group": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified 6": "::",
    "loopback 6": "::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "compatible loopback": "::127.0.0.1",
    "translated (SIIT)": "::ffff:0:127.0.0.1",
    "NAT64": "64:ff9b::7f00:1",
    "local NAT64": "64:ff9b:1::7f00:1",
    "6to4": "2002:7f00:1::",
    "6to4 of a private one": "2002:a00:1::1",
    "Teredo": "2001:0:7f00:1::",
    "ORCHID": "2001:20::1",
    "documentation 6": "2001:db8::1",
    "new documentation 6": "3fff::1",
    "unique local": "fd00::1",
    "metadata of AWS 6": "fd00:ec2::254",
    "link-local 6": "fe80::1",
    "link-local 6 with a zone": "fe80::1%1",
    "site-local": "fec0::1",
    "group 6": "ff02::1",
    "discard": "100::1",
    "segment routing": "5f00::1",
    "ISATAP": "fe80::5efe:7f00:1",
}

#: How else 127.0.0.1 and its like are written in an address.
WRITTEN = [
    "2130706433", "017700000001", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.1", "127.0.1", "0", "0x0",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "ats.example@127.0.0.1", "127.0.0.1#@ats.example",
    "ats.example:443@localhost", "①②⑦.⓪.⓪.①", "127。0。0。1", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::]",
    "[::1%25lo]", "2852039166", "0xa9fea9fe",
]  # fmt: skip

Resolve = Callable[[str], str]


@pytest.fixture(autouse=True)
def _nothing_is_allowed(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": []}


@pytest.fixture(autouse=True)
def _fresh_connections() -> None:
    transport.sessions.close()


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the addresses that sockets are connected to; none of them is really called."""
    found: list[str] = []

    def refuse(_socket: socket.socket, address: Any) -> None:
        found.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return found


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let every name lead to these addresses, one a question, the last for good; return the names that were asked."""
    asked: list[str] = []
    really = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if is_number(host):
            return really(host, port, *args, **kwargs)
        asked.append(host)
        return really(answers[min(len(asked), len(answers)) - 1], port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def refused(host: str) -> DeliveryError:
    """Call a host over https and return how that failed."""
    with pytest.raises(DeliveryError) as failed:
        transport.call(f"https://{host}", POST)
    return failed.value


class TestEveryFormOfAPrivateAddress:
    @pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE.keys())
    def test_behind_a_name(self, monkeypatch: pytest.MonkeyPatch, called: list[str], address: str) -> None:
        resolving(monkeypatch, address)
        assert "address_refused" == refused("ats.example").code
        assert [] == called

    @pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE.keys())
    def test_as_a_number(self, called: list[str], address: str) -> None:
        assert isinstance(refused(f"[{address}]" if ":" in address else address), AddressRefused | Unavailable)
        assert [] == called

    @pytest.mark.parametrize("host", WRITTEN)
    def test_written_in_another_way(self, called: list[str], host: str) -> None:
        assert isinstance(refused(host), AddressRefused | Unavailable)
        assert [] == called

    @pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6])
    def test_a_public_one_is_called(self, monkeypatch: pytest.MonkeyPatch, called: list[str], address: str) -> None:
        resolving(monkeypatch, address)
        assert "connection_refused" == refused("ats.example").code
        assert [address] == called

    @given(st.ip_addresses(v=4) | st.ip_addresses(v=6) | st.sampled_from(list(PRIVATE.values())))
    def test_what_python_calls_private_is_never_public(self, address: Any) -> None:
        known = ipaddress.ip_address(str(address).partition("%")[0])
        inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None) or known
        hidden = getattr(known, "teredo", None)
        if hidden or not known.is_global or not inner.is_global or known.is_multicast or known.is_reserved:
            assert not is_public(str(address))

    @given(st.text())
    def test_what_is_no_number_is_not_public(self, text: str) -> None:
        assert not is_public(text) or is_number(text.strip("[]").partition("%")[0])


class TestRebinding:
    """The resolver says something public first, and something private the next time."""

    def test_nothing_connects_to_the_private_one(self, monkeypatch: pytest.MonkeyPatch, called: list[str]) -> None:
        asked = resolving(monkeypatch, PUBLIC, "127.0.0.1")
        assert "connection_refused" == refused("rebinding.example").code
        assert [PUBLIC] == called
        assert ["rebinding.example"] == asked  # one question a call: no second answer is ever used

    def test_while_an_address_is_good_no_other_is_asked_for(
        self, monkeypatch: pytest.MonkeyPatch, called: list[str]
    ) -> None:
        resolving(monkeypatch, PUBLIC, "127.0.0.1")
        assert 2 * ["connection_refused"] == [refused("rebinding.example").code for _ in range(2)]
        assert [PUBLIC, PUBLIC] == called

    def test_the_next_address_is_checked_anew(self, monkeypatch: pytest.MonkeyPatch, called: list[str]) -> None:
        monkeypatch.setattr(sockets, "NAME_IS_GOOD", timedelta(0))
        resolving(monkeypatch, PUBLIC, "127.0.0.1")
        refused("rebinding.example")
        assert "address_refused" == refused("rebinding.example").code
        assert [PUBLIC] == called

    def test_the_first_of_several_addresses_is_pinned(self, monkeypatch: pytest.MonkeyPatch, called: list[str]) -> None:
        really = socket.getaddrinfo

        def both(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
            if is_number(host):
                return really(host, port, *args, **kwargs)
            return really(PUBLIC, port, *args, **kwargs) + really("127.0.0.1", port, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", both)
        refused("two.example")
        assert [PUBLIC] == called

    def test_a_socket_that_ends_elsewhere_is_closed_before_anything_is_sent(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever stands between us and the network: the other end of the socket is what counts."""
        resolving(monkeypatch, PUBLIC)
        really, heard, over = socket.socket.connect, [], threading.Event()

        def hear(connection: socket.socket) -> None:
            heard.append(connection.recv(1))
            over.set()

        with listening(hear) as port:
            monkeypatch.setattr(socket.socket, "connect", lambda it, _: really(it, ("127.0.0.1", port)))
            assert "address_refused" == refused("ats.example").code
            assert over.wait(5)
        assert [b""] == heard


class TestAnAnswerThatLeadsInside:
    """An ATS is told where to go on by what it answers; so may somebody who plays one."""

    @pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"303 See", b"307 Temporary", b"308 Permanent"])
    def test_no_redirect_is_followed(self, settings: Settings, status: bytes) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["127.0.0.1"]}
        inside: list[Any] = []
        with listening(lambda connection: inside.append(connection)) as trap:
            location = b"Location: http://127.0.0.1:%d/latest/meta-data/" % trap
            with listening(saying(ok(b"", location, status=status))) as port:
                answer = transport.call(f"http://127.0.0.1:{port}", POST)
        assert (int(status[:3]), []) == (answer.status, inside)

    def test_an_address_in_an_answer_is_checked_as_any_other(self) -> None:
        with pytest.raises(AddressRefused):
            transport.call("http://169.254.169.254", POST)
        assert "address_refused" == refused("169.254.169.254").code


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to this machine."""
    resolving(monkeypatch, "127.0.0.1")


@effort(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(scheme=st.text(st.characters(codec="ascii"), max_size=8), host=st.text(max_size=30))
def test_no_address_that_somebody_may_enter_reaches_a_private_socket(called: list[str], scheme: str, host: str) -> None:
    with pytest.raises(DeliveryError):
        transport.call(f"{scheme}://{host}", POST)
    assert [] == [address for address in called if not is_public(address)]


class TestTwoReadings:
    """One host is allowed to be private: no spelling of an address makes another one pass for it."""

    READ_TWICE = [
        "127.0.0.1:8\\@ats.internal", "169.254.169.254\\@ats.internal", ":\\@ats.internal",
        "ats.internal\\@127.0.0.1", "127.0.0.1\\ats.internal", "127.0.0.1@ats.internal", "ats.internal@127.0.0.1",
        "a:b@ats.internal", "@ats.internal", "127.0.0.1\x00@ats.internal",
        "127.0.0.1 ats.internal", "127.0.0.1\x0bats.internal", "127.0.0.1\xa0ats.internal",
    ]  # fmt: skip

    @pytest.fixture(autouse=True)
    def one_is_allowed(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["ats.internal"]}
        resolving(monkeypatch, "10.1.2.3")

    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize("host", READ_TWICE)
    def test_is_refused(self, called: list[str], host: str, scheme: str) -> None:
        with pytest.raises(Unavailable) as failed:
            transport.call(f"{scheme}://{host}", Request(method="GET", path="/../latest/meta-data?x="))
        assert "invalid_address" == failed.value.code
        assert [] == called

    @pytest.mark.parametrize("host", READ_TWICE)
    def test_is_refused_by_the_form(self, host: str) -> None:
        with pytest.raises(ValidationError):
            validate_base_url(f"http://{host}")

    @pytest.mark.parametrize("host", [":\\@ats.internal", "127.0.0.1\\@ats.internal"])
    def test_what_is_sent_decides(self, monkeypatch: pytest.MonkeyPatch, called: list[str], host: str) -> None:
        monkeypatch.setattr(transport, "AMBIGUOUS", re.compile("never^"))
        transport.host_of.cache_clear()
        for scheme in ("http", "https"):
            with pytest.raises((AddressRefused, Unavailable)):
                transport.call(f"{scheme}://{host}", POST)
        transport.host_of.cache_clear()
        assert [] == called

    def test_the_allowed_one_is_called(self, called: list[str]) -> None:
        for address in ("http://ats.internal:8080/base", "https://ATS.internal"):
            with pytest.raises(Unavailable):
                transport.call(address, POST)
        assert ["10.1.2.3"] * 2 == called


class TestTheNameStays:
    """An address is called, but it is the name that the server hears and has to prove."""

    @pytest.fixture
    def call(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], list[bytes]]:
        """Give a function that calls a server with a certificate for some name three times; it returns what came."""

        def call(certified: str) -> list[bytes]:
            file, came = certificate(tmp_path, certified), []
            monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(file))

            def behave(connection: socket.socket) -> None:
                with server_with(file).wrap_socket(connection, server_side=True) as secure:
                    while True:
                        came.append(received(secure))
                        secure.sendall(ok(b"{}"))

            with listening(behave) as port:
                for _ in range(3):
                    transport.call(f"https://ats.example:{port}", POST)
                transport.sessions.close()
            return came

        monkeypatch.setattr("requests_hardened.ip_filter_adapter.filter_host", lambda *_, **__: "127.0.0.1")
        monkeypatch.setattr(sockets, "is_public", lambda _address: True)
        return call

    def test_every_call_says_the_name_of_the_host(self, call: Callable[[str], list[bytes]]) -> None:
        hosts = [line for head in call("ats.example") for line in head.split(b"\r\n") if line.startswith(b"Host:")]
        assert 3 * [b"Host: ats.example"] == [host.rpartition(b":")[0] for host in hosts]

    def test_a_certificate_for_another_name_is_refused(self, call: Callable[[str], list[bytes]]) -> None:
        with pytest.raises(Unavailable) as failed:
            call("other.example")
        assert "tls_error" == failed.value.code
