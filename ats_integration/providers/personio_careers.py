"""Personio's careers page, whose feed lists the published positions: the recruiting token can read nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from ..errors import JobClosed, Uncertain
from .calls import Request, Response, get

POSITION = re.compile(r"<position>\s*<id>\s*([0-9]+)\s*</id>")
END = "</workzag-jobs>"


def feed_of(host: str) -> Request:
    """Return the call for the feed of a careers page."""
    return replace(get("/xml", language="nl"), base_url=f"https://{host}.jobs.personio.de")


def require_page(response: Response) -> None:
    """Refuse a redirect, which is what a name leads to that nobody has.

    Raises JobClosed.
    """
    if 300 <= response.status < 400:
        raise JobClosed("Personio has no careers page of that name.", code="careers_not_hosted")


def require_listed(job: str, feed: str) -> None:
    """Accept a feed that has this position.

    Raises JobClosed, or Uncertain where the feed was cut off and the position is not in what was read.
    """
    if job in POSITION.findall(feed):
        return
    if not feed.rstrip().endswith(END):
        raise Uncertain("The careers page lists more than we read.")
    raise JobClosed("The careers page does not list the position.")
