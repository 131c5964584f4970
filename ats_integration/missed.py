"""Applications that came in without a delivery."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from . import intake
from .adapters import adapter
from .conf import conf
from .faults import where
from .models import ATSConfig, Delivery

log = logging.getLogger(__name__)

BATCH = 500


def take_in(now: datetime) -> int:
    """Take in recent applications that got no delivery: bulk_create, imports, a crash in between.

    A connection takes what came in since it was made, at most INTAKE_LOOKBACK ago.
    """
    horizon = now - conf.intake_lookback
    active = list(ATSConfig.objects.filter(is_active=True).order_by("pk"))
    settled = [config for config in active if config.created_at <= horizon]
    young = [config for config in active if config.created_at > horizon]
    taken = sum(take_in_for(group, horizon, now) for group in one_each(settled))
    return taken + sum(take_in_for([config], config.created_at, now) for config in young)


def one_each(configs: Iterable[ATSConfig]) -> list[list[ATSConfig]]:
    """Part connections into groups in which no customer comes twice."""
    by_customer: dict[Any, list[ATSConfig]] = defaultdict(list)
    for config in configs:
        by_customer[config.customer_id].append(config)
    return [list(filter(None, group)) for group in zip_longest(*by_customer.values())]


def take_in_for(configs: Sequence[ATSConfig], since: datetime, now: datetime) -> int:
    """Take in what these connections, at most one of each customer, missed since a moment."""
    by_customer = {config.customer_id: config for config in configs}
    found = without_delivery(by_customer.keys(), configs, since, now)
    deliveries = [delivery for application in found for delivery in taken_in(by_customer, application)]
    intake.dispatch(deliveries)
    return len(deliveries)


def without_delivery(
    customer_ids: Collection[Any], configs: Sequence[ATSConfig], since: datetime, now: datetime
) -> QuerySet[Any]:
    """Return the applications for which none of these connections has a delivery."""
    theirs = Delivery.objects.filter(application=OuterRef("pk"), config__in=configs)
    received = adapter().received_between(since, now - conf.sweep_grace, customer_ids)
    return received.filter(~Exists(theirs))[:BATCH]


def taken_in(by_customer: dict[Any, ATSConfig], application: Any) -> list[Delivery]:
    """Write the delivery of one application; a fault with one must not keep the others out."""
    try:
        with transaction.atomic():
            return intake.deliver_to([by_customer[adapter().customer_id(application)]], application)
    except IntegrityError:
        return []  # another sweep was faster
    except Exception as error:
        log.error("intake.failed application=%s fault=%s", application.pk, where(error))
        return []
