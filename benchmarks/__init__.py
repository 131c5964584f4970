"""Measure what this project does against its peers from PyPI, side by side in the same call."""
