"""Read what a request carries: forms by Django's own parser, files by their sha256 only."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from .values import Refusal, Reply, Upload

BLOCK = 64 * 1024
LARGEST_TEXT = 40 * 1024 * 1024  # bytes of a body that is not multipart

JSON_KINDS = ("application/json", "application/vnd.api+json")

Form = Mapping[str, list[str]]
Files = Mapping[str, Upload]


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """The bytes of one request, no further."""

    def __init__(self, stream: Readable, length: int) -> None:
        self._stream = stream
        self.left = length
        self.text = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes of what is left."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self._stream.read(wanted) if wanted else b""
        self.left -= len(data)
        return data

    def whole(self) -> bytes:
        """Read a body that is not multipart, and remember it: somebody may have signed it."""
        self.text = self.read(LARGEST_TEXT)
        return self.text

    def drain(self) -> bool:
        """Read what is left; tell whether all of it came."""
        while self.read(BLOCK):
            pass
        return self.left == 0


class Fingerprints(FileUploadHandler):
    """Keep name, type, size and sha256 of each file; of its content only a plain text."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        self.text = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.digest.update(raw_data)
        if self.content_type == "text/plain":
            self.text += raw_data

    def file_complete(self, file_size: int) -> Any:
        return Upload(
            filename=self.file_name or "",
            content_type=self.content_type or "",
            size=file_size,
            sha256=self.digest.hexdigest(),
            text=self.text.decode(errors="replace"),
        )


def form_of(headers: Mapping[str, str], body: Body) -> tuple[Form, Files, Any]:
    """Return fields, files, and the parsed body where it is JSON.

    Raises Refusal where the body is not what its content type says.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return *multipart(headers, body), None
        if kind in JSON_KINDS:
            parsed = json.loads(body.whole())
            return json_fields(parsed), {}, parsed
        return parse_qs(body.whole().decode()), {}, None
    except (MultiPartParserError, BadRequest, SuspiciousOperation, ValueError):
        raise Refusal(Reply(status=400, body={"status": 400, "error": "Bad Request"})) from None


def multipart(headers: Mapping[str, str], body: Body) -> tuple[Form, Files]:
    """Parse a multipart form."""
    meta = {"CONTENT_TYPE": headers["content-type"], "CONTENT_LENGTH": str(body.left)}
    fields, files = MultiPartParser(meta, cast("Any", body), [Fingerprints()], "utf-8").parse()
    return dict(fields.lists()), {name: cast("Upload", upload) for name, upload in files.items()}


def upload_of(filename: str, content_type: str, encoded: str) -> Upload:
    """Return a file that came as base64 inside of JSON.

    Raises ValueError where it is not base64.
    """
    content = base64.b64decode(encoded, validate=True)
    digest = hashlib.sha256(content).hexdigest()
    return Upload(filename=filename, content_type=content_type, size=len(content), sha256=digest)


def json_fields(values: Any) -> Form:
    """Return the members of a JSON object as form fields."""
    if not isinstance(values, dict):
        return {}
    return {name: [str(item) for item in (v if isinstance(v, list) else [v])] for name, v in values.items()}
