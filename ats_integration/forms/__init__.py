"""The form of a connection, made from what the chosen ATS declares. Pages and admin share it."""

from __future__ import annotations

from .connection import ConnectionForm, form_class

__all__ = ["ConnectionForm", "form_class"]
