"""An application comes in: one delivery with its message per active connection, then the happy queue."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, connections, router, transaction
from django.utils import timezone

from . import queues
from .adapters import adapter, application_model
from .faults import where
from .messages import ApplicationData, Ats, Message, build
from .models import ATSConfig, Delivery
from .models.configs import TOLD

log = logging.getLogger(__name__)

NOT_BUILT = "message_not_built"
#: What a message says of a connection, and no more: it is read with every application.
ACTIVE = f"""
SELECT id, {", ".join(TOLD)} FROM {ATSConfig._meta.db_table}
WHERE customer_id = %s AND is_active ORDER BY id
"""  # noqa: S608


@dataclass(frozen=True)
class TakenIn:
    """A new delivery and its message; None where the application could not be read (yet)."""

    delivery: Delivery
    message: Message | None


def accept(application: Any) -> None:
    """Make the deliveries of a new application and enqueue them once it is committed.

    Whatever goes wrong here, the application is saved and the sweeper takes it in. Raises only where it
    is not saved either, because the connection to the database broke: the candidate must not be thanked.
    """
    try:
        with transaction.atomic():
            taken = take_in(application)
    except Exception as error:
        log.error("intake.failed application=%s fault=%s", application.pk, where(error))
        if connection.needs_rollback:  # nothing of this transaction will be committed, and Django would not say so
            raise
        return
    transaction.on_commit(partial(dispatch_calmly, taken))


def take_in(application: Any) -> list[TakenIn]:
    """Write one delivery for each active connection of the customer; return those it wrote."""
    return deliver_to(active_configs(adapter().customer_id(application)), application)


def active_configs(customer_id: Any) -> list[Ats]:
    """Return the active connections of a customer and hold on to them until the commit, inside of a transaction.

    One that is deleted meanwhile would undo the whole save: PostgreSQL looks at foreign keys only at the commit.
    """
    database = connections[router.db_for_write(ATSConfig)]
    key: Any = ATSConfig._meta.get_field("customer")
    lock = "FOR KEY SHARE" if database.vendor == "postgresql" else ""
    with database.cursor() as cursor:
        cursor.execute(ACTIVE + lock, [key.get_db_prep_value(customer_id, database)])
        return [ATSConfig.snapshot_of(row, database) for row in cursor.fetchall()]


def deliver_to(configs: Sequence[Ats], application: Any) -> list[TakenIn]:
    """Write the deliveries of one application to these connections."""
    if not configs:
        return []
    data = described(application)
    taken = [new_delivery(config, application, data) for config in configs]
    Delivery.objects.bulk_create([one.delivery for one in taken])
    return taken


def described(application: Any) -> ApplicationData | None:
    """Let the host's adapter describe the application; None where it cannot (yet)."""
    try:
        return adapter().describe(application)
    except Exception as error:
        log.error("intake.not_described application=%s fault=%s", application.pk, where(error))
        return None


def described_now(application_id: Any) -> ApplicationData | None:
    """Describe an application as it is by now; None where the host has it no more, or it cannot be read (yet)."""
    application = application_model()._default_manager.filter(pk=application_id).first()
    return described(application) if application else None


def new_delivery(config: Ats, application: Any, data: ApplicationData | None) -> TakenIn:
    """Build the row of one delivery. Without data it waits for the sweeper to try again."""
    delivery = Delivery(id=uuid.uuid4(), config_id=config.config_id, application_id=application.pk)
    if data is None:
        delivery.last_error_code = NOT_BUILT
        delivery.last_error = "The application could not be read yet; it is tried again."
        return TakenIn(delivery, None)
    message = first_message(delivery, config, data)
    delivery.message = message.to_dict()
    return TakenIn(delivery, message)


def first_message(delivery: Delivery, config: Ats, data: ApplicationData) -> Message:
    """Build the message of a first try: tryCount 0, no deadline yet."""
    return build(data, message_id=delivery.pk, created_at=timezone.now(), ats=config)


def dispatch_calmly(taken: Sequence[TakenIn]) -> None:
    """Dispatch from inside a web request: a fault here is the sweeper's work, not the candidate's."""
    try:
        dispatch(taken)
    except Exception as error:
        log.error("intake.not_dispatched deliveries=%d fault=%s", len(taken), where(error))


def dispatch(taken: Sequence[TakenIn]) -> bool:
    """Put pending deliveries on the happy queue; tell whether Redis took them.

    Their rows stay as they are: a worker notes it with its claim, or the sweeper where none comes soon.
    """
    ready = [one.message for one in taken if one.message]
    return bool(ready) and queues.put(ready)
