"""AuditEntry: who changed a connection or sent an application again, when, and what; never a value."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ..states import Deed


class AuditEntry(models.Model):
    """One deed. It is never changed, and outlives the person, the connection and the delivery it tells of."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    #: A user name, or `name (command line)`.
    who = models.CharField(max_length=200)
    deed = models.CharField(max_length=20, choices=Deed)
    customer_id = models.CharField("customer's id", max_length=100, db_index=True)
    config_id = models.PositiveBigIntegerField("connection's id", null=True, blank=True, db_index=True)
    #: The connection's name, or the id of the message that was sent again.
    subject = models.CharField(max_length=200)
    #: The names of what was changed.
    fields = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.who}: {self.subject} {self.get_deed_display()}"
