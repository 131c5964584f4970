"""What RQ runs, by dotted path. Jobs only read the message and call the flows."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from . import claims, delivery, holding, settlement
from .errors import MessageInvalid, StaleDelivery
from .messages import Message, decode
from .patience import patiently
from .progress import progress_of

log = logging.getLogger(__name__)


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
    return process(claim, message)


def process(claim: claims.Claim, message: Message) -> str:
    """Deliver a claimed message and settle what follows."""
    config = claim.delivery.config
    try:
        if not config.is_active:
            holding.hold(claim.delivery)
            return "held"
        result = delivery.attempt(message, config, progress_of(claim, message))
        patiently(partial(settlement.settle, settlement.Finished(claim=claim, message=message, result=result)))
    except StaleDelivery:
        return "moved_meanwhile"
    log.info("delivery.%s message=%s code=%s", result.outcome, message.message_id, result.code)
    return str(result.outcome)
