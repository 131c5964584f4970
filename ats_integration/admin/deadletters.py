"""Dead letters: to look at, and to send again by the same code as the command."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .. import audit, resend
from ..models import DeadLetter
from .deliveries import as_uuid
from .filters import CustomerFilter, NotifiedFilter, ProviderFilter, ResentFilter, StoredFilter
from .readonly import ReadOnlyAdmin

#: How many of those that were not sent are told one by one.
TOLD = 10


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """What could not be delivered."""

    list_display = (
        "message_id",
        "customer_name",
        "provider",
        "reason",
        "try_count",
        "died_at",
        "stored_at",
        "notified_at",
        "resent_at",
        "resend_count",
    )
    list_filter = (
        "reason",
        ProviderFilter,
        CustomerFilter,
        StoredFilter,
        NotifiedFilter,
        ResentFilter,
        "died_at",
    )
    search_fields = ("message_id",)
    search_help_text = "The id of a message (which is its delivery's) or its key in S3, in full."
    fields = (
        "message_id",
        "delivery_id",
        "config",
        "customer_name",
        "customer_id",
        "provider",
        "reason",
        "try_count",
        "bucket",
        "key",
        "died_at",
        "stored_at",
        "notified_at",
        "resent_at",
        "resend_count",
    )
    actions = ("resend_selected",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DeadLetter], search_term: str
    ) -> tuple[QuerySet[DeadLetter], bool]:
        """Look for exact matches only."""
        term = search_term.strip()
        if not term:
            return queryset, False
        message_id = as_uuid(term)
        return queryset.filter(Q(message_id=message_id) if message_id else Q(key=term)), False

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Let those send again who have the change permission, although nobody changes a row here."""
        return request.user.has_perm("ats_integration.change_deadletter")

    @admin.action(description="Resend selected dead letters", permissions=["resend"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        """Put them back on the happy queue and say what became of each."""
        ids = tuple(queryset.order_by().values_list("message_id", flat=True))
        if not ids:  # an empty selection means all of them
            return
        report = resend.run(resend.Selection(ids=ids), by=audit.name_of(request.user))
        unsent = [line for line in report.lines if line.fate != resend.Fate.SENT]
        level = messages.WARNING if unsent else messages.SUCCESS
        self.message_user(request, summary(report, len(ids)), level)
        for line in unsent[:TOLD]:
            self.message_user(request, f"{line.message_id}: {line.fate}. {line.detail}", messages.WARNING)


def summary(report: resend.Report, chosen: int) -> str:
    """Say in one sentence what became of the chosen ones."""
    before = chosen - len(report.lines)
    told = f"{report.sent} sent again, {report.skipped} skipped, {report.failed} failed."
    return f"{told} {before} had been sent again before." if before else told
