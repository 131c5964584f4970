"""The same delivery as a job of other systems: one POST of 2 KB of JSON, nothing stored, nothing encrypted.

Each `on_*` module declares the job for one system, as its documentation does, and offers `enqueue`.
Addresses come from the environment: ATS_URL, REDIS_URL.
"""
