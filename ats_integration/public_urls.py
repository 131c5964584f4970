"""The one address that needs no login: signed links to a CV. The host mounts it at a path ending in cv/."""

from __future__ import annotations

from django.urls import path

from . import public_views

app_name = "ats_public"

urlpatterns = [path("<str:token>/<str:filename>", public_views.cv, name="cv")]
