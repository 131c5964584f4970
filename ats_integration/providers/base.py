"""What an adapter tells: identity, config fields, abilities, how to build a call and read its answer.

No I/O here. An adapter is pure: `build` makes a Request of a Submission, `read` makes a Receipt
of a Response or raises one of the named failures.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from ..errors import DeliveryError, JobClosed, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from ..messages import Message
from ..resumes import OpenResume

#: Parts of a message that not every ATS can carry, by the name shown to people.
PARTS = ("resume", "cover_letter", "phone", "linkedin_url", "website_url", "answers", "consent", "source")


@dataclass(frozen=True, kw_only=True)
class ConfigField:
    """One thing the customer must tell about their ATS.

    Secret fields live in `credentials`, the others in `settings`. `help` says where to find it.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    pattern: str = ""

    def problem(self, value: str) -> str:
        """Return what is wrong with a value, or an empty text."""
        if not value:
            return "This is needed." if self.required else ""
        if self.choices and value not in dict(self.choices):
            return "Choose one of: " + ", ".join(key for key, _ in self.choices) + "."
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"This does not look like a {self.label.lower()}."
        return ""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many calls the ATS takes in a stretch of time, for one connection."""

    calls: int
    per: timedelta


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Everything an adapter needs for one delivery, with opened credentials."""

    message: Message
    settings: Mapping[str, Any]
    credentials: Mapping[str, Any] = field(repr=False)
    resume: OpenResume | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call: `path` is the vendor's own and follows the base address.

    `form` fields are sent as multipart/form-data in their order; a CV is put there as OpenResume.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    form: tuple[tuple[str, str | OpenResume], ...] = field(default=(), repr=False)
    json: Any = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer, read up to a limit."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Return the parsed body, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
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


class Provider(ABC):
    """One ATS product. Subclasses set the attributes and implement `build` and `read`."""

    slug: ClassVar[str]
    name: ClassVar[str]
    #: Scheme and host of the production API; `{field}` is filled from the settings.
    production_url: ClassVar[str]
    fields: ClassVar[tuple[ConfigField, ...]]
    #: Which of PARTS the API takes.
    carries: ClassVar[frozenset[str]]
    #: The vendor's documented limit, or None where none is documented.
    rate: ClassVar[Rate | None] = None
    #: Where the vendor's documentation of this call stands.
    docs_url: ClassVar[str] = ""
    #: What is not certain about this adapter, in words for the customer; empty = nothing.
    beta: ClassVar[str] = ""
    #: What `Vacancy.external_id` must be for this ATS, in words for the customer.
    job_id_help: ClassVar[str] = ""

    def home(self, settings: Mapping[str, Any]) -> str:
        """Return scheme and host of the production API for these settings."""
        return self.production_url.format(**settings)

    @abstractmethod
    def build(self, submission: Submission) -> Request:
        """Return the call that hands the application in."""

    @abstractmethod
    def read(self, response: Response) -> Receipt:
        """Return the receipt of a 2xx answer, or raise a DeliveryError where it says no."""

    def judge(self, response: Response) -> Receipt:
        """Return the receipt of any answer, or raise the failure it means."""
        if 200 <= response.status < 300:
            return self.read(response)
        raise self.failure(response)

    def failure(self, response: Response) -> DeliveryError:
        """Return the failure that a non-2xx answer means; override where a vendor's codes differ."""
        return failure_of(response.status, self.explain(response))

    def explain(self, response: Response) -> str:
        """Return the vendor's own words about a failure, for people."""
        for key in ("error", "errors", "message", "detail"):
            if words := response.get(key):
                return words if isinstance(words, str) else json.dumps(words)
        return ""

    def problems(self, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, str]:
        """Say what is wrong with a connection's values, by field name."""
        given = {f.name: str((credentials if f.secret else settings).get(f.name) or "") for f in self.fields}
        found = {f.name: f.problem(given[f.name]) for f in self.fields}
        return {name: problem for name, problem in found.items() if problem}

    def dropped(self, message: Message) -> tuple[str, ...]:
        """Name the parts that this message has and this API cannot take."""
        return tuple(part for part in PARTS if part not in self.carries and part in present(message))


def path(*steps: object) -> str:
    """Join the steps of an address into a path, each one escaped."""
    return "/" + "/".join(quote(str(step), safe="") for step in steps)


def job_id(message: Message) -> str:
    """Return the job's id in the ATS, or raise Rejected where the vacancy has none."""
    if not message.vacancy.external_id:
        raise Rejected("The vacancy has no id of the job in the ATS.", code="job_id_missing")
    return message.vacancy.external_id


def present(message: Message) -> frozenset[str]:
    """Name the optional parts that a message really has."""
    application, candidate = message.application, message.candidate
    consent = application.consent
    values = {
        "resume": message.resume,
        "cover_letter": application.cover_letter,
        "phone": candidate.phone,
        "linkedin_url": candidate.linkedin_url,
        "website_url": candidate.website_url,
        "answers": application.answers,
        "consent": consent.processing or consent.retention or consent.marketing,
        "source": application.source,
    }
    return frozenset(part for part, value in values.items() if value)


def failure_of(status: int, words: str = "") -> DeliveryError:
    """Map a status that is not a success to its failure; every status from 300 to 599 has one."""
    if status in (401, 402, 403, 407):
        return Unauthorized(words, status=status)
    if status in (404, 410):
        return JobClosed(words, status=status)
    if status == 429:
        return RateLimited(words, status=status)
    if status in (408, 423, 425) or 300 <= status < 400 or 500 <= status < 600:
        return Unavailable(words, status=status, code=f"http_{status}")
    if 400 <= status < 500:
        return Rejected(words, status=status)
    return Uncertain(words or "The answer's status is not one of HTTP's.", status=status)
