"""The words everything else uses: where a delivery stands and how one try ended."""

from __future__ import annotations

from django.db.models import TextChoices

HAPPY_QUEUE = "happy"
RETRY_QUEUE = "retry"


class Status(TextChoices):
    """Where a delivery stands; the database is the truth about it."""

    PENDING = "pending", "waiting for the queue"
    QUEUED = "queued", "in the happy queue"
    RETRYING = "retrying", "waiting for another try"
    DELIVERED = "delivered", "delivered"
    DEAD = "dead", "dead letter"
    HELD = "held", "held: the connection is paused"
    ERASED = "erased", "erased"


class Outcome(TextChoices):
    """How one try ended. Everything but `delivered` and `rejected` is tried again."""

    DELIVERED = "delivered", "delivered"
    REJECTED = "rejected", "rejected by the ATS"
    JOB_CLOSED = "job_closed", "job closed or unknown"
    UNAUTHORIZED = "unauthorized", "credentials refused"
    RATE_LIMITED = "rate_limited", "too many calls"
    UNAVAILABLE = "unavailable", "ATS out of reach"
    UNCERTAIN = "uncertain", "sent, but no readable answer"
    BUG = "bug", "fault on our side"


class Deed(TextChoices):
    """What the audit trail tells."""

    ADDED = "added", "added"
    CHANGED = "changed", "changed"
    REMOVED = "removed", "removed"
    RESENT = "resent", "sent again"
    ROTATED = "rotated", "put under the first encryption key"


#: Legal moves of a delivery; `ats_integration.transitions` refuses every other one.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.QUEUED, Status.HELD, Status.ERASED}),
    Status.QUEUED: frozenset({Status.DELIVERED, Status.RETRYING, Status.DEAD, Status.HELD, Status.ERASED}),
    Status.RETRYING: frozenset({Status.RETRYING, Status.DELIVERED, Status.DEAD, Status.HELD, Status.ERASED}),
    Status.HELD: frozenset({Status.QUEUED, Status.RETRYING, Status.ERASED}),
    Status.DEAD: frozenset({Status.QUEUED, Status.ERASED}),
    Status.DELIVERED: frozenset({Status.ERASED}),
    Status.ERASED: frozenset(),
}

#: Deliveries that a worker may take up when their message arrives.
DELIVERABLE = frozenset({Status.PENDING, Status.QUEUED, Status.RETRYING})

#: Deliveries that still have somewhere to go.
OPEN = frozenset({Status.PENDING, Status.QUEUED, Status.RETRYING, Status.HELD})
