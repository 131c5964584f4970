"""What follows from the outcome of a try: delivered, another try, or a dead letter."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from . import burial, history, queues, retries, transitions
from .bulk_writes import update_and_insert
from .claims import Claim
from .conf import conf
from .delivery import Result
from .errors import StaleDelivery
from .history import Line, error_of, line_of
from .messages import Message
from .retries import Policy
from .states import Outcome, Status
from .transitions import Move

#: Outcomes that another try with the same data cannot mend.
FINAL = frozenset({Outcome.REJECTED})
#: Where the tries lead that are recorded together; others make dead letters.
RECORDED = (Status.DELIVERED, Status.RETRYING)
OUTAGE = "The ATS was out of reach, and still was when the time of this application had run out."


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A claimed delivery, the message of its try, and how the try ended."""

    claim: Claim
    message: Message
    result: Result


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a try leads to: a move of the delivery, a line in its history, and another try, if there is one."""

    move: Move
    line: Line
    message: Message
    again_at: datetime | None = None


def settle(finished: Finished) -> None:
    """Record one try and do what its outcome asks for.

    Raises StaleDelivery where somebody else moved the delivery meanwhile.
    """
    step = step_after(finished)
    if step is None:
        bury(finished)
    elif not record([step]):
        raise StaleDelivery(f"Delivery {finished.claim.delivery.pk} was moved meanwhile.")


def step_after(finished: Finished) -> Step | None:
    """Return what a try leads to, or None where it leads to a dead letter."""
    result = finished.result
    if result.outcome == Outcome.DELIVERED:
        return Step(move=delivered(finished), line=line_after(finished), message=finished.message)
    now = timezone.now()
    message = after_failure(finished.message, now)
    again_at = None if result.outcome in FINAL else next_try(message, result, now)
    if again_at is None:
        return None
    move = retrying(finished, message, again_at)
    return Step(move=move, line=line_after(finished), message=message, again_at=again_at)


def record(steps: Sequence[Step]) -> set[UUID]:
    """Write steps into the database, all or none; return the ids of deliveries that nobody else moved meanwhile.

    After the commit, what is to be tried again goes through rq-scheduler.
    """
    alike = [[step for step in steps if step.move.to == status] for status in RECORDED]
    with transaction.atomic() if all(alike) else nullcontext():
        moved = {key for group in alike if group for key in record_alike(group)}
        again = [(step.message, step.again_at) for step in steps if step.again_at and step.move.delivery.pk in moved]
        if again:
            transaction.on_commit(partial(queues.put_later, again))
    return moved


def record_alike(steps: Sequence[Step]) -> set[UUID]:
    """Write steps that lead to the same status; return the ids of deliveries that nobody else moved meanwhile."""
    moves = transitions.update([step.move for step in steps])
    return update_and_insert(moves, history.insert([step.line for step in steps]))


def bury(finished: Finished) -> None:
    """Make a dead letter.

    Raises StaleDelivery where somebody else moved the delivery meanwhile.
    """
    message = after_failure(finished.message, timezone.now())
    as_read = copy(finished.claim.delivery)  # a commit that fails must leave nothing half moved behind
    burial.bury(as_read, message, finished.result, possible_duplicate=is_doubtful(finished))


def bury_unsent(claim: Claim, message: Message, code: str) -> None:
    """Make a dead letter of a message that waited through an outage for the whole budget; it costs no try.

    Raises StaleDelivery where somebody else moved the delivery meanwhile.
    """
    result = Result(
        outcome=Outcome.UNAVAILABLE, started_at=timezone.now(), duration=timedelta(0), code=code, detail=OUTAGE
    )
    burial.bury(claim.delivery, message, result, possible_duplicate=claim.delivery.possible_duplicate)


def line_after(finished: Finished) -> Line:
    """Describe the try."""
    return line_of(finished.claim.delivery, finished.result, finished.message.try_count + 1)


def delivered(finished: Finished) -> Move:
    """Describe the receipt."""
    result = finished.result
    changes = {
        "delivered_at": timezone.now(),
        "ats_reference": result.reference[:200],
        "dropped": list(result.dropped),
        "possible_duplicate": is_doubtful(finished),
        "claimed_until": None,
        "next_try_at": None,
    }
    return Move(delivery=finished.claim.delivery, to=Status.DELIVERED, changes=changes)


def retrying(finished: Finished, message: Message, again_at: datetime) -> Move:
    """Describe the failure and the wait for another try."""
    changes = {
        "try_count": message.try_count,
        "deadline_at": message.deadline_at,
        "message": message.to_dict(),
        "next_try_at": again_at,
        "possible_duplicate": is_doubtful(finished),
        "claimed_until": None,
        **error_of(finished.result),
    }
    return Move(delivery=finished.claim.delivery, to=Status.RETRYING, changes=changes)


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


def is_doubtful(finished: Finished) -> bool:
    """Tell whether the ATS may hold this application more than once, now or after the next try."""
    if finished.result.outcome == Outcome.UNCERTAIN:
        return True
    return not finished.result.is_certain and finished.claim.delivery.possible_duplicate
