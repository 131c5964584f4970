"""One try on a thread of the worker: call the ATS, and say what is to be recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from . import delivery, holding, settlement
from .claims import Claim
from .conf import conf
from .database_threads import on_database
from .delivery import Result
from .dispatch import Job, Settled, Verdict
from .errors import StaleDelivery
from .messages import Message
from .patience import patiently
from .progress import progress_of
from .settlement import Finished, Step
from .states import Outcome

log = logging.getLogger(__name__)

#: What a result says about the ATS: whatever it answered, it is there. A bug of ours says nothing about it.
VERDICTS: dict[str, Verdict] = {Outcome.UNAVAILABLE: "failed", Outcome.UNCERTAIN: "failed", Outcome.BUG: "silent"}
#: Failures that took as long as we would wait: an ATS that hangs costs the others more than one that is down.
TIME_OUTS = ("connect_timeout", "send_timeout", "read_timeout", "try_timeout")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A claimed delivery with its message and its job."""

    job: Job
    claim: Claim
    message: Message


@dataclass(frozen=True, kw_only=True)
class Done:
    """A job that may be acknowledged once `step`, if there is one, is recorded."""

    settled: Settled
    step: Step | None = None


def try_once(task: Task, leave: Callable[[], None] | None = None) -> Done:
    """Deliver, or park, or bury; what can be recorded together with others is left to the recorder.

    `leave` is called before the first call and may wait.
    Raises DatabaseError where the database stayed away; the claim then runs out and the try is repeated.
    """
    config = task.claim.delivery.config
    try:
        if not config.is_active:
            on_database(holding.hold, task.claim.delivery)
        elif task.job.dies_of:
            settlement.bury_unsent(task.claim, task.message, task.job.dies_of)
        else:
            return called(task, leave)
    except StaleDelivery:
        log.info("delivery.moved_meanwhile message=%s", task.message.message_id)
    return Done(settled=acknowledged(task))


def called(task: Task, leave: Callable[[], None] | None) -> Done:
    """Call the ATS.

    Raises StaleDelivery where the delivery died of it and somebody else moved it meanwhile, and DatabaseError.
    """
    progress = progress_of(task.claim, task.message)
    result = delivery.attempt(task.message, task.claim.delivery.config, progress, leave)
    log.info("delivery.%s message=%s code=%s", result.outcome, task.message.message_id, result.code)
    finished = Finished(claim=task.claim, message=task.message, result=result)
    step = settlement.step_after(finished)
    if step is None:
        patiently(partial(settlement.bury, finished))
    return Done(settled=acknowledged(task, result), step=step)


def acknowledged(task: Task, result: Result | None = None) -> Settled:
    """Return what the lanes are told about a job."""
    config_id = task.claim.delivery.config_id
    if result is None:
        return Settled(id=task.job.id, queue=task.job.queue, config_id=config_id)
    return Settled(
        id=task.job.id,
        queue=task.job.queue,
        config_id=config_id,
        verdict="hung" if result.code in TIME_OUTS else VERDICTS.get(result.outcome, "answered"),
        code=result.code,
        calm=calm_after(result),
        counted_at=result.counted_at,
    )


def calm_after(result: Result) -> timedelta:
    """Return how long an ATS that had too many calls is left alone: as it asked, but no longer than the budget."""
    if result.outcome != Outcome.RATE_LIMITED:
        return timedelta(0)
    return min(result.retry_after or conf.rate_limit_floor, conf.retry_budget)
