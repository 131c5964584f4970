"""One try: open the credentials and the CV, hand the application in, name the outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from django.utils import timezone

from . import links
from .errors import DeliveryError, OurFault
from .faults import where
from .messages import Message
from .models import ATSConfig
from .patience import AWAY
from .providers import exchange, registry
from .providers.base import Submission
from .providers.exchange import Accepted
from .providers.steps import Progress
from .providers.wire import clock
from .resumes import opened
from .states import Outcome

log = logging.getLogger(__name__)

#: An ATS counts a call before it answers, and not much later than it left.
COUNTED_WITHIN = timedelta(milliseconds=100)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one try ended, as it is recorded. All texts are redacted and any database can store them."""

    outcome: Outcome
    started_at: datetime
    duration: timedelta
    #: By when the ATS had counted its last call; None where none left.
    counted_at: datetime | None = None
    code: str = ""
    detail: str = ""
    status: int | None = None
    retry_after: timedelta | None = None
    excerpt: str = ""
    reference: str = ""
    dropped: tuple[str, ...] = ()
    #: The ATS was asked whether an earlier try had arrived, and told.
    is_certain: bool = False


class Times(TypedDict):
    """What a result says of its times."""

    started_at: datetime
    duration: timedelta
    counted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Start:
    """When a try began, by the calendar and in monotonic seconds."""

    at: datetime = field(default_factory=timezone.now)
    ticks: float = field(default_factory=time.monotonic)

    def times(self) -> Times:
        """Return what a result says of its times where the try ends now."""
        now = time.monotonic()
        counted = min(now, clock.left_at + COUNTED_WITHIN.total_seconds())
        counted_at = self.after(counted) if clock.left_at > self.ticks else None
        return Times(started_at=self.at, duration=self.after(now) - self.at, counted_at=counted_at)

    def after(self, ticks: float) -> datetime:
        """Return a moment that is given in monotonic seconds."""
        return self.at + timedelta(seconds=ticks - self.ticks)


def attempt(
    message: Message, config: ATSConfig, progress: Progress | None = None, leave: Callable[[], None] | None = None
) -> Result:
    """Try once to deliver `message` through today's `config`. A fault of ours is an outcome too.

    `leave` is called before the first call and may wait.
    Raises OperationalError or InterfaceError where the database stayed away, as it may with the application sent.
    """
    start = Start()
    try:
        accepted = hand_in(current(message, config), config, progress, leave)
    except DeliveryError as error:
        return failed(error, start)
    except AWAY:
        raise
    except Exception as error:
        log.error("delivery.bug message=%s fault=%s", message.message_id, where(error))
        return failed(OurFault(f"A fault on our side ({where(error)})."), start)
    return delivered(accepted, start)


def current(message: Message, config: ATSConfig) -> Message:
    """Return the message with the connection as it is now: a mended credential helps what waits."""
    return message if config.is_as_in(message.ats) else message.but(ats=config.snapshot())


def hand_in(
    message: Message, config: ATSConfig, progress: Progress | None, leave: Callable[[], None] | None
) -> Accepted:
    """Open what is sealed and let the provider's adapter do its work.

    Raises a DeliveryError.
    """
    provider = registry.get(config.provider)
    credentials = config.credentials.reveal()
    with opened(message.resume) as resume:
        submission = Submission(
            message=message,
            settings=config.settings,
            credentials=credentials,
            resume=resume,
            resume_url=links.url_for(message.resume),
        )
        if leave:
            leave()
        return exchange.hand_in(provider, submission, progress)


def delivered(accepted: Accepted, start: Start) -> Result:
    """Describe a success."""
    return Result(
        outcome=Outcome.DELIVERED,
        **start.times(),
        status=accepted.status,
        excerpt=storable(accepted.excerpt),
        reference=storable(accepted.receipt.reference),
        dropped=accepted.receipt.dropped,
        is_certain=accepted.is_certain,
    )


def failed(error: DeliveryError, start: Start) -> Result:
    """Describe a failure."""
    return Result(
        outcome=error.outcome,
        **start.times(),
        code=error.code,
        detail=storable(error.detail),
        status=error.status,
        retry_after=error.retry_after,
        excerpt=storable(error.excerpt),
    )


def storable(text: str) -> str:
    """Return a text without what a database refuses: NUL, and halves of characters from a careless JSON."""
    return text.encode(errors="replace").decode().replace("\0", "")
