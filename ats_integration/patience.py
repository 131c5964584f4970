"""Record a result across a short outage of the database: the ATS has been told already."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

log = logging.getLogger(__name__)

#: What the database raises while it is away.
AWAY = (OperationalError, InterfaceError)
#: Waits between attempts; together well below the lease of a claim.
WAITS = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=9))

Value = TypeVar("Value")


def patiently(record: Callable[[], Value]) -> Value:
    """Call `record` until the database takes it.

    Raises DatabaseError where the outage is longer; claims then run out and the tries are repeated.
    """
    for wait in WAITS:
        try:
            return record()
        except AWAY as error:
            log.warning("settlement.database_away error=%s", type(error).__name__)
            time.sleep(wait.total_seconds())
            close_old_connections()
    return record()
