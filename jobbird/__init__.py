"""The host: a small job board that uses `ats_integration`."""
