"""A delivery as a sequence of calls, of which none that succeeded is repeated.

An adapter that needs more than one call lists its steps; `exchange` walks them, and what each step
leaves behind is kept with the delivery. A later try begins at the first step that left nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from .calls import Request, Response, Session, Submission

#: What the steps left behind, by their names: JSON values.
Kept = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call of a sequence.

    `build` returns None where the call is not needed. `read` gets any answer; it returns what to keep
    (a JSON value), or raises the failure that the answer means (`provider.success` does for non-2xx).
    A step that `drops` a part is optional: where the ATS refuses it for good (Rejected, JobClosed), the
    part is noted as dropped and the sequence goes on. A `fresh` step is looked at on every try, because
    its answer may have changed; what it kept stays where its `build` returns None. `pause` is a wait
    before the call, where the ATS needs a moment to know what the call before it made.
    """

    name: str
    build: Callable[[Submission], Request | None]
    read: Callable[[Submission, Response], Any]
    drops: str = ""
    fresh: bool = False
    pause: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """How to ask whether an application arrived after all, when a try ended without a readable answer.

    `read` returns what the steps would have left behind, by their names; an empty mapping means that
    nothing arrived, None that the answer does not tell. It may also return the next question.
    """

    build: Callable[[Submission], Request]
    read: Callable[[Submission, Response], Kept | Lookup | None]


class Sessions(Protocol):
    """Where the session of a connection is shared."""

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the session's values, logging in where there is none or the given one is `over`."""


class OwnSessions:
    """Sessions that nobody shares: for a connection test, and for tests."""

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Log in."""
        return login().values


@dataclass
class Progress:
    """How far a delivery came in earlier tries; `save` makes what was kept durable after each step."""

    kept: dict[str, Any] = field(default_factory=dict)
    is_doubtful: bool = False
    save: Callable[[Kept], object] = lambda kept: None
    sessions: Sessions = field(default_factory=OwnSessions)
