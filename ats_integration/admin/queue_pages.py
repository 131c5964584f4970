"""RQ's pages in the admin, for superusers only: a job shows a whole message, and one click empties a queue.

They take the place of `django_rq`'s own, where those stand; to have none, set `RQ_SHOW_ADMIN_LINK = False`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django_rq import admin as unguarded
from django_rq.models import Dashboard
from django_rq.stats_views import stats
from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns
from redis.exceptions import RedisError
from rq.exceptions import InvalidJobOperation, NoSuchJobError

View = Callable[..., HttpResponse]


def for_superusers(view: View) -> View:
    """Let superusers in; ask a stranger to log in, and refuse everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), "admin:login")
        if not request.user.is_superuser:
            raise PermissionDenied("The queues are for superusers.")
        return answer(view, request, *args, **kwargs)

    return guarded


def answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Let RQ answer; it raises where a job or a worker is gone, or Redis is."""
    request.current_app = "admin"  # RQ's pages link to each other by it
    try:
        return view(request, *args, **kwargs)
    except (NoSuchJobError, InvalidJobOperation, ValueError):
        raise Http404("There is no such job or worker.") from None
    except RedisError:
        return HttpResponse("Redis does not answer.", status=503, content_type="text/plain")


class QueueAdmin(admin.ModelAdmin):
    """RQ's own pages. There is no table behind them, so nothing to add, change or delete."""

    def get_urls(self) -> list[URLPattern]:
        """Return RQ's pages, and the list under the name that the admin links to."""
        figures = get_api_urlpatterns(name_prefix="django_rq_")
        for pattern in figures:
            pattern.callback = for_superusers(pattern.callback)
        overview = path("", for_superusers(stats), name="django_rq_dashboard_changelist")
        return [*figures, *get_admin_urlpatterns(name_prefix="django_rq_", view_wrapper=for_superusers), overview]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the link to superusers."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse to add."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete."""
        return False


def guard(site: admin.AdminSite) -> None:
    """Put these pages in the place of RQ's own, and leave alone what the host shows or hides instead of them.

    RQ's own stand in the site once this module is imported, in whatever order the apps are installed.
    """
    if site.is_registered(Dashboard) and type(site.get_model_admin(Dashboard)) is unguarded.QueueAdmin:
        site.unregister(Dashboard)
        site.register(Dashboard, QueueAdmin)
