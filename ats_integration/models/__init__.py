"""The rows: connections, deliveries with their attempts, dead letters, incidents."""

from __future__ import annotations

from .configs import ATSConfig
from .deadletters import DeadLetter
from .deliveries import Attempt, Delivery
from .incidents import Incident

__all__ = ["ATSConfig", "Attempt", "DeadLetter", "Delivery", "Incident"]
