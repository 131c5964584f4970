"""ATSConfig: one customer's connection to one ATS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models

from ..conf import conf
from ..errors import UnknownProvider
from ..fields import EncryptedJSONField, JSONObjectField
from ..messages import Ats
from ..providers import registry

#: What a message tells of a connection beside its id; the columns have the same names.
TOLD = tuple(name for name in Ats.model_fields if name != "config_id")


def validate_emails(value: object) -> None:
    """Accept a list of email addresses only."""
    if not isinstance(value, list):
        raise ValidationError("Give a list of email addresses.")
    for address in value:
        validate_email(address)


def validate_base_url(value: str) -> None:
    """Accept https addresses, and http ones of hosts that ALLOWED_PRIVATE_HOSTS lists."""
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValidationError("Give an https address.", code="not_https") from None
    private = parts.hostname in conf.allowed_private_hosts
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise ValidationError("Give an https address.", code="not_https")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValidationError("Give scheme, host and path only.", code="not_a_base")
    if not private:
        URLValidator(schemes=["https"])(value)


def product_name(slug: str) -> str:
    """Return an ATS's name, or its bare slug where no adapter has it."""
    try:
        return registry.get(slug).name
    except UnknownProvider:
        return slug


class ATSConfig(models.Model):
    """Which ATS a customer uses and how to reach it. Credentials are write-only."""

    customer = models.ForeignKey(conf.customer_model, on_delete=models.CASCADE, related_name="ats_configs")
    name = models.CharField(max_length=200, blank=True, help_text="Your own name for this connection.")
    provider = models.CharField("ATS", max_length=50)
    settings = JSONObjectField(default=dict, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True)
    base_url = models.CharField(
        "base address",
        max_length=500,
        blank=True,
        validators=[validate_base_url],
        help_text="Only for a sandbox, a test or a special region; empty = the ATS's own address.",
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="Switched off, nothing is sent. Once it is on again, what came in within the last day is sent.",
    )
    notify_emails = models.JSONField(
        default=list, blank=True, validators=[validate_emails], help_text="Who hears about failures."
    )
    max_concurrency = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Calls in flight at once; empty = the usual."
    )
    rate_per_second = models.FloatField(null=True, blank=True, help_text="Calls a second; empty = the ATS's own limit.")
    #: Tokens that the ATS gave for these credentials, shared by all workers.
    session = EncryptedJSONField(default=dict, blank=True, editable=False)
    session_until = models.DateTimeField(null=True, blank=True, editable=False)
    #: A worker is logging in until then, or was when it died.
    session_claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "ATS connection"
        ordering = ("customer", "name", "pk")

    def __str__(self) -> str:
        return self.name or self.provider_name

    @property
    def provider_name(self) -> str:
        """The product's name, or the bare slug where no adapter has it."""
        return product_name(self.provider)

    def clean(self) -> None:
        """Refuse an unknown provider, naming the field."""
        try:
            registry.get(self.provider)
        except UnknownProvider as error:
            raise ValidationError({"provider": str(error)}) from None

    def snapshot(self) -> Ats:
        """Return the connection as it travels in a message: credentials stay sealed."""
        return Ats(**self._said())

    @classmethod
    def snapshot_of(cls, row: Sequence[Any], database: Any) -> Ats:
        """Return the same of the columns `id` and TOLD as the database gives them; an instance would cost more."""
        told = dict(zip(("config_id", *TOLD), row, strict=True))
        field: Any = cls._meta.get_field("settings")
        return Ats(**{**told, "settings": field.from_db_value(told["settings"], None, database)})

    def is_as_in(self, snapshot: Ats) -> bool:
        """Tell whether a snapshot says what the connection is now; asking is cheaper than taking another one."""
        return dict(snapshot) == self._said()

    def _said(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in TOLD}
        return {**told, "config_id": self.pk, "credentials": self.credentials.token}
