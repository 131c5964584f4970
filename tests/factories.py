"""Example values: a message in which every part is filled, and what belongs to it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.base import File

from ats_integration.messages import Message
from ats_integration.providers.base import Provider, Submission
from ats_integration.resumes import OpenResume

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
FILENAME = "cv-sanne.pdf"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

FULL: dict[str, Any] = {
    "schema_version": 1,
    "message_id": UUID("7f5b8a52-6f0e-4c8f-9d64-0d4f6f1f0a11"),
    "created_at": AT,
    "application": {
        "id": "31",
        "submitted_at": AT,
        "cover_letter": "Beste team,\n\nGraag kom ik bij jullie werken.",
        "source": "Jobbird",
        "answers": [{"question_id": "7001", "question": "Rijbewijs B?", "answer": True}],
        "consent": {"processing": True, "retention": True, "marketing": True, "given_at": AT, "text": "Akkoord."},
    },
    "candidate": {
        "first_name": "Sanne",
        "last_name": "de Vries",
        "email": "sanne.devries@example.org",
        "phone": "+31612345678",
        "linkedin_url": "https://www.linkedin.com/in/sannedevries",
        "website_url": "https://sanne.example.org",
        "address": {"street": "Dorpsstraat 1", "postal_code": "1234 AB", "city": "Ede", "country": "NL"},
    },
    "resume": {
        "filename": FILENAME,
        "content_type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "storage_key": "cvs/1.pdf",
    },
    "vacancy": {"id": "5", "external_id": "4000001", "title": "Monteur", "url": "https://jobs.example.org/5"},
    "customer": {"id": "42", "name": "Acme BV"},
    "ats": {"config_id": 7, "provider": "greenhouse", "settings": {}},
}

#: What a message without any optional part leaves out.
BARE: dict[str, Any] = {
    "application": {"cover_letter": "", "source": "", "answers": [], "consent": {}},
    "candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}},
    "resume": None,
}


def message(**changes: Any) -> Message:
    """Return a full message; a dict changes single values of a part, anything else replaces the part."""
    return Message.model_validate(merged(FULL, changes))


def bare_message(**changes: Any) -> Message:
    """Return a message with nothing but a name, an email address and a job."""
    return Message.model_validate(merged(merged(FULL, BARE), changes))


def message_of(provider: str, *, settings: dict[str, Any], base_url: str = "", **changes: Any) -> Message:
    """Return a full message for one provider."""
    ats = {"config_id": 7, "provider": provider, "settings": settings, "base_url": base_url}
    return message(**merged({"ats": ats}, changes))


def submission_of(
    provider: Provider,
    *,
    settings: dict[str, Any],
    credentials: dict[str, Any],
    base_url: str = "",
    content: bytes = PDF,
    **changes: Any,
) -> Submission:
    """Return what an adapter is given, with an opened CV of that content."""
    described = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if "resume" not in changes or changes["resume"] is not None:
        changes["resume"] = {**described, **changes.get("resume", {})}
    made = message_of(provider.slug, settings=settings, base_url=base_url, **changes)
    resume = OpenResume(made.resume, File(BytesIO(content))) if made.resume else None
    return Submission(message=made, settings=settings, credentials=credentials, resume=resume)


def merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return values with changes laid over them, one level deep."""
    result = dict(values)
    for name, change in changes.items():
        old = result.get(name)
        result[name] = {**old, **change} if isinstance(old, dict) and isinstance(change, dict) else change
    return result
