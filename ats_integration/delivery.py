"""One try: open the credentials and the CV, hand the application in, name the outcome."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from . import links
from .errors import DeliveryError, OurFault
from .faults import where
from .messages import Message
from .models import ATSConfig
from .providers import exchange, registry
from .providers.base import Submission
from .providers.exchange import Accepted
from .providers.steps import Progress
from .resumes import opened
from .states import Outcome

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one try ended, as it is recorded. All texts are redacted and any database can store them."""

    outcome: Outcome
    started_at: datetime
    duration: timedelta
    code: str = ""
    detail: str = ""
    status: int | None = None
    retry_after: timedelta | None = None
    excerpt: str = ""
    reference: str = ""
    dropped: tuple[str, ...] = ()
    #: The ATS was asked whether an earlier try had arrived, and told.
    is_certain: bool = False


def attempt(message: Message, config: ATSConfig, progress: Progress | None = None) -> Result:
    """Try once to deliver `message` through today's `config`. Never raises: a fault of ours is an outcome too."""
    started_at, started = timezone.now(), time.monotonic()
    try:
        accepted = hand_in(current(message, config), config, progress)
    except DeliveryError as error:
        return failed(error, started_at, elapsed(started))
    except Exception as error:
        log.error("delivery.bug message=%s fault=%s", message.message_id, where(error))
        return failed(OurFault(f"A fault on our side ({where(error)})."), started_at, elapsed(started))
    return delivered(accepted, started_at, elapsed(started))


def current(message: Message, config: ATSConfig) -> Message:
    """Return the message with the connection as it is now: a mended credential helps what waits."""
    return message if config.is_as_in(message.ats) else message.but(ats=config.snapshot())


def hand_in(message: Message, config: ATSConfig, progress: Progress | None) -> Accepted:
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
        return exchange.hand_in(provider, submission, progress)


def delivered(accepted: Accepted, started_at: datetime, duration: timedelta) -> Result:
    """Describe a success."""
    return Result(
        outcome=Outcome.DELIVERED,
        started_at=started_at,
        duration=duration,
        status=accepted.status,
        excerpt=storable(accepted.excerpt),
        reference=storable(accepted.receipt.reference),
        dropped=accepted.receipt.dropped,
        is_certain=accepted.is_certain,
    )


def failed(error: DeliveryError, started_at: datetime, duration: timedelta) -> Result:
    """Describe a failure."""
    return Result(
        outcome=error.outcome,
        started_at=started_at,
        duration=duration,
        code=error.code,
        detail=storable(error.detail),
        status=error.status,
        retry_after=error.retry_after,
        excerpt=storable(error.excerpt),
    )


def storable(text: str) -> str:
    """Return a text without what a database refuses: NUL, and halves of characters from a careless JSON."""
    return text.encode(errors="replace").decode().replace("\0", "")


def elapsed(started: float) -> timedelta:
    """Return how long it has been since a moment of the monotonic clock."""
    return timedelta(seconds=time.monotonic() - started)
