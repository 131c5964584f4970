"""What a customer must tell about their ATS: one declaration per field, and what is wrong with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ConfigField:
    """One thing the customer must tell about their ATS.

    Secret fields live in `credentials`, the others in `settings`. `help` says where to find it.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    pattern: str = ""

    def value(self, values: Mapping[str, Any]) -> str:
        """Return what is given, or the default."""
        return str(values.get(self.name) or "") or self.default

    def problem(self, value: str) -> str:
        """Return what is wrong with a value, or an empty text."""
        if not value:
            return "This is needed." if self.required else ""
        if self.choices and value not in dict(self.choices):
            return "Choose one of: " + ", ".join(key for key, _ in self.choices) + "."
        if not is_sendable(value) or (self.secret and not value.isascii()):
            return "This has characters that do not belong here: copy it again, without blanks around it."
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"This does not look like a {self.label.lower()}."
        return ""


def is_sendable(value: str) -> bool:
    """Tell whether a text can go into a header or an address as it is."""
    return value.isprintable() and value == value.strip()
