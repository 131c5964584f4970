"""RQ's pages in the admin, for superusers only: a job shows a whole message, and one click empties a queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django_rq.models import Dashboard
from django_rq.stats_views import stats
from django_rq.urls import get_admin_urlpatterns

View = Callable[..., HttpResponse]


def for_superusers(view: View) -> View:
    """Let superusers in; ask a stranger to log in, and refuse everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), "admin:login")
        if not request.user.is_superuser:
            raise PermissionDenied("The queues are for superusers.")
        return view(request, *args, **kwargs)

    return guarded


@admin.register(Dashboard)
class QueueAdmin(admin.ModelAdmin):
    """RQ's own pages. There is no table behind them, so nothing to add, change or delete."""

    def get_urls(self) -> list[URLPattern]:
        """Return RQ's pages, and the list under the name that the admin links to."""
        overview = path("", for_superusers(stats), name="django_rq_dashboard_changelist")
        return [*get_admin_urlpatterns(name_prefix="django_rq_", view_wrapper=for_superusers), overview]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the link to superusers."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse to add."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete."""
        return False
