"""How a value may be written in a text: in an address, a header or a body, in base64 or in hexadecimal digits."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from .plain_text import fold, one_line

#: Base64 of a shorter piece would mask half of every text.
SHORTEST_BASE64 = 4
#: Who encodes on several lines makes none shorter, but for the last.
SHORTEST_LINE = 32
#: How many breaks may follow each other, and how many characters they are written with at most.
BREAKS = 4
LONGEST_GAP = BREAKS * len("%0A")

IN_HTML = re.compile(r"[&<>\"']")
IN_JSON = re.compile(r"[\x00-\x1f\"\\]")
IN_URL = re.compile(r"[^A-Za-z0-9._~-]")
PLAIN = re.compile(r"[a-z0-9]+")
#: A word in base64 or in hexadecimal digits: longer than what it encodes.
UNBROKEN = re.compile(r"[A-Za-z0-9+/_-]+")
URL_SAFE = str.maketrans("+/", "-_")
#: A break between lines, in a text on one line: as it is, in JSON, in an address.
BREAK = re.compile(r" |\\[rn]|%0[AaDd]")
#: A word that was broken over lines. It starts only where a word starts and never goes back.
BROKEN = re.compile(
    rf"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{{{SHORTEST_LINE},}}+(?:{BREAK.pattern}){{1,{BREAKS}}}+)++[A-Za-z0-9+/_-]*+=*+"
)


def likely(value: str, folded: str, longest: int) -> Iterator[str]:
    """Yield the forms of a value that may stand in a folded text, whose longest word has so many letters.

    No spelling changes plain letters and digits: where the longest run of them is not there, no spelling is.
    """
    if len(value) > len(folded) and len(one_line(value)) > len(folded):  # no spelling is shorter than the value
        return
    if max(PLAIN.findall(fold(value)), key=len, default="") in folded:
        yield from spellings(value)
    if len(value) * 4 // 3 - 1 <= longest:  # what base64 makes of a value is not shorter
        yield from in_base64(value)
    if len(value) * 2 <= longest:
        yield value.encode(errors="replace").hex()


def spellings(value: str) -> Iterator[str]:
    """Yield how a value may appear in an address, a header or a body."""
    yield from (one_line(value), value)
    if IN_HTML.search(value):
        yield html.escape(value)
    if IN_JSON.search(value):
        yield json.dumps(value, ensure_ascii=False)[1:-1]
    if not value.isascii():
        yield value.encode("latin-1", errors="replace").decode(errors="replace")  # where it is taken for UTF-8
    if IN_URL.search(value):
        yield from (escape(value, safe=safe, errors="replace") for escape in (quote, quote_plus) for safe in ("", "/"))


def in_base64(value: str) -> Iterator[str]:
    """Yield what base64 makes of a value wherever it stands in what was encoded, such as `user:value`."""
    raw = value.encode(errors="replace")
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw).decode()
        sure = whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(sure) >= SHORTEST_BASE64:
            yield sure
            yield sure.translate(URL_SAFE)


def longest_of(value: str) -> int:
    """Return how many characters the longest spelling of a value may have."""
    in_hex = len(value.encode(errors="replace")) * 2
    gaps = (in_hex // SHORTEST_LINE + 1) * LONGEST_GAP
    return max(len(quote(value, safe="", errors="replace")) * 4 // 3, in_hex + gaps)


def mended(text: str) -> str:
    """Return a text with the words that were broken over lines put together."""
    return BROKEN.sub(lambda found: BREAK.sub("", found[0]), text)
