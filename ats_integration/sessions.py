"""Tokens that an ATS gives for credentials: kept encrypted with the connection, made once for all workers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from .database_threads import on_database
from .errors import CredentialsUnreadable
from .models import ATSConfig
from .providers.calls import Session

#: A worker that has not logged in by then is taken for dead.
LOGIN_LEASE = timedelta(seconds=30)
#: How often the others look whether it has.
LOOK_EVERY = timedelta(milliseconds=200)
#: A session is not used in its last moments.
MARGIN = timedelta(seconds=20)

#: What a session tells the calls that follow.
Values = Mapping[str, Any]


class StoredSessions:
    """The session of one connection, shared through its row."""

    def __init__(self, config: ATSConfig) -> None:
        self._config = config

    @property
    def _rows(self) -> QuerySet[ATSConfig]:
        return ATSConfig.objects.filter(pk=self._config.pk)

    @cached_property
    def _mark(self) -> str:
        return mark_of(self._config)

    def get(self, login: Callable[[], Session], *, over: Values | None = None) -> Values:
        """Return the values of a session, logging in where there is none or the given one is `over`.

        Raises whatever `login` raises; the next caller then tries again.
        """
        give_up = timezone.now() + LOGIN_LEASE
        while timezone.now() < give_up:
            if found := on_database(self.stored, over):
                return found
            if lease := on_database(self.claim):
                return self.claimed(lease, login, over)
            if not on_database(self._rows.exists):
                break
            time.sleep(LOOK_EVERY.total_seconds())
        return login().values

    def stored(self, over: Values | None) -> Values | None:
        """Return the stored session, if it was made with today's values and is good for a while."""
        row = self._rows.only("session", "session_until").first()
        if row is None or row.session_until is None or row.session_until < timezone.now() + MARGIN:
            return None
        try:
            session = row.session.reveal()
        except CredentialsUnreadable:  # the keys were changed: a new login makes a readable one
            return None
        values: Values = session.get("values", {})
        return None if session.get("mark") != self._mark or values == over else values

    def claim(self) -> datetime | None:
        """Return until when it is on us to log in, or None where somebody else does."""
        now = timezone.now()
        free = Q(session_claimed_until=None) | Q(session_claimed_until__lt=now)
        lease = now + LOGIN_LEASE
        return lease if self._rows.filter(free).update(session_claimed_until=lease) else None

    def claimed(self, lease: datetime, login: Callable[[], Session], over: Values | None) -> Values:
        """Look once more, because somebody may just have finished; then log in. The claim ends in any case."""
        try:
            return on_database(self.stored, over) or self.renewed(login)
        finally:
            on_database(self._rows.filter(session_claimed_until=lease).update, session_claimed_until=None)

    def renewed(self, login: Callable[[], Session]) -> Values:
        """Log in and share the session."""
        made = login()
        session = {"mark": self._mark, "values": dict(made.values)}
        on_database(self._rows.update, session=session, session_until=timezone.now() + made.lifetime)
        return made.values


def mark_of(config: ATSConfig) -> str:
    """Mark the connection a session was made with: changed credentials or addresses need a new one."""
    made_with = json.dumps([config.credentials.token, config.base_url, config.settings], sort_keys=True)
    return hashlib.sha256(made_with.encode()).hexdigest()
