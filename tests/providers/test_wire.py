"""What goes over a connection: answers in every form that HTTP allows, and heads that are one."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import ProtocolError

from ats_integration.providers import transport
from ats_integration.providers.base import Request, Response
from ats_integration.providers.incoming import MAX_ANSWER, MAX_HEAD, Incoming
from ats_integration.providers.wire import Wire, clock, head_of

from .tiny_servers import listening, received

GET = Request(method="GET", path="/jobs")
HEAD = b"HTTP/1.1 200 OK\r\nX-A: 1\r\n"
WHOLE = HEAD + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
#: Answers that say the same, each with whether the connection stays open after it.
SAME = [
    (WHOLE, True),
    (b"HTTP/1.1 200\r\nx-a:1\r\ncontent-length: 5\r\n\r\nhello", True),
    (CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", True),
    (CHUNKED + b"5\r\nhello\r\n0\r\nX-B: 9\r\n\r\n", True),
    (b"HTTP/1.1 100 Continue\r\nX-B: 9\r\n\r\n" + WHOLE, True),
    (b"HTTP/1.1 103 Early Hints\r\nX-B: 9\r\n\r\n" + WHOLE, True),
    (WHOLE.replace(b"\r\n", b"\n"), True),
    (HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello", False),
    (WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
    (HEAD + b"\r\nhello", False),
    (WHOLE + b"HTTP/1.1 500 No\r\n\r\n", False),
]


def calls(*answers: bytes) -> tuple[list[Response], int]:
    """Make a call for each of these answers; return what was read, and how many connections that took."""
    opened: list[socket.socket] = []
    left = list(answers)

    def serve(connection: socket.socket) -> None:
        opened.append(connection)
        while left and received(connection):
            answer = left.pop(0)
            connection.sendall(answer)
            if b"content-length" not in answer.lower() and b"chunked" not in answer:
                return

    with listening(serve) as port:
        read = [transport.call(f"http://127.0.0.1:{port}", GET) for _ in answers]
        transport.sessions.close()
    return read, len(opened)


@pytest.mark.parametrize(("answer", "stays"), SAME)
def test_an_answer_is_read_and_its_connection_kept_where_it_says_so(answer: bytes, stays: bool) -> None:
    read, opened = calls(answer, b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
    assert [(200, "1", b"hello"), (204, None, b"")] == [(one.status, one.headers.get("x-a"), one.body) for one in read]
    assert (1 if stays else 2) == opened


@given(answer=st.sampled_from([answer for answer, _ in SAME]), cuts=st.lists(st.integers(1, 90), max_size=8))
def test_it_matters_not_in_which_pieces_an_answer_comes(answer: bytes, cuts: list[int]) -> None:
    incoming = Incoming()
    places = [0, *sorted(cuts), len(answer)]
    for start, end in pairwise(places):
        if start < end and not incoming.is_enough:
            feed(incoming, answer[start:end])
    assert (200, "1", b"hello") == (incoming.status, incoming.headers["x-a"], bytes(incoming.body))
    assert "x-b" not in incoming.headers


def feed(incoming: Incoming, data: bytes) -> None:
    """Feed what may be no answer, or more than one; such a connection is not kept."""
    try:
        incoming.feed(data)
    except ProtocolError:
        assert not incoming.leaves_open


@given(noise=st.binary(min_size=1, max_size=300))
def test_noise_is_no_answer_or_has_a_status(noise: bytes) -> None:
    incoming = Incoming()
    feed(incoming, noise)
    assert incoming.has_head == (incoming.status >= 200)


def test_headers_that_come_twice_are_read_as_one() -> None:
    read, _ = calls(b"HTTP/1.1 200 OK\r\nLink: <a>\r\nlink: <b>\r\nContent-Length: 0\r\n\r\n")
    assert "<a>, <b>" == read[0].headers["link"]


def test_a_head_without_an_end_is_no_answer() -> None:
    incoming = Incoming()
    incoming.feed(b"HTTP/1.1 200 OK\r\nX: " + b"y" * (MAX_HEAD - 100))
    with pytest.raises(ProtocolError):
        incoming.feed(b"y" * 100)


@pytest.mark.parametrize("begin", [b"0\r\nX: ", b"3;x=", b"3\r\nabc\r\n0\r\nX: ", b"3\r\nabc\r\n2;x="])
def test_what_surrounds_a_body_has_an_end(begin: bytes) -> None:
    incoming = Incoming()
    incoming.feed(CHUNKED + begin)
    with pytest.raises(ProtocolError):
        all(incoming.feed(b"y" * 1024) is None for _ in range(4 * MAX_HEAD // 1024))
    assert (200, True, False) == (incoming.status, incoming.has_head, incoming.leaves_open)


def test_the_status_of_an_answer_with_endless_trailers_counts() -> None:
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        received(connection)
        connection.sendall(CHUNKED.replace(b"200 OK", b"422 No") + b"5\r\nhello\r\n0\r\nX: ")
        while True:
            sent.append(connection.send(b"y" * MAX_HEAD))

    with listening(flood) as port:
        answer = transport.call(f"http://127.0.0.1:{port}", GET)
    assert (422, b"hello") == (answer.status, answer.body)
    assert 100 * MAX_HEAD > sum(sent)


def test_a_body_may_come_byte_by_byte() -> None:
    incoming = Incoming()
    incoming.feed(CHUNKED)
    for _ in range(MAX_ANSWER // 1024):
        incoming.feed(b"1\r\ny\r\n" * 1024)
    assert MAX_ANSWER == len(incoming.body)
    assert incoming.is_enough


def test_a_kept_connection_that_the_other_side_closed_is_opened_anew() -> None:
    opened: list[int] = []

    def serve_one(connection: socket.socket) -> None:
        opened.append(1)
        received(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with listening(serve_one) as port:
        for _ in range(2):
            assert 200 == transport.call(f"http://127.0.0.1:{port}", GET).status
            time.sleep(0.05)
    assert 2 == len(opened)


def test_an_answer_that_came_before_all_was_sent_is_read_and_its_connection_not_kept() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(WHOLE)
    theirs.close()
    with ours:
        clock.start(timedelta(seconds=5))
        wire = Wire(ours, 5)
        wire.send(b"POST / HTTP/1.1\r\n\r\n", None)
        assert (False, 200) == (wire.is_sent, wire.receive().status)


@pytest.mark.parametrize("name", ["", "X-A:", "X A", "X-A\r\nX-B", "é"])
def test_a_header_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        head_of("GET", "/", {"Host": "a", name: "1"})


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: 1", "/a\0"])
def test_an_address_is_one_word(target: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        head_of("GET", target, {"Host": "a"})


@given(value=st.text(max_size=40))
def test_a_value_stays_on_its_line(value: str) -> None:
    try:
        head = head_of("GET", "/", {"Host": "a", "X-A": value})
    except ValueError:
        return
    assert [b"GET / HTTP/1.1", b"Host: a", b"X-A: " + value.encode("latin-1"), b"", b""] == head.split(b"\r\n")
    assert head.count(b"\n") == head.count(b"\r") == 4
