"""The model fields of a connection: settings that are a JSON object, credentials that are encrypted at rest."""

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


class JSONObjectField(models.JSONField):
    """Store a JSON object. Whatever else stands in its column is read as an empty one, which lacks all it needs."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> dict[str, Any]:
        found = super().from_db_value(value, expression, connection)
        return found if isinstance(found, dict) else {}

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse what is no object."""
        super().validate(value, model_instance)
        if not isinstance(value, dict):
            raise ValidationError("This must be a JSON object.", code="not_an_object")

    def deconstruct(self) -> Any:
        """Look like Django's own field in a migration: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


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
