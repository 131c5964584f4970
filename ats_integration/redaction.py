"""What may be kept of an answer: no credential, nothing of the candidate, and not much at all."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .messages import Message

MASK = "***"
EXCERPT_CHARS = 500
#: Shorter values would mask half of every text.
SHORTEST = 3

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ()./-]?\d){7,14}(?![\w-])")
QUERY = re.compile(r"\?[^\s\"']+")


class Redactor:
    """Mask a set of values, and whatever looks like an email address or a phone number."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values if len(value) >= SHORTEST for form in spellings(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else None

    def __call__(self, text: str) -> str:
        """Return `text` masked, on one line and at most EXCERPT_CHARS long."""
        masked = self._known.sub(MASK, text) if self._known else text
        masked = PHONE.sub(MASK, EMAIL.sub(MASK, masked))
        return " ".join(masked.split())[:EXCERPT_CHARS]

    def __repr__(self) -> str:
        return "<Redactor>"


def spellings(value: str) -> set[str]:
    """Return how a value may appear in an address, a header or a body."""
    basic = base64.b64encode(f"{value}:".encode()).decode()
    plain = base64.b64encode(value.encode()).decode()
    escaped = value.encode("unicode_escape").decode()
    return {value, quote(value, safe=""), quote_plus(value), basic, plain.rstrip("="), escaped}


def redactor_for(message: Message, secrets: Iterable[object]) -> Redactor:
    """Build the redactor of one delivery: its credentials and its candidate."""
    person = message.candidate
    personal = (person.first_name, person.last_name, person.full_name, person.email, person.phone)
    links = (person.linkedin_url, person.website_url, message.application.cover_letter)
    filename = (message.resume.filename,) if message.resume else ()
    return Redactor([*map(str, secrets), *personal, *links, *filename])


class DropQueries(logging.Filter):
    """Cut query strings out of log lines: some ATSs take their key there."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = QUERY.sub("?" + MASK, record.getMessage()), ()
        return True
