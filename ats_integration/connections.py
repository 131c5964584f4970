"""Change a connection: save it, switch it, remove it. Each change is logged: who, when, what, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import transaction
from django.utils.translation import ngettext

from . import audit
from .errors import ConnectionInUse
from .models import ATSConfig
from .states import Deed, Status

DEEDS = {ADDITION: Deed.ADDED, CHANGE: Deed.CHANGED, DELETION: Deed.REMOVED}
MOVING = (
    "%d application is still on its way. It arrives or fails within minutes: try again then.",
    "%d applications are still on their way. They arrive or fail within minutes: try again then.",
)
WAITING = (
    "%d application waits here, because the connection is paused. Switch it on, let it go, then remove it.",
    "%d applications wait here, because the connection is paused. Switch it on, let them go, then remove it.",
)
UNSTORED = (
    "%d failed application is not yet stored as a dead letter. Try again in a few minutes.",
    "%d failed applications are not yet stored as dead letters. Try again in a few minutes.",
)


def save(config: ATSConfig, *, by: Any, entry: Sequence[dict[str, Any]]) -> None:
    """Store a connection; `entry` is what Django's log says about it."""
    flag = ADDITION if config.pk is None else CHANGE
    with transaction.atomic():
        config.save()
        record(config, by=by, flag=flag, entry=entry)


def switch(config: ATSConfig, *, active: bool, by: Any) -> None:
    """Pause a connection or let it go on; one that already is as wanted is left alone."""
    if config.is_active == active:
        return
    config.is_active = active
    with transaction.atomic():
        config.save(update_fields=["is_active", "updated_at"])
        record(config, by=by, flag=CHANGE, entry=[{"changed": {"fields": ["Active"]}}])


def remove(config: ATSConfig, *, by: Any) -> None:
    """Delete a connection and its deliveries; its dead letters stay.

    Raises ConnectionInUse where applications would be lost with it.
    """
    with transaction.atomic():
        locked = ATSConfig.objects.select_for_update().filter(pk=config.pk).first()
        if locked is None:
            return
        if problem := obstacle(locked):
            raise ConnectionInUse(problem)
        record(locked, by=by, flag=DELETION, entry=[{"deleted": {}}])
        locked.delete()


def obstacle(config: ATSConfig) -> str:
    """Say what keeps a connection from being removed and what to do about it; empty = nothing does."""
    held = config.deliveries.filter(status=Status.HELD).count()
    moving = config.deliveries.open().count() - held
    unstored = config.dead_letters.unstored().count()
    found = ((moving, MOVING), (held, WAITING), (unstored, UNSTORED))
    return " ".join(ngettext(*sentences, count) % count for count, sentences in found if count)


def record(config: ATSConfig, *, by: Any, flag: int, entry: Sequence[dict[str, Any]]) -> None:
    """Write one line in the admin's history and one in the audit trail, which outlives the person."""
    LogEntry.objects.log_actions(by.pk, [config], flag, change_message=list(entry), single_object=True)
    note(config, by=by, flag=flag, entry=entry)


def note(config: ATSConfig, *, by: Any, flag: int, entry: Sequence[dict[str, Any]]) -> None:
    """Write one line in the audit trail: the names of the fields, never a value."""
    audit.on_connection(config, DEEDS[flag], by=audit.name_of(by), fields=names(entry))


def names(entry: Sequence[dict[str, Any]]) -> list[str]:
    """Return the fields that an entry of Django's log names."""
    return [str(name) for part in entry for name in part.get("changed", {}).get("fields", ())]
