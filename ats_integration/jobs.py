"""What RQ runs, by dotted path. Jobs only read the message and call the flows."""

from __future__ import annotations

import logging
import time
from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections

from . import claims, delivery, holding, settlement
from .errors import MessageInvalid, StaleDelivery
from .messages import Message, decode
from .progress import progress_of

log = logging.getLogger(__name__)

#: Waits between attempts to record a result; together well below the claim's lease.
DATABASE_PATIENCE = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=9))


def deliver(raw: Any) -> str:
    """Try once to deliver the message; return how it ended, in one word for RQ's own log.

    An unreadable message is dropped: its row is untouched, and the sweeper sends it again from there.
    """
    try:
        message = decode(raw)
    except MessageInvalid as error:
        log.error("message.invalid fields=%s", ",".join(error.fields))
        return "message_invalid"
    claim = claims.claim(message.message_id, message.try_count)
    if claim is None:
        return "nothing_to_do"
    with structlog.contextvars.bound_contextvars(delivery_id=str(message.message_id)):
        return process(claim, message)


def process(claim: claims.Claim, message: Message) -> str:
    """Deliver a claimed message and settle what follows."""
    config = claim.delivery.config
    try:
        if not config.is_active:
            holding.hold(claim.delivery)
            return "held"
        result = delivery.attempt(message, config, progress_of(claim))
        settle(claim, message, result)
    except StaleDelivery:
        return "moved_meanwhile"
    log.info("delivery.%s message=%s code=%s", result.outcome, message.message_id, result.code)
    return str(result.outcome)


def settle(claim: claims.Claim, message: Message, result: delivery.Result) -> None:
    """Record what happened, also across a short outage of the database: the ATS has been told already.

    Raises DatabaseError where the outage is longer; the claim then runs out and the try is repeated.
    """
    for pause in DATABASE_PATIENCE:
        try:
            return settlement.settle(untouched(claim), message, result)
        except (OperationalError, InterfaceError) as error:
            log.warning("settlement.database_away message=%s error=%s", message.message_id, type(error).__name__)
            time.sleep(pause.total_seconds())
            close_old_connections()
    return settlement.settle(untouched(claim), message, result)


def untouched(claim: claims.Claim) -> claims.Claim:
    """Return a claim whose delivery is as it was read: a commit that fails must leave nothing half moved behind."""
    return replace(claim, delivery=copy(claim.delivery))
