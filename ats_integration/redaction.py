"""What may be kept of an answer: no credential, nothing of the candidate, and not much at all."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

from .messages import Address, Answer, Message
from .plain_text import fold, is_plain, one_line, unescaped
from .spellings import BROKEN, UNBROKEN, likely, longest_of, mended

MASK = "***"
EXCERPT_CHARS = 500
#: What is looked at of a text, so that a long one takes no longer.
MOST_CHARS = 16 * 1024
#: Shorter values would mask half of every text.
SHORTEST = 3
LONGEST_ADDRESS = 254

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
        forms = self.forms(line)
        masked = mask(mask_broken(LINK.sub(KEPT_LINK, line), forms), forms)
        told = PHONE.sub(MASK, EMAIL.sub(MASK, masked))
        sure = max(0, len(told) - self.longest()) if len(text) > MOST_CHARS else EXCERPT_CHARS
        return told[: min(sure, EXCERPT_CHARS)]

    def longest(self) -> int:
        """Return how much of the end of a cut text may be half a value, which nothing masks."""
        return LONGEST_ADDRESS + max(map(longest_of, self._values), default=0)

    def forms(self, line: str) -> list[str]:
        """Return all that must be masked in a line and may be there, folded, the longest first."""
        folded, longest = fold(line), max(map(len, UNBROKEN.findall(mended(line))), default=0)
        found = {one_line(fold(unescaped(form))) for value in self._values for form in likely(value, folded, longest)}
        return sorted((form for form in found if len(form) >= SHORTEST), key=len, reverse=True)

    def __repr__(self) -> str:
        return "<Redactor>"


def mask_broken(text: str, forms: Iterable[str]) -> str:
    """Mask every word that was broken over lines where a folded form stands over a break."""
    folded, whole = fold(text), fold(mended(text))
    over_breaks = [form for form in forms if whole.count(form) > folded.count(form)] if whole != folded else []
    if not over_breaks:
        return text

    def masked(found: re.Match[str]) -> str:
        word = fold(mended(found[0]))
        return MASK if any(form in word for form in over_breaks) else found[0]

    return BROKEN.sub(masked, text)


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
