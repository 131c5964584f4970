"""Whether an ATS can take a CV, known before anything is sent."""

from __future__ import annotations

from pathlib import PurePath

from ..resumes import OpenResume
from .base import Provider


def misfit(provider: Provider, resume: OpenResume) -> tuple[str, str] | None:
    """Return why an ATS cannot take a CV, as a reason code and in words; None where it can."""
    ending = PurePath(resume.filename).suffix.lower().lstrip(".")
    size, limit, kinds = resume.resume.size, provider.resume_limit, provider.resume_types
    if size == 0:
        return "resume_empty", "The CV is an empty file."
    if limit is not None and size > limit:
        return "resume_too_large", f"{provider.name} takes CVs of at most {megabytes(limit)}."
    if kinds and ending not in kinds:
        return "resume_type", f"{provider.name} takes these kinds of CV only: {', '.join(sorted(kinds))}."
    return None


def megabytes(size: int) -> str:
    """Return a size as the vendor says it, whichever of the two megabytes it means."""
    return f"{size / (2**20 if size % 2**20 == 0 else 10**6):g} MB"
