"""The fault suite: real processes, broken on purpose while applications come in, and a ledger that counts them all.

`make chaos` runs the full table, `make chaos ARGS=--short` the form that is part of `make test`.
"""
