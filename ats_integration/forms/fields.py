"""The single inputs of a connection's form."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ..providers.base import ConfigField

MAX_CHARS = 4000  # the longest known credential, a private key, has about 3,300
MAX_EMAILS = 20


class EmailListField(forms.Field):
    """Email addresses, one on a line or separated by commas, as a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        """Split the text; an address that is given twice counts once."""
        return list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", value or ""))))

    def validate(self, value: list[str]) -> None:
        """Name the first address that is none."""
        super().validate(value)
        if len(value) > MAX_EMAILS:
            raise ValidationError(f"Give at most {MAX_EMAILS} addresses.", code="too_many")
        for address in value:
            require_email(address)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


def require_email(address: str) -> None:
    """Raise ValidationError, naming the address, where it is not one."""
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(f"“{address}” is not an email address.", code="invalid") from None


def input_for(field: ConfigField) -> forms.Field:
    """Return the input of one thing the ATS wants to know; a secret one never shows a value."""
    about: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": field.required and not field.default,
        "initial": field.default,
        "error_messages": {"required": "This is needed."},
    }
    if field.choices:
        return forms.ChoiceField(choices=options(field), **about)
    if field.secret:
        return forms.CharField(max_length=MAX_CHARS, widget=secret_input(), **about)
    return forms.CharField(max_length=MAX_CHARS, **about)


def options(field: ConfigField) -> list[tuple[str, str]]:
    """Return the choices of a field, with an empty one where nothing needs to be chosen."""
    free = not field.required and not field.default
    return [("", "—"), *field.choices] if free else list(field.choices)


def secret_input() -> forms.PasswordInput:
    """Return an input that never holds the value it was given."""
    return forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})
