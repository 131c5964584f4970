"""Fetch a file from a link, as an ATS does that takes no file itself. Only this machine is ever called."""

from __future__ import annotations

import hashlib
import http.client
from contextlib import closing
from urllib.parse import SplitResult, unquote, urlsplit

from .values import Upload

OURS = ("127.0.0.1", "localhost", "::1")
PATIENCE = 5.0  # seconds


class NotFetched(Exception):
    """Raised where a link gives no file."""


def fetched(link: str) -> Upload:
    """Return what a link gives; of one that leads elsewhere only the name.

    Raises NotFetched where nothing comes.
    """
    parts = urlsplit(link)
    name = unquote(parts.path.rpartition("/")[2])
    if not name or parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotFetched
    if parts.hostname not in OURS:
        return Upload(filename=name, content_type="", size=0, sha256="")
    kind, content = downloaded(parts)
    if not content:
        raise NotFetched
    return Upload(filename=name, content_type=kind, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def downloaded(parts: SplitResult) -> tuple[str, bytes]:
    """Return type and content of a file; no redirect is followed."""
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", parts.path)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            raise NotFetched from None
    if answer.status != 200:
        raise NotFetched
    return answer.headers.get_content_type(), content
