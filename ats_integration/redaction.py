"""What may be kept of an answer: no credential, nothing of the candidate, and not much at all."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize
from urllib.parse import quote, quote_plus

from .messages import Address, Answer, Message

MASK = "***"
EXCERPT_CHARS = 500
#: What is looked at of a text, so that a long one takes no longer.
MOST_CHARS = 16 * 1024
#: Shorter values would mask half of every text.
SHORTEST = 3
#: Base64 of a shorter piece would, too.
SHORTEST_BASE64 = 4
LONGEST_ADDRESS = 254
#: An answer within an answer is escaped so often.
DEEPEST = 4

#: They start only where a run of backslashes starts and never go back.
ESCAPED = re.compile(r"(?<!\\)\\++u([0-9A-Fa-f]{4})")
BACKSLASHES = re.compile(r"\\{2,}+")
#: A number of so many digits names no character, and Python refuses to read it.
ENDLESS = re.compile(r"&#[0-9]{100,}+")
#: A letter with its marks, or some letters: the time to order marks grows with the square of their number.
LETTERS = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]{1,64}")

IN_HTML = re.compile(r"[&<>\"']")
IN_JSON = re.compile(r"[\x00-\x1f\"\\]")
IN_URL = re.compile(r"[^A-Za-z0-9._~-]")
PLAIN = re.compile(r"[a-z0-9]+")
#: A word in base64: longer than what it encodes.
UNBROKEN = re.compile(r"[A-Za-z0-9+/_-]+")
URL_SAFE = str.maketrans("+/", "-_")

#: Both start only where a word starts and never go back: time grows with the text, not with its square.
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ()./-]{0,3}\d){7,14}(?![\w-])")
#: What follows /cv/ in a signed link: in a body, and in a line of a log.
LINK = re.compile(r"(/cv/)[^\s\"'<>]+")
LOGGED_LINK = re.compile(r"(/cv/)(?=\S).+?(?= HTTP/|$)", re.MULTILINE)
KEPT_LINK = rf"\1{MASK}"
QUERY = re.compile(r"\?[^\s\"']+")


class Redactor:
    """Mask a set of values, and whatever looks like an email address or a phone number."""

    def __init__(self, values: Iterable[str]) -> None:
        kept = [value for value in values if len(value) >= SHORTEST]
        if not is_plain("".join(kept)):
            kept += [plain for plain in map(unescaped, kept) if len(plain) >= SHORTEST]
        self._values = tuple(dict.fromkeys(kept))

    def __call__(self, text: str) -> str:
        """Return `text` masked, unescaped, on one line and at most EXCERPT_CHARS long."""
        line = one_line(unescaped(text[:MOST_CHARS]))
        if not line:
            return ""
        masked = mask(LINK.sub(KEPT_LINK, line), self.forms(line))
        told = PHONE.sub(MASK, EMAIL.sub(MASK, masked))
        sure = max(0, len(told) - self.longest()) if len(text) > MOST_CHARS else EXCERPT_CHARS
        return told[: min(sure, EXCERPT_CHARS)]

    def longest(self) -> int:
        """Return how much of the end of a cut text may be half a value, which nothing masks."""
        spelled = (len(quote(value, safe="", errors="replace")) for value in self._values)
        return LONGEST_ADDRESS + max(spelled, default=0) * 4 // 3

    def forms(self, line: str) -> list[str]:
        """Return all that must be masked in a line and may be there, folded, the longest first."""
        folded, longest = fold(line), max(map(len, UNBROKEN.findall(line)), default=0)
        found = {one_line(fold(unescaped(form))) for value in self._values for form in likely(value, folded, longest)}
        return sorted((form for form in found if len(form) >= SHORTEST), key=len, reverse=True)

    def __repr__(self) -> str:
        return "<Redactor>"


def mask(text: str, forms: Iterable[str]) -> str:
    """Mask every folded form wherever it stands in the text, in capitals or not.

    No regular expression: compiling one with a cover letter in it takes longer than a delivery.
    """
    folded = fold(text)
    for form in forms:
        if form in folded:
            pieces = folded.split(form)
            text, folded = MASK.join(aligned(text, pieces, len(form))), MASK.join(pieces)
    return text


def aligned(text: str, pieces: Iterable[str], gap: int) -> Iterator[str]:
    """Cut a text where its folded twin was cut."""
    start = 0
    for piece in pieces:
        yield text[start : start + len(piece)]
        start += len(piece) + gap


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


def likely(value: str, folded: str, longest: int) -> Iterator[str]:
    """Yield the forms of a value that may stand in a folded text, whose longest word in base64 has so many letters.

    No spelling changes plain letters and digits: where the longest run of them is not there, no spelling is.
    """
    if len(value) > len(folded) and len(one_line(value)) > len(folded):  # no spelling is shorter than the value
        return
    if max(PLAIN.findall(fold(value)), key=len, default="") in folded:
        yield from spellings(value)
    if len(value) * 4 // 3 - 1 <= longest:  # what base64 makes of a value is not shorter
        yield from in_base64(value)


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


def redactor_for(message: Message, secrets: Iterable[object]) -> Redactor:
    """Build the redactor of one delivery: its credentials and its candidate."""
    return Redactor([*map(str, secrets), *personal(message)])


def personal(message: Message) -> Iterator[str]:
    """Yield everything of a message that tells of the person; texts line by line."""
    person, application = message.candidate, message.application
    yield from (person.first_name, person.last_name, person.full_name, person.email, person.phone)
    yield from (person.linkedin_url, person.website_url, *lived_at(person.address))
    yield from application.cover_letter.splitlines()
    yield from (line for answer in application.answers for text in said(answer) for line in text.splitlines())
    if message.resume:
        yield message.resume.filename


def lived_at(address: Address) -> tuple[str, ...]:
    """Return what tells where somebody lives; a country does not."""
    return address.street, address.postal_code, address.city


def said(answer: Answer) -> tuple[str, ...]:
    """Return an answer as texts; yes and no tell nothing of a person."""
    match answer.answer:
        case bool():
            return ()
        case tuple(chosen):
            return chosen
        case other:
            return (str(other),)


class DropQueries(logging.Filter):
    """Cut query strings out of log lines: some ATSs take their key there."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = QUERY.sub("?" + MASK, record.getMessage()), ()
        return True


class MaskTokens(logging.Filter):
    """Keep signed CV links out of log lines: token, file name, and the request that came for them."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (masked := LOGGED_LINK.sub(KEPT_LINK, said)) != said:
            record.msg, record.args = masked, ()
            record.__dict__.pop("request", None)
        return True
