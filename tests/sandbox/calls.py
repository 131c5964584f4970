"""Plain calls to the stand-in, made by `requests` and by nothing of ours."""

from __future__ import annotations

from typing import Any

import requests

from ats_integration.sandbox import Sandbox

CV = ("cv.pdf", b"%PDF-1.7 example", "application/pdf")
Files = dict[str, tuple[str, bytes, str]]

FORMS: dict[str, dict[str, Any]] = {
    "greenhouse": {"first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org"},
    "lever": {"name": "Sanne de Vries", "email": "sanne@example.org"},
    "recruitee": {"candidate[name]": "Sanne de Vries", "candidate[email]": "sanne@example.org"},
}
RESUMES = {"greenhouse": "resume", "lever": "resume", "recruitee": "candidate[cv]"}
PATHS = {
    "greenhouse": "/v1/boards/acmebv/jobs/4000001",
    "lever": "/v0/postings/acmebv/4000001",
    "recruitee": "/api/offers/4000001/candidates",
}
KEYS: dict[str, dict[str, Any]] = {
    "greenhouse": {"auth": ("key", "")},
    "lever": {"params": {"key": "key"}, "headers": {"Accept": "application/json"}},
    "recruitee": {"headers": {"X-Careers-Sites-Token": "key"}},
}


def apply(
    ats: Sandbox, provider: str, *, form: dict[str, Any] | None = None, files: Files | None = None, **options: Any
) -> requests.Response:
    """Hand an application in, with changes to a good one; None leaves a field out."""
    fields = {name: value for name, value in {**FORMS[provider], **(form or {})}.items() if value is not None}
    given = {RESUMES[provider]: CV} if files is None else files
    parts = [(name, (None, item)) for name, value in fields.items() for item in listed(value)]
    options = {"allow_redirects": False, "path": PATHS[provider], **KEYS[provider], **options}
    path, patience = options.pop("path"), options.pop("timeout", 5)
    return requests.post(ats.url(provider) + path, files=[*parts, *given.items()], timeout=patience, **options)


def look(ats: Sandbox, provider: str, path: str, **options: Any) -> requests.Response:
    """Ask a question."""
    return requests.get(ats.url(provider) + path, timeout=5, allow_redirects=False, **{**KEYS[provider], **options})


def listed(value: Any) -> list[str]:
    """Return a value as a list."""
    return value if isinstance(value, list) else [value]
