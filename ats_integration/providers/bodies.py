"""What a request carries: a form as multipart/form-data, JSON, or bytes as they are.

A CV in a form is streamed, never held in memory. The body knows whether all of it was handed out:
only then may an application have arrived.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from uuid import uuid4

from urllib3.fields import RequestField

from ..errors import ResumeChanged
from ..resumes import CHUNK, OpenResume, reading, safe_name, safe_type
from .calls import Request, TextFile

#: A stream and how many bytes it is to give.
Piece = tuple[IO[bytes], int]


class Body:
    """Read the pieces one after the other, and count."""

    def __init__(self, pieces: list[Piece], content_type: str) -> None:
        self.content_type = content_type
        self.len = sum(size for _, size in pieces)
        self._left = self.len
        self._chunks = chunks(pieces)

    @property
    def is_out(self) -> bool:
        """Tell whether everything was handed to the connection, so that it may have arrived."""
        return self._left == 0

    def read(self, _size: int = -1) -> bytes:
        """Return the next bytes; none are the end.

        Raises ResumeMissing or ResumeChanged where the CV does not give what its description says.
        """
        chunk = next(self._chunks, b"")
        self._left -= len(chunk)
        return chunk


def body_of(request: Request) -> Body | None:
    """Return what a request carries, or None where it carries nothing."""
    if request.form:
        return multipart(request.form)
    content = request.raw or (json.dumps(request.json).encode() if request.json is not None else b"")
    if not content:
        return None
    return Body([piece(content)], request.headers.get("Content-Type", "application/json"))


def multipart(form: tuple[tuple[str, str | OpenResume | TextFile], ...]) -> Body:
    """Return a form as multipart/form-data (RFC 7578), names and values in UTF-8."""
    boundary = uuid4().hex
    pieces: list[Piece] = []
    text = ""
    for name, value in form:
        text += f"--{boundary}\r\n{headers(name, value)}"
        if isinstance(value, str):
            text += value
        elif isinstance(value, TextFile):
            text += value.text
        else:
            pieces += [piece(text.encode()), (value.stream, value.resume.size)]
            text = ""
        text += "\r\n"
    pieces.append(piece(f"{text}--{boundary}--\r\n".encode()))
    return Body(pieces, f"multipart/form-data; boundary={boundary}")


def headers(name: str, value: str | OpenResume | TextFile) -> str:
    """Return the headers of one field, with the empty line that ends them."""
    if isinstance(value, str):
        field = RequestField(name, data=b"")
        field.make_multipart()
    else:
        field = RequestField(name, data=b"", filename=safe_name(value.filename))
        field.make_multipart(content_type=kind_of(value))
    return field.render_headers()


def kind_of(file: OpenResume | TextFile) -> str:
    """Return the media type of a file."""
    return "text/plain" if isinstance(file, TextFile) else safe_type(file.resume.content_type)


def piece(data: bytes) -> Piece:
    """Return bytes in memory as a piece."""
    return BytesIO(data), len(data)


def chunks(pieces: list[Piece]) -> Iterator[bytes]:
    """Yield the content of all pieces, each one as long as announced."""
    for stream, size in pieces:
        left = size
        while left:
            chunk = taken(stream, min(left, CHUNK))
            left -= len(chunk)
            yield chunk


def taken(stream: IO[bytes], size: int) -> bytes:
    """Read from a stream that must have more to give."""
    with reading():
        chunk = stream.read(size)
    if not chunk:
        raise ResumeChanged("The stored CV is shorter than the one that was handed in.")
    return chunk
