"""Carry every application on a job board to the hiring company's applicant tracking system."""

from __future__ import annotations

__version__ = "0.1.0"
