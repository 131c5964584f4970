"""Template filters that put a delivery into plain words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ats_integration import capabilities
from ats_integration.explanations import explain
from ats_integration.states import Outcome, Status

from ..words import OUTCOME, STATUS

register = template.Library()


@register.filter
def status_words(status: str) -> str:
    """Say where a delivery stands."""
    return STATUS[Status(status)]


@register.filter
def outcome_words(outcome: str) -> str:
    """Say how one try ended."""
    return OUTCOME[Outcome(outcome)]


@register.filter
def what_happened(code: str) -> str:
    """Say what an error code means: a verb phrase after the ATS's name."""
    return explain(code).happened


@register.filter
def what_to_do(code: str) -> str:
    """Say what mends it."""
    return explain(code).advice


@register.filter
def part_words(parts: Iterable[str]) -> str:
    """Name the parts of an application, one after the other."""
    return capabilities.part_words(parts)


@register.filter
def web_link(address: str) -> SafeString | str:
    """Return a link to a page on the web; any other address, which an import may have brought, stays text."""
    if not address.lower().startswith(("https://", "http://")):
        return address
    return format_html('<a rel="noreferrer nofollow" href="{0}">{0}</a>', address)


@register.filter
def seconds(duration: timedelta) -> str:
    """Write a duration in seconds."""
    return f"{duration.total_seconds():.2f} s"
