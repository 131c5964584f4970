"""The job board in the admin: customers with their members, vacancies, and applications to read."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from ats_integration.admin.selections import SoundSelections

from .admin_choices import CalmChoices
from .models import Application, Customer, CustomerUser, Vacancy

admin.site.site_header = admin.site.site_title = "Jobbird administration"


class MemberInline(CalmChoices, admin.TabularInline):
    """The users of a customer."""

    model = CustomerUser
    autocomplete_fields = ("user",)
    extra = 1
    verbose_name = "member"


@admin.register(Customer)
class CustomerAdmin(SoundSelections, admin.ModelAdmin):
    """Hiring companies and who works for them."""

    search_fields = ("name",)
    inlines = (MemberInline,)


@admin.register(Vacancy)
class VacancyAdmin(CalmChoices, SoundSelections, admin.ModelAdmin):
    """Jobs and their ids in the customers' ATSs."""

    list_display = ("title", "customer", "external_id", "is_open")
    list_filter = ("is_open",)
    list_select_related = ("customer",)
    search_fields = ("title", "external_id", "customer__name")
    autocomplete_fields = ("customer",)


@admin.register(Application)
class ApplicationAdmin(SoundSelections, admin.ModelAdmin):
    """Applications, read-only: they say what a candidate handed in. Lists show no candidate."""

    list_display = ("id", "vacancy", "created_at")
    list_select_related = ("vacancy",)
    date_hierarchy = "created_at"
    search_fields = ("=id", "email", "vacancy__title")
    exclude = ("cv", "cv_filename")
    readonly_fields = ("cv_link",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    @admin.display(description="CV")
    def cv_link(self, application: Application) -> str:
        """Link to the protected address of the CV."""
        if not application.cv:
            return "none"
        return format_html('<a href="{}">{}</a>', reverse("cv", args=[application.pk]), application.cv_filename)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Application | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Application | None = None) -> bool:
        return False
