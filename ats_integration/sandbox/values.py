"""What goes in and out of the stand-in: calls, uploads, replies, received applications."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came with a form; of its content only a plain text is kept."""

    filename: str
    content_type: str
    size: int
    sha256: str
    text: str = field(default="", repr=False)

    @property
    def extension(self) -> str:
        """The ending of the name in lower case, without the dot."""
        return self.filename.rpartition(".")[2].lower()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a vendor: `steps` of the path follow the vendor's prefix."""

    method: str
    steps: tuple[str, ...]
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    is_multipart: bool = False
    #: The parsed body of a JSON request.
    json: Any = None
    #: The body of a request that is no multipart form, byte by byte.
    raw: bytes = field(default=b"", repr=False)
    #: The address that leads to this vendor, for one that names addresses in its answers.
    home: str = ""

    @property
    def body(self) -> Mapping[str, Any]:
        """The members of a JSON object body; none where it is something else."""
        return self.json if isinstance(self.json, dict) else {}

    def text(self, name: str) -> str:
        """Return the value of a form field, or an empty text."""
        return (self.form.get(name) or [""])[-1]

    def fields(self) -> dict[str, str | list[str]]:
        """Return all form fields as they are shown: lists only where a field came more than once."""
        return {name: values[0] if len(values) == 1 else values for name, values in self.form.items()}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer; a body that is not text is sent as JSON."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The media type that fits the body."""
        if not isinstance(self.body, str):
            return "application/json"
        return "text/html; charset=utf-8" if self.body.startswith("<") else "text/plain; charset=utf-8"

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Refusal(Exception):
    """Raised by a vendor that does not take a call; carries its reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, kw_only=True)
class Reception:
    """One application that a vendor took."""

    id: str
    provider: str
    account: str
    job_id: str
    name: str
    email: str
    phone: str
    cover_letter: str
    resume: Upload | None
    fields: Mapping[str, Any]
    at: str

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        values = {key: value for key, value in asdict(self).items() if key != "resume"}
        upload = self.resume
        return {
            **values,
            "resume_filename": upload.filename if upload else "",
            "resume_content_type": upload.content_type if upload else "",
            "resume_size": upload.size if upload else 0,
            "resume_sha256": upload.sha256 if upload else "",
        }


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An application that a vendor took with this call, and what it says about it."""

    reception: Reception
    reply: Reply
