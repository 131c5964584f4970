"""The rows: connections, deliveries with their attempts, dead letters, incidents, the audit trail."""

from __future__ import annotations

from .audit import AuditEntry
from .configs import ATSConfig
from .deadletters import DeadLetter
from .deliveries import Attempt, Delivery
from .incidents import Incident

__all__ = ["ATSConfig", "Attempt", "AuditEntry", "DeadLetter", "Delivery", "Incident"]
