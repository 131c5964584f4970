"""Delivery and Attempt: the job of getting one application into one ATS, and each try at it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from ..conf import conf
from ..states import OPEN, Outcome, Status
from .configs import ATSConfig


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Choose deliveries by where they stand."""

    def open(self) -> Self:
        """Return those that still have somewhere to go."""
        return self.filter(status__in=OPEN)

    def unclaimed(self, now: datetime) -> Self:
        """Return those that no living worker is busy with."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))

    def of_customer(self, customer_id: object) -> Self:
        """Return those of one customer's connections."""
        return self.filter(config__customer_id=customer_id)


class Delivery(models.Model):
    """One application on its way to one connection. This row is the truth; Redis only carries."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Both are the first column of an index below; one of their own would be written with every change of a row.
    config = models.ForeignKey(ATSConfig, on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    application = models.ForeignKey(
        conf.application_model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="ats_deliveries",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    try_count = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    #: End of the budget; set by the first failed try.
    deadline_at = models.DateTimeField(null=True, blank=True)
    message = models.JSONField(default=dict, blank=True)
    #: What each step of a sequence of calls left behind, by its name; no step is repeated.
    kept = models.JSONField(default=dict, blank=True)
    ats_reference = models.CharField(max_length=200, blank=True)
    possible_duplicate = models.BooleanField(default=False)
    #: Parts of the application that the ATS cannot take.
    dropped = models.JSONField(default=list, blank=True)
    last_error_code = models.CharField(max_length=50, blank=True)
    last_error = models.TextField(blank=True)
    #: When it last went to a queue; the sweeper compares with it.
    queued_at = models.DateTimeField(null=True, blank=True)
    #: A worker is busy with it until then, or was when it died.
    claimed_until = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("application", "config"), name="ats_one_delivery_per_config"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ats_delivery_status_known"),
        )
        indexes = (
            models.Index(fields=("status", "queued_at"), name="ats_delivery_due"),
            models.Index(fields=("config", "-created_at"), name="ats_delivery_by_config"),
        )

    def __str__(self) -> str:
        return f"{self.pk} ({self.status})"


class Attempt(models.Model):
    """One try at a delivery: one call sequence against the ATS. Never changed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=15, choices=Outcome)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration = models.DurationField()
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    excerpt = models.TextField(blank=True)
    started_at = models.DateTimeField()

    class Meta:
        ordering = ("started_at", "pk")

    def __str__(self) -> str:
        return f"try {self.number}: {self.outcome}"
