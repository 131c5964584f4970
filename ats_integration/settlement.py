"""What follows from the outcome of a try: delivered, another try, or a dead letter."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from . import burial, queues, retries
from .claims import Claim
from .conf import conf
from .delivery import Result
from .history import attempt_of, error_of
from .messages import Message
from .retries import Policy
from .states import Outcome, Status
from .transitions import move

#: Outcomes that another try with the same data cannot mend.
FINAL = frozenset({Outcome.REJECTED})


def settle(claim: Claim, message: Message, result: Result) -> None:
    """Record the try and do what its outcome asks for.

    Raises StaleDelivery where somebody else moved the delivery meanwhile.
    """
    if result.outcome == Outcome.DELIVERED:
        record_delivery(claim, result)
        return
    now = timezone.now()
    failed = after_failure(message, now)
    again_at = None if result.outcome in FINAL else next_try(failed, result, now)
    if again_at is None:
        burial.bury(claim.delivery, failed, result, possible_duplicate=is_doubtful(claim, result))
    else:
        retry(claim, failed, result, again_at)


def record_delivery(claim: Claim, result: Result) -> None:
    """Write the receipt."""
    delivery = claim.delivery
    with transaction.atomic():
        attempt_of(delivery, result, delivery.try_count + 1).save()
        move(
            delivery,
            Status.DELIVERED,
            delivered_at=timezone.now(),
            ats_reference=result.reference[:200],
            dropped=list(result.dropped),
            possible_duplicate=is_doubtful(claim, result),
            claimed_until=None,
            next_try_at=None,
        )


def retry(claim: Claim, message: Message, result: Result, at: datetime) -> None:
    """Write the failure and put the message back for `at`, on the retry queue."""
    delivery = claim.delivery
    with transaction.atomic():
        attempt_of(delivery, result, message.try_count).save()
        move(
            delivery,
            Status.RETRYING,
            try_count=message.try_count,
            deadline_at=message.deadline_at,
            message=message.to_dict(),
            next_try_at=at,
            possible_duplicate=is_doubtful(claim, result),
            claimed_until=None,
            **error_of(result),
        )
        transaction.on_commit(partial(queues.put_later, message, at))


def after_failure(message: Message, now: datetime) -> Message:
    """Count the failed try; the first one starts the budget."""
    deadline = message.deadline_at or now + conf.retry_budget
    return message.but(try_count=message.try_count + 1, deadline_at=deadline)


def next_try(message: Message, result: Result, now: datetime) -> datetime | None:
    """Return when to try again, or None where tries or budget are used up."""
    floor = conf.rate_limit_floor if result.outcome == Outcome.RATE_LIMITED else retries.NO_WAIT
    return retries.next_try(
        Policy.from_settings(),
        message.try_count,
        now=now,
        deadline=message.deadline_at or now,
        asked=result.retry_after,
        at_least=floor,
    )


def is_doubtful(claim: Claim, result: Result) -> bool:
    """Tell whether the ATS may hold this application more than once, now or after the next try."""
    if result.outcome == Outcome.UNCERTAIN:
        return True
    return not result.is_certain and (claim.delivery.possible_duplicate or claim.interrupted)
