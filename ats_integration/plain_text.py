"""A text with all of its characters as themselves, however and how often they were escaped."""

from __future__ import annotations

import html
import re
from unicodedata import normalize

#: An answer within an answer is escaped so often.
DEEPEST = 4

#: They start only where a run of backslashes starts and never go back.
ESCAPED = re.compile(r"(?<!\\)\\++u([0-9A-Fa-f]{4})")
BACKSLASHES = re.compile(r"\\{2,}+")
#: A number of so many digits names no character, and Python refuses to read it.
ENDLESS = re.compile(r"&#[0-9]{100,}+")
#: A letter with its marks, or some letters: the time to order marks grows with the square of their number.
LETTERS = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]{1,64}")


def unescaped(text: str) -> str:
    """Return a text with all of its characters as themselves, however and how often they were escaped."""
    if is_plain(text):
        return text
    for _ in range(DEEPEST):
        text, before = unescaped_once(text), text
        if text == before:
            break
    return text


def is_plain(text: str) -> bool:
    """Tell whether nothing in a text can be escaped, or be written in two ways."""
    return text.isascii() and not ("\\" in text or "&" in text or "\0" in text)


def unescaped_once(text: str) -> str:
    """Take one layer of JSON's and HTML's escapes from a text; leave letters in one way of writing them."""
    text = text.replace("\0", "")
    if "\\" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = BACKSLASHES.sub(r"\\", whole(text)).replace("\\/", "/")
    if "&" in text:
        text = html.unescape(ENDLESS.sub("", text))
    return LETTERS.sub(lambda found: normalize("NFC", found[0]), text)


def whole(text: str) -> str:
    """Return a text with the halves of characters put together."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def fold(text: str) -> str:
    """Return a text in small letters, each in the place of its capital."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def one_line(text: str) -> str:
    """Return a text with one blank between its words."""
    return " ".join(text.split())
