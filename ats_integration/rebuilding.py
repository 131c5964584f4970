"""Deliveries without a message that can be read: it is built again, or a person hears of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from . import burial, intake
from .conf import conf
from .delivery import Result
from .errors import MessageInvalid, StaleDelivery
from .faults import one_by_one
from .messages import Message, decode
from .models import Delivery
from .states import DELIVERABLE, Outcome, Status
from .transitions import move

log = logging.getLogger(__name__)

BATCH = 500


def readable(delivery: Delivery) -> Message | None:
    """Return the message of a delivery; one that cannot be read is set aside, to be built again."""
    try:
        return decode(delivery.message)
    except MessageInvalid as error:
        set_aside(delivery, error)
        return None


def set_aside(delivery: Delivery, error: MessageInvalid) -> None:
    """Empty a message that cannot be read, so that it is built again and stands in nobody's way."""
    log.error("message.set_aside message=%s fields=%s", delivery.pk, ",".join(error.fields))
    Delivery.objects.filter(pk=delivery.pk, status=delivery.status).update(
        message={}, last_error_code=intake.NOT_BUILT, last_error="Its message could not be read; it is built again."
    )


def rebuild(now: datetime) -> int:
    """Build the messages that could not be built when their application came in, or cannot be read any more."""
    waiting = Delivery.objects.filter(status__in=(*DELIVERABLE, Status.HELD), message={}).unclaimed(now)
    return one_by_one(
        partial(rebuilt, now=now),
        waiting.select_related("config__customer")[:BATCH],
        partial(log.error, "message.not_rebuilt message=%s fault=%s"),
    )


def rebuilt(delivery: Delivery, now: datetime) -> int:
    """Build one message, or give up at the end of the budget, so that a person hears of it."""
    data = intake.described_now(delivery.application_id)
    if data is None:
        give_up(delivery, now)
        return 0
    first = intake.first_message(delivery, delivery.config.snapshot(), data)
    message = first.but(try_count=delivery.try_count, deadline_at=delivery.deadline_at)
    same = Delivery.objects.filter(pk=delivery.pk, status=delivery.status, message={})
    return same.update(message=message.to_dict(), last_error_code="", last_error="")


def give_up(delivery: Delivery, now: datetime) -> None:
    """Make a dead letter of a delivery whose application stayed unreadable for the whole budget."""
    if delivery.created_at > now - conf.retry_budget:
        return
    result = Result(
        outcome=Outcome.BUG,
        started_at=now,
        duration=timedelta(0),
        code=intake.NOT_BUILT,
        detail=delivery.last_error,
    )
    try:
        if delivery.status in (Status.PENDING, Status.HELD):
            move(delivery, Status.QUEUED)
        burial.bury(delivery, None, result, possible_duplicate=delivery.possible_duplicate)
    except StaleDelivery:
        log.info("message.given_up_elsewhere message=%s", delivery.pk)
