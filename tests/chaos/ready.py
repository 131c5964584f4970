"""Loaded once by the server process of `forge`: Django, and everything our processes import."""

from __future__ import annotations

import logging

import django

django.setup()
logging.disable(logging.CRITICAL)

from ats_integration import jobs, resend, worker  # noqa: E402, F401
