"""The model field that keeps credentials encrypted at rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.query_utils import DeferredAttribute

from .credentials import Credentials
from .encryption import is_token

if TYPE_CHECKING:
    Base = models.Field[Mapping[str, Any], Credentials]
else:
    Base = models.Field


class SealedAttribute(DeferredAttribute):
    """Seal a plain mapping the moment it is assigned, so that no instance ever holds it open."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class EncryptedJSONField(Base):
    """Store a mapping as an encrypted token; give it back as `Credentials`."""

    description = "A JSON object, encrypted at rest"
    descriptor_class = SealedAttribute

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Credentials:
        return Credentials(value or "")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, BaseExpression):
            return value
        if isinstance(value, Mapping):
            return Credentials.seal(value)
        if value in (None, ""):
            return Credentials("")
        if isinstance(value, str) and is_token(value):  # as `dumpdata` wrote it
            return Credentials(value)
        raise ValidationError("Credentials must be a JSON object.", code="not_an_object")

    def get_prep_value(self, value: Any) -> Any:
        sealed = self.to_python(value)
        return sealed.token if isinstance(sealed, Credentials) else sealed

    def value_to_string(self, obj: models.Model) -> str:
        """Serialise the sealed token: dumpdata never writes a plain credential."""
        return str(self.get_prep_value(self.value_from_object(obj)))
