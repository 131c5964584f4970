"""Applications that came in without a delivery."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import zip_longest
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from . import intake
from .adapters import adapter
from .conf import conf
from .faults import where
from .intake import TakenIn
from .models import ATSConfig, Delivery

log = logging.getLogger(__name__)

BATCH = 500
#: How many that cannot be taken in one sweep looks past: they must not stand in front of all others.
MOST_FAILING = 10 * BATCH
#: Moments that one query asks for.
MOMENTS = 50


def take_in(now: datetime) -> int:
    """Take in recent applications that got no delivery: bulk_create, imports, a crash in between.

    A connection takes what came in since it was made, at most INTAKE_LOOKBACK ago.
    """
    active = ATSConfig.objects.filter(is_active=True).order_by("-created_at")
    groups = one_each(active)
    return sum(take_in_for(some, now) for group in groups for some in in_pieces(group, now - conf.intake_lookback))


def in_pieces(configs: Sequence[ATSConfig], horizon: datetime) -> list[dict[datetime, list[ATSConfig]]]:
    """Part connections by the second from which they take what came in, a few of them at a time.

    To the second, so that connections which are made together are asked for together.
    """
    by_moment: dict[datetime, list[ATSConfig]] = defaultdict(list)
    for config in configs:
        by_moment[max(config.created_at, horizon).replace(microsecond=0)].append(config)
    moments = list(by_moment.items())
    return [dict(moments[i : i + MOMENTS]) for i in range(0, len(moments), MOMENTS)]


def one_each(configs: Iterable[ATSConfig]) -> list[list[ATSConfig]]:
    """Part connections into groups in which no customer comes twice."""
    by_customer: dict[Any, list[ATSConfig]] = defaultdict(list)
    for config in configs:
        by_customer[config.customer_id].append(config)
    return [list(filter(None, group)) for group in zip_longest(*by_customer.values())]


def take_in_for(configs: Mapping[datetime, Sequence[ATSConfig]], now: datetime) -> int:
    """Take in what these connections, at most one of each customer, missed, each since its moment."""
    by_customer = {config.customer_id: config for some in configs.values() for config in some}
    missed = without_delivery(configs, now)
    taken: list[TakenIn] = []
    failed = 0
    while len(taken) < BATCH and failed < MOST_FAILING and (page := missed[failed : failed + BATCH]):
        these = [one for application in page for one in taken_in(by_customer, application)]
        failed += len(page) - len(these)
        taken += these
    intake.dispatch(taken)
    return len(taken)


def without_delivery(configs: Mapping[datetime, Sequence[ATSConfig]], now: datetime) -> QuerySet[Any]:
    """Return the applications for which none of these connections has a delivery."""
    until = now - conf.sweep_grace
    received = [
        adapter().received_between(since, until, [config.customer_id for config in some])
        for since, some in configs.items()
    ]
    all_configs = [config for some in configs.values() for config in some]
    theirs = Delivery.objects.filter(application=OuterRef("pk"), config__in=all_configs)
    return reduce(or_, received).filter(~Exists(theirs))


def taken_in(by_customer: dict[Any, ATSConfig], application: Any) -> list[TakenIn]:
    """Write the delivery of one application; a fault with one must not keep the others out."""
    try:
        with transaction.atomic():
            customer_id = adapter().customer_id(application)
            active = intake.active_configs(customer_id)
            wanted = by_customer[customer_id].pk
            return intake.deliver_to([config for config in active if config.config_id == wanted], application)
    except IntegrityError:
        return []  # another sweep was faster
    except Exception as error:
        log.error("intake.failed application=%s fault=%s", application.pk, where(error))
        return []
