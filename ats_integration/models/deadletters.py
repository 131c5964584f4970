"""DeadLetter: the row beside an object in S3. It outlives its delivery and its connection."""

from __future__ import annotations

from typing import Self

from django.db import models

from ..conf import conf
from .configs import ATSConfig
from .deliveries import Delivery


class DeadLetterQuerySet(models.QuerySet["DeadLetter"]):
    """Choose dead letters by what still has to happen with them."""

    def unstored(self) -> Self:
        """Return those that S3 does not hold yet; what was sent again needs no place there."""
        return self.filter(stored_at=None, resent_at=None)

    def unnotified(self) -> Self:
        """Return those that nobody was told about; what was sent again needs no telling."""
        return self.filter(notified_at=None, resent_at=None)

    def waiting(self) -> Self:
        """Return those that nobody has sent again."""
        return self.filter(resent_at=None)


class DeadLetter(models.Model):
    """A message that ran out of tries or was rejected for good."""

    #: The delivery's id; kept when the delivery is gone.
    message_id = models.UUIDField(unique=True)
    delivery = models.OneToOneField(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="dead_letter"
    )
    config = models.ForeignKey(ATSConfig, on_delete=models.SET_NULL, null=True, blank=True, related_name="dead_letters")
    customer = models.ForeignKey(
        conf.customer_model, on_delete=models.DO_NOTHING, db_constraint=False, related_name="ats_dead_letters"
    )
    customer_name = models.CharField(max_length=200, blank=True)
    provider = models.CharField("ATS", max_length=50)
    bucket = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=500)
    reason = models.CharField(max_length=50)
    try_count = models.PositiveSmallIntegerField()
    died_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)
    resent_at = models.DateTimeField(null=True, blank=True)
    resend_count = models.PositiveSmallIntegerField(default=0)

    objects = DeadLetterQuerySet.as_manager()

    class Meta:
        ordering = ("-died_at", "-pk")
        indexes = (
            models.Index(fields=("customer", "provider", "reason"), name="ats_dead_letter_group"),
            models.Index(fields=("died_at",), name="ats_dead_letter_died"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} ({self.reason})"
