"""Serve one CV to an ATS that was given a signed link to it. Whoever logs requests, logs no link."""

from __future__ import annotations

import logging

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from . import links, resumes
from .errors import OurFault
from .messages import Resume
from .redaction import MaskTokens

for place in ("django.request", "django.server", "gunicorn.access", "gunicorn.error"):
    logging.getLogger(place).addFilter(MaskTokens())


@require_safe
def cv(request: HttpRequest, token: str, filename: str) -> FileResponse:
    """Give the file that the token opens; everything else is not found."""
    resume = links.resume_of(token)
    if resume is None:
        raise Http404
    response = FileResponse(
        checked(resume),
        as_attachment=True,
        filename=links.shown_name(resume),
        content_type=resumes.safe_type(resume.content_type),
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def checked(resume: Resume) -> File[bytes]:
    """Open the file, if it still is the one the link was made for."""
    try:
        stream = resumes.find(resume)
    except OurFault:
        raise Http404 from None
    try:
        resumes.check(resume, stream)
    except OurFault:
        stream.close()
        raise Http404 from None
    return stream
