"""Serve one CV to an ATS that was given a signed link to it."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from . import links, resumes
from .errors import ResumeMissing


@require_safe
def cv(request: HttpRequest, token: str, filename: str) -> FileResponse:
    """Give the file that the token opens; everything else is not found."""
    resume = links.resume_of(token)
    if resume is None:
        raise Http404
    try:
        stream = resumes.find(resume)
    except ResumeMissing:
        raise Http404 from None
    response = FileResponse(
        stream, as_attachment=True, filename=resumes.bare(resume.filename), content_type=resume.content_type
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
