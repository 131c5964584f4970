"""What a played vendor is: it finds the account in an address, validates strictly, and answers as documented."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from django.utils import timezone

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Reception, Refusal, Reply, Taken, Upload

URL = re.compile(r"https?://|www\.", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
BOOLEANS = ("true", "false")


class Vendor(ABC):
    """One ATS product as the stand-in plays it. Subclasses hold no state."""

    slug: ClassVar[str]
    #: What it says to everybody who is told to go away, by mode.
    replies: ClassVar[dict[str, Reply]]
    down: ClassVar[Reply] = Reply(status=503, body="<html><body>Service Unavailable</body></html>")
    #: The header in which it says how many seconds to wait.
    retry_header: ClassVar[str] = "Retry-After"
    throttled: ClassVar[Reply] = Reply(status=429, body={"error": "Too Many Requests"})
    unknown: ClassVar[Reply] = Reply(status=404, body={"error": "Not Found"})

    @abstractmethod
    def account(self, steps: tuple[str, ...]) -> str:
        """Return the customer that a path names."""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer any call, or raise Refusal; override it where an application takes several calls."""
        if call.method == "GET":
            return self.show(call, accounts)
        if call.method != "POST":
            return Reply(status=405, body={"error": "Method Not Allowed"})
        reception = self.take(call, accounts)
        return Taken(reception=reception, reply=self.receipt(reception))

    def ordered(self, mode: str, call: Call) -> Reply | None:
        """Return what it says to a call when told to refuse; None where the mode does not touch that call."""
        if call.method == "GET":
            return self.unknown if mode == "closed" else None
        return self.replies[mode]

    def show(self, call: Call, accounts: Accounts) -> Reply:
        """Answer a GET, or raise Refusal."""
        raise Refusal(self.unknown)

    def take(self, call: Call, accounts: Accounts) -> Reception:
        """Return the application that a POST hands in, or raise Refusal."""
        raise Refusal(self.unknown)

    def receipt(self, reception: Reception) -> Reply:
        """Return what the vendor says about an application that it took."""
        raise NotImplementedError

    def received(self, call: Call, *, job: str, resume: Upload | None, **values: Any) -> Reception:
        """Return an application as it is kept."""
        return Reception(
            id=str(uuid4()),
            provider=self.slug,
            account=self.account(call.steps),
            job_id=job,
            resume=resume,
            fields=call.fields(),
            at=timezone.now().isoformat(),
            **values,
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question of a job, registered as `kind`, `kind!` (required) or `kind!|label`."""

    kind: str
    label: str
    is_required: bool

    @classmethod
    def of(cls, id: str, registered: str) -> Asked:
        """Read what is registered; a question without a label is called by its id."""
        kind, _, label = registered.partition("|")
        return cls(kind=kind.rstrip("!"), label=label or f"Question {id}", is_required=kind.endswith("!"))


def kind_of(registered: str) -> str:
    """Return the kind of a registered question; nothing where none is registered."""
    return Asked.of("", registered).kind


def require(condition: object, reply: Reply) -> None:
    """Refuse with this reply unless the condition holds."""
    if not condition:
        raise Refusal(reply)


def is_email(text: str) -> bool:
    """Tell whether a text looks like an address."""
    return bool(EMAIL.fullmatch(text))


def holds_url(text: str) -> bool:
    """Tell whether a text has a link in it."""
    return bool(URL.search(text))


def unknown_names(call: Call, known: Collection[str], patterns: Collection[re.Pattern[str]]) -> list[str]:
    """Return the fields and files that the vendor's documentation does not name."""
    names = (*call.form, *call.files)
    return [n for n in names if n not in known and not any(pattern.fullmatch(n) for pattern in patterns)]
