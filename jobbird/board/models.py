"""What a job board stores: who hires, for what, and who applied."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse


class Customer(models.Model):
    """A hiring company."""

    name = models.CharField(max_length=200)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="CustomerUser", related_name="customers")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CustomerUser(models.Model):
    """The membership of one user in one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "user"), name="board_member_once"),)

    def __str__(self) -> str:
        return f"{self.user} at {self.customer}"


class Vacancy(models.Model):
    """A job. `external_id` is its id in the customer's ATS."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="vacancies")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    external_id = models.CharField("job id in the ATS", max_length=200, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "vacancies"
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the form to apply with."""
        return reverse("apply", args=[self.pk])


def cv_path(_application: Application, filename: str) -> str:
    """Return where a CV is stored: under a random name, so that no name of a person is in a path."""
    return f"cvs/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


class Application(models.Model):
    """What a candidate left on a vacancy.

    `answers` is a list of {"questionId", "question", "answer"}; `consent` an object with
    `processing`, `retention`, `marketing` and `givenAt`.
    """

    vacancy = models.ForeignKey(Vacancy, on_delete=models.PROTECT, related_name="applications")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField()
    phone = models.CharField(max_length=50, blank=True)
    cover_letter = models.TextField(blank=True)
    cv = models.FileField("CV", upload_to=cv_path, blank=True)
    cv_filename = models.CharField(max_length=255, blank=True, editable=False)
    linkedin_url = models.URLField("LinkedIn", blank=True)
    website_url = models.URLField("website", blank=True)
    answers = models.JSONField(default=list, blank=True)
    consent = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=100, default="Jobbird")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("created_at",), name="board_application_created"),)

    def __str__(self) -> str:
        return f"application {self.pk}"

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the application together with whatever hears of it, or not at all."""
        super().save(*args, **kwargs)
