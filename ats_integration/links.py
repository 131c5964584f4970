"""Signed links to one CV, for an ATS that fetches the file itself.

A link opens that one file, without a login, until it expires. It cannot be guessed or changed, ends
in the file's name, and is masked wherever an address is logged (`redaction.MaskTokens`).
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from django.core import signing
from django.urls import NoReverseMatch, reverse
from pydantic import ValidationError

from .conf import conf
from .messages import Resume
from .resumes import bare, safe_name

SALT = "ats_integration.cv"
LIFETIME = timedelta(days=1)  # Teamtailor fetches at once; a day covers its own repeats


def url_for(resume: Resume | None) -> str:
    """Return the public address of a CV, or an empty text where there is none or no page for it."""
    if resume is None:
        return ""
    try:
        where = reverse("ats_public:cv", args=[token_of(resume), "name"])
    except NoReverseMatch:
        return ""
    return conf.public_url.rstrip("/") + where.removesuffix("name") + quote(shown_name(resume))


def shown_name(resume: Resume) -> str:
    """Return the file's name as the fetcher sees it, in the address and in the answer."""
    return safe_name(bare(resume.filename))


def token_of(resume: Resume) -> str:
    """Sign what is needed to serve one CV."""
    return signing.dumps(resume.model_dump(mode="json"), salt=SALT, compress=True)


def resume_of(token: str) -> Resume | None:
    """Return the CV that a token opens, or None where it is expired or not ours."""
    try:
        return Resume.model_validate(signing.loads(token, salt=SALT, max_age=LIFETIME))
    except (signing.BadSignature, ValidationError):
        return None
