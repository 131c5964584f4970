"""Every failure has one name here.

AtsError
├── MessageInvalid            a message that cannot be read or lacks a field
├── DeliveryError             one try failed; `outcome` and `code` say how
│   ├── Rejected              the ATS refused the data; another try cannot help
│   ├── JobClosed             the job is closed or unknown there
│   ├── Unauthorized          the ATS refused the credentials
│   ├── RateLimited           too many calls; carries `retry_after`
│   ├── Unavailable           connect failure or 5xx: nothing was stored
│   │   └── AddressRefused    the base address points inside our own network
│   ├── Uncertain             sent, but no readable answer: it may have arrived
│   └── OurFault              nothing the ATS did
│       ├── UnknownProvider   no adapter by that name
│       ├── CredentialsUnreadable   no configured key opens the credentials
│       ├── ResumeMissing     the CV is not in the storage
│       └── ResumeChanged     the CV is not the one that was handed in
├── IllegalTransition         a delivery may not move that way
├── StaleDelivery             somebody else moved the delivery first
├── ConnectionInUse           a connection may not be removed while applications wait in it
├── DeadLetterUnavailable     the dead-letter storage did not answer
└── DeadLetterUnreadable      an object there is not a dead letter, or cannot be had

ConfigurationError stays outside on purpose: `except AtsError` must never hide a broken setup.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.core.exceptions import ImproperlyConfigured

from .states import Outcome


class AtsError(Exception):
    """Base of all failures of this app. Do not raise directly."""


class MessageInvalid(AtsError):
    """Raised when a message cannot be read; `fields` names what is wrong, never the values."""

    def __init__(self, problem: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.fields = fields


class DeliveryError(AtsError):
    """Base of all failed tries.

    `detail` is for people and already redacted; `excerpt` is a short piece of the answer. `redo` names
    an earlier step whose result the ATS does not know any more: the sequence goes back to it, once.
    """

    outcome: ClassVar[Outcome]
    default_code: ClassVar[str]

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        status: int | None = None,
        retry_after: timedelta | None = None,
        excerpt: str = "",
        redo: str = "",
    ) -> None:
        super().__init__(detail or self.__class__.__name__)
        self.detail = detail
        self.code = code or self.default_code
        self.status = status
        self.retry_after = retry_after
        self.excerpt = excerpt
        self.redo = redo


class Rejected(DeliveryError):
    """Raised when the ATS refused the data itself (400, 413, 415, 422 and the like)."""

    outcome = Outcome.REJECTED
    default_code = "rejected"


class JobClosed(DeliveryError):
    """Raised when the ATS does not know the job, or no longer takes applications for it."""

    outcome = Outcome.JOB_CLOSED
    default_code = "job_closed"


class Unauthorized(DeliveryError):
    """Raised when the ATS refused the credentials."""

    outcome = Outcome.UNAUTHORIZED
    default_code = "unauthorized"


class RateLimited(DeliveryError):
    """Raised when the ATS asked for fewer calls; `retry_after` is its wish, if it gave one."""

    outcome = Outcome.RATE_LIMITED
    default_code = "rate_limited"


class Unavailable(DeliveryError):
    """Raised when the ATS was not reached, or answered 5xx."""

    outcome = Outcome.UNAVAILABLE
    default_code = "unavailable"


class AddressRefused(Unavailable):
    """Raised when an address is private and not listed in ALLOWED_PRIVATE_HOSTS."""

    default_code = "address_refused"


class Uncertain(DeliveryError):
    """Raised when the request was sent but no readable answer came: it may have arrived."""

    outcome = Outcome.UNCERTAIN
    default_code = "uncertain"


class OurFault(DeliveryError):
    """Raised when the try failed before the ATS had any part in it."""

    outcome = Outcome.BUG
    default_code = "bug"


class UnknownProvider(OurFault):
    """Raised when no adapter has the provider's name."""

    default_code = "unknown_provider"


class CredentialsUnreadable(OurFault):
    """Raised when none of ENCRYPTION_KEYS opens the stored credentials."""

    default_code = "credentials_unreadable"


class ResumeMissing(OurFault):
    """Raised when the CV that the message points to is not in the storage."""

    default_code = "resume_missing"


class ResumeChanged(OurFault):
    """Raised when the stored CV has another sha256 than the message says."""

    default_code = "resume_changed"


class IllegalTransition(AtsError):
    """Raised when a delivery is asked to move where its status does not lead."""


class StaleDelivery(AtsError):
    """Raised when a delivery was moved by somebody else in the meantime."""


class ConnectionInUse(AtsError):
    """Raised when a connection that applications still need is to be removed; says what to do."""


class DeadLetterUnavailable(AtsError):
    """Raised when the dead-letter storage did not take or give an object; `code` is its own word for why."""

    def __init__(self, problem: str, *, code: str = "") -> None:
        super().__init__(problem)
        self.code = code


class DeadLetterUnreadable(AtsError):
    """Raised when an object in the bucket is not a dead letter of a known version, or is not given out."""


class ConfigurationError(ImproperlyConfigured):
    """Raised when a setting makes work impossible. Outside the tree on purpose."""
