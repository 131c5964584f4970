"""A stand-in for the ATSs: one small HTTP server that plays all of them, for the demo and for tests.

`with Sandbox() as ats:` starts it in a thread; `python manage.py ats_sandbox` runs it alone. What
it receives is validated as the vendors' documentation says, kept in memory, and never logged.
"""

from __future__ import annotations

from .stand_in import Sandbox

__all__ = ["Sandbox"]
