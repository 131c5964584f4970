"""From an answer to a failure: what a status means, and the vendor's own words in one line."""

from __future__ import annotations

from typing import Any

from ..errors import DeliveryError, JobClosed, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from .calls import Response

LONGEST = 200  # characters; a longer text is a page, not a sentence
MOST_WORDS = 2_000  # characters; adapters search them with patterns whose time may grow with the square of a text
DEEPEST = 6  # levels; Personio's documented error body has five


def failure_of(status: int, words: str = "") -> DeliveryError:
    """Map a status that is not a success to its failure; every status from 300 to 599 has one."""
    if status in (401, 402, 403, 407):
        return Unauthorized(words, status=status)
    if status in (404, 410):
        return JobClosed(words, status=status)
    if status == 429:
        return RateLimited(words, status=status)
    if status in (408, 423, 425) or 300 <= status < 400 or 500 <= status < 600:
        return Unavailable(words, status=status, code=f"http_{status}")
    if 400 <= status < 500:
        return Rejected(words, status=status)
    return Uncertain(words or "The answer's status is not one of HTTP's.", status=status)


def in_words(value: Any, depth: int = DEEPEST) -> str:
    """Put an error of any shape into one line of MOST_WORDS: `{"cv": ["is empty"]}` becomes "cv: is empty"."""
    if value in (None, "", False) or depth == 0:
        return ""
    if isinstance(value, dict):
        said = {key: in_words(inner, depth - 1) for key, inner in value.items()}
        value = "; ".join(f"{key}: {text}" for key, text in said.items() if text)
    if isinstance(value, list):
        value = "; ".join(filter(None, (in_words(inner, depth - 1) for inner in value)))
    return str(value)[:MOST_WORDS]


def plain_words(response: Response) -> str:
    """Return a body that is one short sentence without any markup, or an empty text."""
    text = response.text.strip()
    return text if len(text) <= LONGEST and not set(text) & set("<{[") else ""
