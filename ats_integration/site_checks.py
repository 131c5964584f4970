"""System checks around the app: the clock of the site, its address and that of S3. See docs/settings.md, too."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register

from .checks import error, shape, warning
from .conf import conf, written

#: An https address that is not this machine's own.
PUBLIC = re.compile(r"https://(?!(localhost|127[\d.]*|\[::1\])([:/]|$))[^/\s]", re.IGNORECASE)

#: What boto3 takes for the address of a service: no underscore in the host's name.
ENDPOINT = re.compile(r"https?://([^/@]+@)?(\[[\da-f:.]+\]|[\da-z.-]+)(:\d{1,5})?(/.*)?", re.ASCII | re.IGNORECASE)


@register("ats_integration")
def check_clock(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """E017: moments without a zone, which no message takes."""
    if settings.USE_TZ:
        return []
    return [error(17, "USE_TZ is off: messages need moments with a zone.", "Set USE_TZ = True.")]


@register("ats_integration")
def check_s3_address(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """E018: an address of S3 that boto3 refuses, so that no dead letter is ever stored."""
    return [
        error(18, f"{name} is no address.", "Give scheme and host, without underscores: http://minio:9000.")
        for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        if not ENDPOINT.fullmatch(os.environ.get(name) or "https://s3.amazonaws.com")
    ]


@register(Tags.security, "ats_integration", deploy=True)
def check_public_url(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """W005: an address that only this machine knows, or that goes without TLS."""
    if shape() or PUBLIC.match(conf.public_url):
        return []
    what = f"PUBLIC_URL is {conf.public_url}: ATSs cannot fetch CVs there, and links in mails lead nowhere."
    return [warning(5, what, f"Set {written('PUBLIC_URL')} to the https address of this site.")]
