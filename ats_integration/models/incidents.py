"""Incident: one customer's ATS failing for one reason, from the first failure to the recovery."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ..conf import conf


class Incident(models.Model):
    """Remember who was told about what and when, so that mails stay few across all workers."""

    customer = models.ForeignKey(
        conf.customer_model, on_delete=models.DO_NOTHING, db_constraint=False, related_name="ats_incidents"
    )
    provider = models.CharField("ATS", max_length=50)
    reason = models.CharField(max_length=50)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    last_failure_at = models.DateTimeField()
    last_mailed_at = models.DateTimeField(null=True, blank=True)
    #: A worker is writing the mail until then, or was when it died.
    mailing_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "provider", "reason"),
                condition=Q(closed_at=None),
                name="ats_one_open_incident",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider}: {self.reason}"
