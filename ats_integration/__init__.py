"""Carry every application on a job board to the hiring company's applicant tracking system."""

__version__ = "0.1.0"
