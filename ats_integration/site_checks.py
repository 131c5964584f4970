"""System checks of the site around the app: its clock, and its own address. Described in docs/settings.md, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register

from .checks import error, shape, warning, written
from .conf import conf

#: An https address that is not this machine's own.
PUBLIC = re.compile(r"https://(?!(localhost|127[\d.]*|\[::1\])([:/]|$))[^/\s]", re.IGNORECASE)


@register("ats_integration")
def check_clock(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """E017: moments without a zone, which no message takes."""
    if settings.USE_TZ:
        return []
    return [error(17, "USE_TZ is off: messages need moments with a zone.", "Set USE_TZ = True.")]


@register(Tags.security, "ats_integration", deploy=True)
def check_public_url(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """W005: an address that only this machine knows, or that goes without TLS."""
    if shape() or PUBLIC.match(conf.public_url):
        return []
    what = f"PUBLIC_URL is {conf.public_url}: ATSs cannot fetch CVs there, and links in mails lead nowhere."
    return [warning(5, what, f"Set {written('PUBLIC_URL')} to the https address of this site.")]
