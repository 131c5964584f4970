"""What people do while applications are on their way: a connection switched off and on, applications erased."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from ats_integration.models import ATSConfig, Delivery
from ats_integration.states import DELIVERABLE, Status
from ats_integration.transitions import move

from ..ground import Ground
from ..looking import patiently
from .base import Fault, last

#: So many wait, in a queue or for another try, when somebody comes; so many of them are erased.
WAITING, ERASED = 20, 10
MOMENT = timedelta(seconds=2)


@contextmanager
def backlog(ground: Ground) -> Iterator[None]:
    """Let the ATSs be down until deliveries wait."""
    ground.ats.behave("*", "down")
    ground.wait("deliveries that wait", lambda: patiently(waiting().count) >= WAITING)
    yield
    ground.ats.behave("*", "ok")


def waiting() -> QuerySet[Delivery]:
    """Return the deliveries that are due, or will be, and that no worker has in its hands."""
    return Delivery.objects.filter(status__in=DELIVERABLE, claimed_until=None)


def switch_off(ground: Ground) -> None:
    """Switch all connections off while deliveries wait, and on again after a while."""
    with backlog(ground):
        switch(is_active=False)
    ground.wait("a held delivery", lambda: patiently(Delivery.objects.filter(status=Status.HELD).exists))
    last(ground.pace.switched_off)
    switch(is_active=True)


def switch(*, is_active: bool) -> None:
    """Switch all connections, as their owners do."""
    for config in ATSConfig.objects.all():
        config.is_active = is_active
        config.save()


def erase(ground: Ground) -> None:
    """Erase deliveries that wait, with their messages."""
    with backlog(ground), transaction.atomic():
        for delivery in waiting().select_for_update()[:ERASED]:
            move(delivery, Status.ERASED, message={}, kept={}, next_try_at=None)
            ground.erased.add(delivery.pk)


FAULTS = (
    Fault(
        name="connections-off",
        title="connections switched off for {switched_off} while deliveries wait",
        strike=switch_off,
        lasts=lambda pace: pace.switched_off,
        within=180,
        takes_in_later=True,
    ),
    Fault(
        name="erased",
        title=f"{ERASED} applications erased while they wait for ATSs that answer 503",
        strike=erase,
        lasts=lambda _pace: MOMENT,
        within=180,
    ),
)
