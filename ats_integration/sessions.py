"""Tokens that an ATS gives for credentials: kept encrypted with the connection, made once for all workers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from .models import ATSConfig
from .providers.calls import Session

#: A worker that has not logged in by then is taken for dead.
LOGIN_LEASE = timedelta(seconds=30)
#: How often the others look whether it has.
LOOK_EVERY = timedelta(milliseconds=200)
#: A session is not used in its last moments.
MARGIN = timedelta(seconds=20)


class StoredSessions:
    """The session of one connection, shared through its row."""

    def __init__(self, config: ATSConfig) -> None:
        self._pk = config.pk
        self._mark = mark_of(config)

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the values of a session, logging in where there is none or the given one is `over`.

        Raises whatever `login` raises; the next caller then tries again.
        """
        give_up = timezone.now() + LOGIN_LEASE
        while (now := timezone.now()) < give_up:
            if values := self.stored(now, over):
                return values
            if self.claim(now):
                return self.renewed(login)
            time.sleep(LOOK_EVERY.total_seconds())
        return login().values

    def stored(self, now: datetime, over: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return the stored session if it is good for a while."""
        row = ATSConfig.objects.only("session", "session_until").filter(pk=self._pk).first()
        if row is None or row.session_until is None or row.session_until < now + MARGIN:
            return None
        session = row.session.reveal()
        values: Mapping[str, Any] = session.get("values", {})
        return None if session.get("mark") != self._mark or values == over else values

    def claim(self, now: datetime) -> bool:
        """Tell whether it is on us to log in."""
        free = Q(session_claimed_until=None) | Q(session_claimed_until__lt=now)
        return bool(ATSConfig.objects.filter(free, pk=self._pk).update(session_claimed_until=now + LOGIN_LEASE))

    def renewed(self, login: Callable[[], Session]) -> Mapping[str, Any]:
        """Log in and share the session."""
        rows = ATSConfig.objects.filter(pk=self._pk)
        try:
            made = login()
        except BaseException:
            rows.update(session_claimed_until=None)
            raise
        session = {"mark": self._mark, "values": dict(made.values)}
        rows.update(session=session, session_until=timezone.now() + made.lifetime, session_claimed_until=None)
        return made.values


def mark_of(config: ATSConfig) -> str:
    """Mark the connection a session was made with: changed credentials or addresses need a new one."""
    made_with = json.dumps([config.credentials.token, config.base_url, config.settings], sort_keys=True)
    return hashlib.sha256(made_with.encode()).hexdigest()
