"""The calls themselves, against real servers that behave badly."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import struct
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from pytest_django import Settings

from ats_integration.errors import AddressRefused, DeliveryError, OurFault, Unavailable, Uncertain
from ats_integration.providers import transport
from ats_integration.providers.base import Request, Response
from ats_integration.providers.incoming import MAX_ANSWER

from .certificates import certificate, server_with
from .tiny_servers import Behave, listening, ok, received, saying

POST = Request(method="POST", path="/apply", form=(("name", "Sanne"),))
GET = Request(method="GET", path="/jobs")
RESET = struct.pack("ii", 1, 0)


def call(behave: Behave, request: Request = POST) -> Response:
    with listening(behave) as port:
        return transport.call(f"http://127.0.0.1:{port}", request)


def failing(behave: Behave, request: Request = POST) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        call(behave, request)
    return failed.value


def kind(failed: DeliveryError) -> tuple[type[DeliveryError], str]:
    return type(failed), failed.code


def drip(connection: socket.socket, answer: bytes, *, pause: float = 0.2) -> None:
    for byte in answer:
        connection.sendall(bytes([byte]))
        time.sleep(pause)


def test_head_and_body_leave_in_one_packet() -> None:
    packets: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        packets.append(connection.recv(65536))
        connection.sendall(ok(b"{}"))

    call(behave)
    assert b"Sanne" in packets[0]


def test_a_request_without_a_body_leaves_too() -> None:
    assert 200 == call(saying(ok(b"{}")), GET).status


class TestAnswers:
    """Whatever has a status is an answer."""

    def test_reads_status_headers_and_body(self) -> None:
        answer = call(saying(ok(b'{"a": 1}', b"X-Rate: 2", status=b"418 Teapot")))
        assert (418, "2", {"a": 1}) == (answer.status, answer.headers["x-rate"], answer.json())

    def test_reads_a_compressed_body(self) -> None:
        assert b"hello" == call(saying(ok(gzip.compress(b"hello"), b"Content-Encoding: gzip"))).body

    def test_takes_a_broken_compression_for_an_answer_without_a_body(self) -> None:
        assert (200, b"") == vars_of(call(saying(ok(b"not gzip", b"Content-Encoding: gzip"))))

    def test_caps_an_answer_of_100_megabytes(self) -> None:
        def flood(connection: socket.socket) -> None:
            received(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            for _ in range(100):
                connection.sendall(b"x" * 1_000_000)

        assert MAX_ANSWER == len(call(flood).body)

    def test_caps_a_compression_bomb(self) -> None:
        bomb = gzip.compress(b"\0" * 50_000_000)
        assert MAX_ANSWER == len(call(saying(ok(bomb, b"Content-Encoding: gzip"))).body)

    def test_keeps_what_came_of_half_an_answer(self) -> None:
        whole, half = b"x" * 20_000, b"HTTP/1.1 500 Oops\r\nContent-Length: 99999\r\n\r\n"
        answer = call(saying(half + whole))
        assert 500 == answer.status
        assert answer.body
        assert whole.startswith(answer.body)

    def test_keeps_the_status_of_a_broken_chunk(self) -> None:
        broken = b"HTTP/1.1 503 Oops\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz"
        assert 503 == call(saying(broken)).status

    def test_follows_no_redirect_and_reads_none_beyond_the_limit(self) -> None:
        paths = []

        def redirect(connection: socket.socket) -> None:
            paths.append(received(connection).split()[1])
            connection.sendall(ok(b"x" * 2_000_000, b"Location: /elsewhere", status=b"301 Moved"))

        answer = call(redirect)
        assert (301, MAX_ANSWER) == (answer.status, len(answer.body))
        assert [b"/apply"] == paths

    def test_outlives_a_location_that_is_no_text(self) -> None:
        assert 302 == call(saying(ok(b"", b"Location: http://\xff\xfe[", status=b"302 Found"))).status

    def test_keeps_no_cookie(self) -> None:
        heads = []

        def sweet(connection: socket.socket) -> None:
            for _ in range(2):
                heads.append(received(connection).lower())
                body = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: who=acme; Path=/\r\n\r\n"
                connection.sendall(body)

        with listening(sweet) as port:
            for _ in range(2):
                transport.call(f"http://127.0.0.1:{port}", POST)
        assert 2 == len(heads)
        assert not any(b"\r\ncookie" in head for head in heads)


class TestInterception:
    """A host's tests may answer in an ATS's place."""

    @responses.activate
    def test_responses_answers_instead(self) -> None:
        responses.post("https://ats.example.com/apply", json={"id": 7}, status=201, headers={"X-Rate": "2"})
        answer = transport.call("https://ats.example.com", POST)
        assert (201, {"id": 7}, "2") == (answer.status, answer.json(), answer.headers["x-rate"])
        assert "Sanne" in str(responses.calls[0].request.body)

    @responses.activate
    def test_responses_refuses_what_nobody_expected(self) -> None:
        with pytest.raises(Unavailable) as failed:
            transport.call("https://ats.example.com", GET)
        assert "send_failed" == failed.value.code


class TestConnections:
    """Connections are kept while they are fresh, one session per host and thread."""

    def test_is_kept_between_calls(self) -> None:
        assert 1 == self.connections_for_two_calls(0)

    def test_is_opened_anew_after_a_silence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "IDLE", timedelta(seconds=0.05))
        assert 2 == self.connections_for_two_calls(0.1)

    def test_are_closed_after_a_silence_also_where_another_host_is_called(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = threading.Event()

        def serve(connection: socket.socket) -> None:
            received(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            if not connection.recv(1):
                closed.set()

        monkeypatch.setattr(transport, "IDLE", timedelta(seconds=0.05))
        with listening(serve) as port, listening(saying(ok(b""))) as other:
            transport.call(f"http://127.0.0.1:{port}", GET)
            time.sleep(0.1)
            transport.call(f"http://127.0.0.1:{other}", GET)
            assert closed.wait(5)
            transport.sessions.close()

    def connections_for_two_calls(self, pause: float) -> int:
        opened = []

        def serve(connection: socket.socket) -> None:
            opened.append(connection)
            while received(connection):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        with listening(serve) as port:
            transport.call(f"http://127.0.0.1:{port}", GET)
            time.sleep(pause)
            transport.call(f"http://127.0.0.1:{port}", GET)
            transport.sessions.close()
        return len(opened)

    def test_are_not_hoarded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "SESSIONS_PER_THREAD", 2)
        for port in (1, 2, 3):
            with pytest.raises(Unavailable):
                transport.call(f"http://127.0.0.1:{port}", GET)
        assert 2 == len(transport.sessions._open)

    def test_are_not_shared_between_threads(self) -> None:
        found: list[Any] = []
        parts = transport.target("http://127.0.0.1:9", GET)
        thread = threading.Thread(target=lambda: found.append(transport.sessions.get(parts)))
        thread.start()
        thread.join()
        assert found[0] is not transport.sessions.get(parts)

    def test_takes_nothing_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
        assert 200 == call(saying(ok(b""))).status


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """Make a certificate for 127.0.0.1 that no authority signed."""
    return server_with(certificate(tmp_path, "127.0.0.1"))


class TestNothingWasSent:
    """What cannot have arrived is unavailable, never uncertain."""

    def test_a_refused_connection(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(Unavailable) as failed:
            transport.call(f"http://127.0.0.1:{port}", POST)
        assert "connection_refused" == failed.value.code

    def test_a_host_that_does_not_accept(self, hurry: None) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
            full = [socket.socket() for _ in range(3)]
            for one in full:
                one.setblocking(False)
                one.connect_ex(server.getsockname())
            with pytest.raises(Unavailable) as failed:
                transport.call(f"http://127.0.0.1:{server.getsockname()[1]}", POST)
            for one in full:
                one.close()
        assert "connect_timeout" == failed.value.code

    def test_a_name_that_does_not_exist(self) -> None:
        with pytest.raises(Unavailable) as failed:
            transport.call("https://ats.invalid", POST)
        assert "dns_error" == failed.value.code

    @pytest.mark.parametrize(
        ("address", "code"), [("https://ats.example", "dns_error"), ("http://ats.internal", "connect_timeout")]
    )
    def test_a_name_that_nobody_looks_up_in_time(
        self, hurry: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str, code: str
    ) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["ats.internal"]}
        over, asked = threading.Event(), threading.Event()

        def hang(*_: Any, **__: Any) -> Any:
            asked.set()
            over.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", hang)
        before = time.monotonic()
        try:
            with pytest.raises(Unavailable) as failed:
                transport.call(address, POST)
        finally:
            over.set()
        assert (code, True) == (failed.value.code, asked.is_set())
        assert time.monotonic() - before < 10

    def test_a_server_without_tls(self) -> None:
        def plain(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(65536)

        with listening(plain) as port, pytest.raises(Unavailable) as failed:
            transport.call(f"https://127.0.0.1:{port}", POST)
        assert "tls_error" == failed.value.code

    def test_a_certificate_that_nobody_vouches_for(self, self_signed: ssl.SSLContext) -> None:
        def secure(connection: socket.socket) -> None:
            with self_signed.wrap_socket(connection, server_side=True) as wrapped:
                saying(ok(b""))(wrapped)

        with listening(secure) as port, pytest.raises(Unavailable) as failed:
            transport.call(f"https://127.0.0.1:{port}", POST)
        assert "tls_error" == failed.value.code

    def test_an_upload_that_broke_halfway(self) -> None:
        def hang_up(connection: socket.socket) -> None:
            connection.recv(1000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        big = Request(method="POST", path="/", json="x" * 50_000_000)
        assert (Unavailable, "send_failed") == kind(failing(hang_up, big))

    def test_an_upload_that_nobody_reads(self, hurry: None) -> None:
        def ignore(connection: socket.socket) -> None:
            time.sleep(2)

        big = Request(method="POST", path="/", form=tuple((f"f{n}", "x" * 1_000_000) for n in range(30)))
        assert (Unavailable, "send_timeout") == kind(failing(ignore, big))

    def test_a_question_without_an_answer(self, hurry: None) -> None:
        assert (Unavailable, "send_timeout") == kind(failing(lambda c: drip(c, b"HTTP/1.1"), GET))

    @pytest.mark.parametrize(
        "address",
        ["http://", "https://", "https://[::1", "https://a:99999", "https://" + "a" * 64 + ".nl", "https://a..b", "x"],
    )
    def test_an_address_that_is_none(self, address: str) -> None:
        with pytest.raises(Unavailable) as failed:
            transport.call(address, POST)
        assert "invalid_address" == failed.value.code

    @pytest.mark.parametrize("value", ["é€", "a\nb", "a\r\nX-Evil: 1"])
    def test_a_header_that_cannot_be_sent(self, value: str) -> None:
        request = Request(method="POST", path="/", headers={"X-Token": value}, form=(("a", "b"),))
        assert (OurFault, "invalid_request") == kind(failing(saying(ok(b"")), request))

    def test_a_key_that_basic_auth_cannot_carry(self) -> None:
        request = Request(method="POST", path="/", auth=("€", ""), form=(("a", "b"),))
        assert (OurFault, "invalid_request") == kind(failing(saying(ok(b"")), request))


class TestItMayHaveArrived:
    """What was sent and got no answer is uncertain."""

    def test_a_connection_closed_without_an_answer(self) -> None:
        assert (Uncertain, "connection_lost") == kind(failing(saying(b"")))

    def test_a_connection_reset_instead_of_an_answer(self) -> None:
        def reset(connection: socket.socket) -> None:
            received(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        assert (Uncertain, "connection_lost") == kind(failing(reset))

    @pytest.mark.parametrize("answer", [b"HTTP/1.1 2", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000])
    def test_an_answer_that_is_not_http(self, answer: bytes) -> None:
        assert (Uncertain, "connection_lost") == kind(failing(saying(answer)))

    def test_silence(self, hurry: None) -> None:
        def silent(connection: socket.socket) -> None:
            received(connection)
            time.sleep(0.8)

        assert (Uncertain, "read_timeout") == kind(failing(silent))

    def test_headers_that_drip_beyond_the_total_time(self, hurry: None) -> None:
        def slow(connection: socket.socket) -> None:
            received(connection)
            drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: yes\r\n\r\n")

        started = time.monotonic()
        assert (Uncertain, "read_timeout") == kind(failing(slow))
        assert 1.5 > time.monotonic() - started

    def test_a_body_that_drips_ends_with_the_total_time(self, hurry: None) -> None:
        def slow(connection: socket.socket) -> None:
            received(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
            drip(connection, b"x" * 99)

        started = time.monotonic()
        answer = call(slow)
        assert 1.5 > time.monotonic() - started
        assert 200 == answer.status
        assert 10 > len(answer.body)


class TestAddresses:
    """Only public addresses are called, and only with TLS, unless a host is listed."""

    @pytest.fixture(autouse=True)
    def nothing_is_allowed(self, settings: Settings) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": []}

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "localhost", "[::1]", "0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
            "100.64.0.1", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "2130706433", "127.1",
            "0x7f000001",
        ],
    )  # fmt: skip
    def test_private_ones_are_refused(self, host: str) -> None:
        with pytest.raises(AddressRefused) as failed:
            transport.call(f"https://{host}:8443", POST)
        assert "address_refused" == failed.value.code

    @pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher"])
    def test_anything_but_https_is_refused(self, scheme: str) -> None:
        with pytest.raises(AddressRefused):
            transport.call(f"{scheme}://ats.example", POST)

    def test_a_listed_host_may_be_private_and_plain(self, settings: Settings) -> None:
        with listening(saying(ok(b"hello"))) as port:
            with pytest.raises(AddressRefused):
                transport.call(f"http://127.0.0.1:{port}", POST)
            settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["127.0.0.1"]}
            assert b"hello" == transport.call(f"http://127.0.0.1:{port}", POST).body

    def test_a_host_that_is_no_longer_listed_is_refused_again(self, settings: Settings) -> None:
        with listening(saying(ok(b""))) as port:
            allowed = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["127.0.0.1"]}
            settings.ATS_INTEGRATION = allowed
            transport.call(f"http://127.0.0.1:{port}", GET)
            settings.ATS_INTEGRATION = {**allowed, "ALLOWED_PRIVATE_HOSTS": []}
            with pytest.raises(AddressRefused):
                transport.call(f"https://127.0.0.1:{port}", GET)

    def test_ipv6_loopback_can_be_listed(self, settings: Settings) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": ["::1"]}
        with listening(saying(ok(b"six")), host="::1") as port:
            assert b"six" == transport.call(f"http://[::1]:{port}", POST).body


class TestSecrets:
    """The key in a query string is in no log and in no exception."""

    REQUEST = Request(
        method="POST",
        path="/apply",
        params=(("key", "s3cr3t+/ key"),),
        headers={"X-Token": "t0k3n"},
        auth=("us3r", ""),
        form=(("email", "sanne@example.org"),),
    )
    WORDS = ("s3cr3t", "t0k3n", "us3r", "dXMzcjo", "sanne@example.org")

    def test_reaches_the_server(self) -> None:
        seen = []

        def look(connection: socket.socket) -> None:
            seen.append(received(connection))
            connection.sendall(ok(b""))

        call(look, self.REQUEST)
        assert b"POST /apply?key=s3cr3t%2B%2F+key HTTP/1.1" in seen[0]

    @pytest.mark.parametrize("answer", [ok(b""), b"", ok(b"", b"Location: /?key=s3cr3t", status=b"302 Found")])
    def test_is_in_no_log(self, answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG), listening(saying(answer)) as port:
            try:
                transport.call(f"http://127.0.0.1:{port}", self.REQUEST)
            except DeliveryError as failed:
                logging.getLogger("somebody").exception("failed", exc_info=failed)
        logged = caplog.text + repr([record.__dict__ for record in caplog.records])
        assert "urllib3" in logged
        assert [] == [word for word in self.WORDS if word in logged]

    @pytest.mark.parametrize("port", [1, 0, 70_000])
    def test_is_in_no_exception_nor_in_what_caused_it(self, port: int) -> None:
        with pytest.raises(DeliveryError) as failed:
            transport.call(f"http://127.0.0.1:{port}", self.REQUEST)
        assert failed.value.__cause__ is None
        assert failed.value.__context__ is None
        told = "".join(traceback.format_exception(failed.value)) + repr(failed.value.__dict__)
        assert [] == [word for word in self.WORDS if word in told]


def vars_of(answer: Response) -> tuple[int, bytes]:
    return answer.status, answer.body
