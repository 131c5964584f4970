"""Applications that came in without a delivery, and deliveries without a message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from . import burial, intake
from .adapters import adapter, application_model
from .conf import conf
from .delivery import Result
from .models import ATSConfig, Delivery
from .states import Outcome, Status
from .transitions import move

BATCH = 500


def take_in(now: datetime) -> int:
    """Take in recent applications that got no delivery: bulk_create, imports, a crash in between.

    A connection takes what came in since it was made, at most INTAKE_LOOKBACK ago.
    """
    horizon = now - conf.intake_lookback
    active = list(ATSConfig.objects.filter(is_active=True))
    settled = [config for config in active if config.created_at <= horizon]
    young = [config for config in active if config.created_at > horizon]
    taken = take_in_for(settled, horizon, now)
    return taken + sum(take_in_for([config], config.created_at, now) for config in young)


def take_in_for(configs: Sequence[ATSConfig], since: datetime, now: datetime) -> int:
    """Take in what these connections missed since a moment."""
    customer_ids = {config.customer_id for config in configs}
    deliveries = [
        delivery
        for application in without_delivery(customer_ids, configs, since, now)
        for delivery in intake.deliver_to(of_customer(configs, application), application)
    ]
    intake.dispatch(deliveries)
    return len(deliveries)


def without_delivery(
    customer_ids: Collection[Any], configs: Sequence[ATSConfig], since: datetime, now: datetime
) -> QuerySet[Any]:
    """Return the applications for which none of these connections has a delivery."""
    if not configs:
        return application_model()._default_manager.none()
    theirs = Delivery.objects.filter(application=OuterRef("pk"), config__in=configs)
    received = adapter().received_between(since, now - conf.sweep_grace, customer_ids)
    return received.filter(~Exists(theirs))[:BATCH]


def of_customer(configs: Sequence[ATSConfig], application: Any) -> list[ATSConfig]:
    """Choose the connections of the customer an application went to."""
    customer_id = adapter().customer_id(application)
    return [config for config in configs if config.customer_id == customer_id]


def rebuild(now: datetime) -> int:
    """Build the messages that could not be built when their application came in."""
    waiting = Delivery.objects.filter(status=Status.PENDING, message={}).select_related("config__customer")
    return sum(rebuilt(delivery, now) for delivery in waiting[:BATCH])


def rebuilt(delivery: Delivery, now: datetime) -> int:
    """Build one message, or give up at the end of the budget, so that a person hears of it."""
    application = application_model()._default_manager.filter(pk=delivery.application_id).first()
    data = intake.described(application) if application else None
    if data is None:
        give_up(delivery, now)
        return 0
    delivery.message = intake.first_message(delivery, data).to_dict()
    Delivery.objects.filter(pk=delivery.pk, status=Status.PENDING).update(
        message=delivery.message, last_error_code="", last_error=""
    )
    return 1


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
    burial.bury(move(delivery, Status.QUEUED), None, result, possible_duplicate=False)
