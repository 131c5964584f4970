"""Connections in the admin: the same form, the same flows and the same rules as on the customer's pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from .. import connection_check, connections
from ..adapters import adapter
from ..errors import ConnectionInUse
from ..forms import form_class
from ..forms.connection import ADVANCED, GENERAL
from ..models import ATSConfig, Attempt, Delivery
from ..providers import registry
from .filters import CustomerFilter, ProviderFilter
from .lookups import NoHiddenLookups
from .selections import SoundSelections

#: Tests call the ATS while the reader waits.
MAX_TESTS = 10


@admin.register(ATSConfig)
class ATSConfigAdmin(SoundSelections, NoHiddenLookups, admin.ModelAdmin):
    """A connection; what it asks for depends on its ATS. Credentials go in and never come out."""

    list_display = ("__str__", "customer", "provider", "is_active", "updated_at")
    list_select_related = ("customer",)
    list_filter = ("is_active", ProviderFilter, CustomerFilter)
    search_fields = ("name",)
    actions = ("test_selected", "pause_selected", "activate_selected")

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what is entered out of every report of an error."""
        return super().changeform_view(*args, **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Let the ATS be chosen first, then ask for what it needs."""
        if request.GET.get("provider") in registry.all_providers():
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Which ATS?",
            "opts": self.opts,
            "providers": registry.choices(),
        }
        return TemplateResponse(request, "ats_integration/admin/choose_provider.html", context)

    def get_form(self, request: HttpRequest, obj: ATSConfig | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form of the connection's ATS."""
        form = form_class(slug_of(request, obj), with_customer=obj is None)
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: ATSConfig | None = None) -> Any:
        """Group the fields; somebody who may only look sees no secret field at all."""
        shown = self.has_change_permission(request, obj) if obj else True
        form = form_class(slug_of(request, obj))
        declared = [field.name for field in form.declared()]
        account = {"fields": declared if shown else ["account"], "description": form.advice()}
        return (
            (None, {"fields": ("provider", "customer", *GENERAL)}),
            ("Account", account),
            ("Advanced", {"fields": ADVANCED, "classes": ("collapse",)}),
            *([("Times", {"fields": ("created_at", "updated_at")})] if obj else []),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: ATSConfig | None = None) -> tuple[str, ...]:
        """Keep the customer of a connection: its history belongs to them."""
        return ("customer", "created_at", "updated_at", "account") if obj else ()

    @admin.display(description="account")
    def account(self, config: ATSConfig) -> str:
        """Return what is known of the account, without secrets."""
        return ", ".join(f"{name}: {value}" for name, value in sorted(config.settings.items()))

    def get_deleted_objects(
        self, objs: QuerySet[ATSConfig] | Sequence[ATSConfig], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Sum up what goes with a connection; one that is needed is protected."""
        configs = list(objs)
        counts = {
            "connections": len(configs),
            "deliveries": Delivery.objects.filter(config__in=configs).count(),
            "attempts": Attempt.objects.filter(delivery__config__in=configs).count(),
        }
        problems = [(config, connections.obstacle(config)) for config in configs]
        return [str(c) for c in configs], counts, set(), [f"{c}: {problem}" for c, problem in problems if problem]

    def log_addition(self, request: HttpRequest, obj: ATSConfig, message: Any) -> Any:
        """Write the audit trail beside the admin's history."""
        connections.note(obj, by=request.user, flag=ADDITION, entry=message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: ATSConfig, message: Any) -> Any:
        """Write the audit trail beside the admin's history."""
        connections.note(obj, by=request.user, flag=CHANGE, entry=message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[ATSConfig]) -> None:  # type: ignore[override]
        """Leave the log to `connections.remove`, which writes it only when it deletes."""

    def delete_model(self, request: HttpRequest, obj: ATSConfig) -> None:
        connections.remove(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ATSConfig]) -> None:
        with transaction.atomic():
            for config in queryset:
                connections.remove(config, by=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Explain where an application came in between the question and the answer."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ConnectionInUse as error:
            return self.refused(request, error)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Explain where an application came in between the question and the answer."""
        try:
            return super().changelist_view(request, extra_context)
        except ConnectionInUse as error:
            return self.refused(request, error)

    def refused(self, request: HttpRequest, error: ConnectionInUse) -> HttpResponse:
        """Say why nothing was deleted, on the page it was asked for."""
        self.message_user(request, f"Nothing is deleted. {error}", messages.ERROR)
        return redirect(request.get_full_path())

    @admin.action(description="Test connection", permissions=["change"])
    def test_selected(self, request: HttpRequest, queryset: QuerySet[ATSConfig]) -> None:
        """Call each ATS with what is stored and say what that proves."""
        for config in queryset[:MAX_TESTS]:
            report = connection_check.check_connection(config, adapter().open_job_ids(config.customer_id))
            level = messages.SUCCESS if report.ok else messages.ERROR
            found = (f"{config}:", *report.problems, *report.proven, *report.unproven)
            self.message_user(request, " ".join(found), level)
        if (left := queryset.count() - MAX_TESTS) > 0:
            self.message_user(request, f"{left} more were not tested: choose at most {MAX_TESTS}.", messages.WARNING)

    @admin.action(description="Pause", permissions=["change"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[ATSConfig]) -> None:
        """Let applications wait."""
        switch_all(request, queryset, active=False)

    @admin.action(description="Activate", permissions=["change"])
    def activate_selected(self, request: HttpRequest, queryset: QuerySet[ATSConfig]) -> None:
        """Let applications go on."""
        switch_all(request, queryset, active=True)


def switch_all(request: HttpRequest, queryset: QuerySet[ATSConfig], *, active: bool) -> None:
    """Switch each connection and say how many there were."""
    for config in queryset:
        connections.switch(config, active=active, by=request.user)
    state = "active" if active else "paused"
    messages.success(request, f"{len(queryset)} connection{pluralize(len(queryset))} {state}.")


def slug_of(request: HttpRequest, config: ATSConfig | None) -> str:
    """Return the ATS of a connection, or the one that was chosen for a new one."""
    return config.provider if config else request.GET.get("provider", "")
