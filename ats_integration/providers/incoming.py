"""An answer as it comes in, piece by piece, parsed by llhttp (httptools)."""

from __future__ import annotations

from contextlib import suppress

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.response import BaseHTTPResponse

from .calls import Response

MAX_ANSWER = 512 * 1024  # bytes; the longest documented answer, a job with its description, is far below
MAX_HEAD = 64 * 1024  # bytes; what follows a body, its trailers, may be as long
FRAMED = 8  # times a body's length, when each byte of it comes as a chunk of its own


class Incoming:
    """Status, headers and body of an answer; names of headers are in lower case. Interim answers are passed over."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.has_head = False
        #: All of it came, nothing beside it, and the other side keeps the connection.
        self.leaves_open = False
        self._is_whole = False
        self._fed = 0
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)  # old servers end lines with LF

    @property
    def is_enough(self) -> bool:
        """Tell whether nothing more is to be read."""
        return self._is_whole or len(self.body) >= MAX_ANSWER

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises ProtocolError where they are no answer, or are far more than its body.
        """
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self.leaves_open = False
            raise ProtocolError("The answer is not HTTP.") from None
        self._fed += len(data)
        if self._fed > (2 * MAX_HEAD + FRAMED * len(self.body) if self.has_head else MAX_HEAD):
            raise ProtocolError("The head or the trailers of the answer have no end.")

    def end(self) -> None:
        """Part from the parser, which knows us too: otherwise both would wait for the garbage collector."""
        del self._parser

    def on_message_begin(self) -> None:
        """Refuse what comes behind an answer."""
        if self._is_whole:
            raise ValueError("There was one answer already.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one behind the body says nothing that we read."""
        if not self.has_head:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """Take the status."""
        self.status = self._parser.get_status_code()
        self.has_head = self.status >= 200
        if not self.has_head:
            self.headers.clear()

    def on_body(self, data: bytes) -> None:
        """Take a part of the body."""
        self.body += data

    def on_message_complete(self) -> None:
        """Note that all of it is there."""
        self._is_whole = self.has_head
        self.leaves_open = self.has_head and self._parser.should_keep_alive()


def unpacked(answer: BaseHTTPResponse) -> Response:
    """Read an answer that urllib3 holds, up to MAX_ANSWER bytes; where that breaks off, its status still counts."""
    body = bytearray()
    with answer, suppress(HTTPError, OSError):
        for chunk in answer.stream(8192, decode_content=True):
            body += chunk
            if len(body) >= MAX_ANSWER:
                break
    headers = {name.lower(): value for name, value in answer.headers.itermerged()}
    return Response(status=answer.status, headers=headers, body=bytes(body[:MAX_ANSWER]))
