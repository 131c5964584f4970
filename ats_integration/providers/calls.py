"""The values that travel between adapter and transport: what is handed in, asked, answered and received."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from django.utils import timezone

from ..messages import Message
from ..resumes import OpenResume
from .job_forms import JobForm

#: Encodings of bodies; some others of Python's take a time that grows with the square of a text.
CHARSET = re.compile(r"charset=[\"']?((?:utf|iso|latin|windows|cp|us)[\w-]+)", re.ASCII | re.IGNORECASE)

#: Where `kept` remembers across tries which steps' calls had no readable answer.
UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many calls the ATS takes in a stretch of time.

    `scope` says whose calls it counts together: "config" = those of one connection, "sender" = all that
    come from our address, whichever customer they are for.
    """

    calls: int
    per: timedelta
    scope: Literal["config", "sender"] = "config"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Everything an adapter needs for one delivery, with opened credentials.

    `resume_url` is a public, expiring link to the CV, for an ATS that fetches it itself. `kept` is what
    earlier steps left behind, by their names; `session` what the login gave; `job_form` what the job
    asks for, where the ATS tells. `is_doubtful` says that an earlier try may have arrived. `at` is when
    this try began, for a signature that tells.
    """

    message: Message
    settings: Mapping[str, Any]
    credentials: Mapping[str, Any] = field(repr=False)
    resume: OpenResume | None = None
    resume_url: str = field(default="", repr=False)
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)
    session: Mapping[str, Any] = field(default_factory=dict, repr=False)
    job_form: JobForm | None = None
    is_doubtful: bool = False
    at: datetime = field(default_factory=timezone.now)

    def may_be_done(self, step: str) -> bool:
        """Tell whether a step's call was sent in an earlier try and had no readable answer."""
        return step in self.kept.get(UNCLEAR, ())


@dataclass(frozen=True)
class TextFile:
    """A text for an ATS that takes it as a file only."""

    filename: str
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call: `path` is the vendor's own and follows the base address.

    `form` fields are sent as multipart/form-data in their order; a CV is put there as OpenResume,
    another file as TextFile. `raw` is sent byte by byte, for a body that is signed or is none of the two.
    `base_url` is for a call to another address than the connection's, as an ATS's own answer names it.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    form: tuple[tuple[str, str | OpenResume | TextFile], ...] = field(default=(), repr=False)
    json: Any = field(default=None, repr=False)
    raw: bytes = field(default=b"", repr=False)
    base_url: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a login gave: JSON values, and how long they are good."""

    values: Mapping[str, Any] = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One harmless call of a connection test.

    `proves` is the sentence that a 2xx answer proves, `denies` the one that "not found" proves.
    `job_id` is the job it asks about, if it asks about one. `read` is for a call where another answer
    than 2xx with JSON is the proof: it gets any answer, and raises the failure that the answer means.
    """

    request: Request
    proves: str
    denies: str
    job_id: str = ""
    read: Callable[[Response], object] | None = None


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer, read up to a limit. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text, whatever it is: in UTF-8, or else in the encoding that its header or it itself shows."""
        if b"\0" not in self.body:
            with suppress(UnicodeDecodeError):
                return self.body.decode()
        return self.body.decode(self.encoding, errors="replace")

    @property
    def encoding(self) -> str:
        """The encoding that the header names, where Python knows it, or the one that the first bytes show."""
        named = CHARSET.search(self.headers.get("content-type", ""))
        try:
            return codecs.lookup(named[1] if named else "").name
        except LookupError:
            return json.detect_encoding(self.body)

    def json(self) -> Any:
        """Return the parsed body, or None where it is not JSON (or is nested beyond reason)."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None

    def get(self, key: str) -> Any:
        """Return a key of a JSON object body, or None."""
        body = self.json()
        return body.get(key) if isinstance(body, dict) else None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the ATS gave back: its own id where it gives one, and what it could not be told."""

    reference: str = ""
    dropped: tuple[str, ...] = ()


def path(*steps: object) -> str:
    """Join the steps of an address into a path, each one escaped."""
    return "/" + "/".join(quote(str(step), safe="") for step in steps)


def get(address: str, *, headers: Mapping[str, str] | None = None, **params: str) -> Request:
    """Return a GET of a path, with query parameters by name."""
    return Request(method="GET", path=address, headers=headers or {}, params=tuple(params.items()))
