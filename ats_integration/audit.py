"""Write the audit trail: in the transaction of the deed itself, so that neither is there without the other."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable
from typing import Any

from .models import ATSConfig, AuditEntry, DeadLetter
from .states import Deed

#: Who did what code did without saying for whom.
NOBODY = "a program"
LONGEST = 500  # characters, of the names of fields


def on_connection(config: ATSConfig, deed: Deed, *, by: str, fields: Iterable[str] = ()) -> None:
    """Note that somebody changed a connection."""
    write(config.customer_id, config.pk, deed, str(config), by=by, fields=fields)


def on_letter(letter: DeadLetter, *, by: str) -> None:
    """Note that somebody sent an application again."""
    write(letter.customer_id, letter.config_id, Deed.RESENT, str(letter.message_id), by=by)


def write(
    customer_id: Any, config_id: int | None, deed: Deed, subject: str, *, by: str, fields: Iterable[str] = ()
) -> None:
    """Write one line of the trail."""
    AuditEntry.objects.create(
        who=by[:200],
        deed=deed,
        customer_id=str(customer_id),
        config_id=config_id,
        subject=subject[:200],
        fields=", ".join(fields)[:LONGEST],
    )


def name_of(user: Any) -> str:
    """Return how the trail calls a user of the site."""
    return str(user.get_username())


def at_the_command_line(by: str = "") -> str:
    """Return how the trail calls somebody at the command line: who they say they are, or their system login."""
    return f"{by or system_login()} (command line)"


def system_login() -> str:
    """Return the login of the process; in a container without names, its number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"
