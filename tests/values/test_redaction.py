"""Redaction: whatever is secret or personal never comes out, however it is spelled, however long the text."""

from __future__ import annotations

import base64
import html
import json
import logging
from collections.abc import Callable
from html.entities import codepoint2name
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ats_integration.plain_text import one_line
from ats_integration.redaction import (
    EXCERPT_CHARS,
    MASK,
    MOST_CHARS,
    SHORTEST,
    DropQueries,
    Redactor,
    redactor_for,
)
from ats_integration.spellings import SHORTEST_BASE64, SHORTEST_LINE
from tests.factories import message

KILOBYTES_64 = 64 * 1024

#: Anything but the mask's own star.
letters = st.characters(exclude_categories=["Cs"], exclude_characters="*")
texts = st.text(letters, max_size=40)
values = st.text(letters, min_size=SHORTEST, max_size=20).filter(lambda value: len(one_line(value)) >= SHORTEST)


def encoded(value: str) -> str:
    """Return a value in base64."""
    return base64.b64encode(value.encode()).decode()


def escaped(text: str, signs: str) -> str:
    """Return a text with all signs and all letters beyond ASCII as JSON's escapes."""
    units = text.encode("utf-16-be")
    letters = (int.from_bytes(units[start : start + 2]) for start in range(0, len(units), 2))
    return "".join(f"\\u{one:04X}" if one > 126 or chr(one) in signs else chr(one) for one in letters)


#: How bytes are written as letters and digits.
CODES: dict[str, Callable[[bytes], str]] = {
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64 for addresses": lambda raw: base64.urlsafe_b64encode(raw).decode(),
    "hexadecimal digits": bytes.hex,
    "capital hexadecimal digits": lambda raw: raw.hex().upper(),
}
BREAKS = ("\n", "\r\n", "\r\n ", "\\n", "\\r\\n", "\\\\r\\\\n", "&#13;&#10;", "%0D%0A")


def sure(value: str, code: str) -> set[str]:
    """Return what all codes of a text in which a value stands have in common, by how many bytes stand before it."""
    raw = value.encode()
    if "hexadecimal" in code:
        return {CODES[code](raw)}
    whole = [(CODES[code](bytes(before) + raw), before) for before in range(3)]
    coded = [form[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6] for form, before in whole]
    return {form for form in coded if len(form) >= SHORTEST_BASE64}


def on_lines(text: str, length: int, end: str) -> str:
    """Return a text on lines of one length."""
    return end.join(text[start : start + length] for start in range(0, len(text), length))


def on_one(text: str) -> str:
    """Return a text without its breaks, however they are written."""
    for way in sorted(BREAKS, key=len, reverse=True):
        text = text.replace(way, "")
    return text.replace(" ", "")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in capitals": lambda value: value.upper() if len(value.upper()) == len(value) else value,
    "in small letters": lambda value: value.lower() if len(value.lower()) == len(value) else value,
    "in an address": lambda value: quote(value, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "in JSON": lambda value: json.dumps(value)[1:-1],
    "in JSON with all letters": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "in JSON of PHP": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    "in HTML": html.escape,
    "in HTML of PHP": lambda value: html.escape(value).replace("&#x27;", "&#39;"),
    "in base64": encoded,
    "as the user of Basic": lambda value: encoded(f"{value}:"),
    "as the password of Basic": lambda value: encoded(f"me:{value}"),
    "in digits": lambda value: value.encode().hex(),
    "in capital digits": lambda value: value.encode().hex().upper(),
    "in digits as the password of Basic": lambda value: f"me:{value}".encode().hex(),
    "in JSON of .NET": lambda value: escaped(json.dumps(value, ensure_ascii=False)[1:-1], "&'+<>`"),
    "in JSON of Gson": lambda value: escaped(json.dumps(value, ensure_ascii=False)[1:-1], "&'=<>").lower(),
    "in JSON of JSON": lambda value: json.dumps(json.dumps(value))[1:-1],
    "in JSON of JSON of PHP": lambda value: json.dumps(json.dumps(value).replace("/", "\\/"))[1:-1].replace("/", "\\/"),
    "in HTML of JSON": lambda value: html.escape(json.dumps(value)[1:-1]),
    "in JSON of HTML": lambda value: json.dumps(html.escape(value))[1:-1],
    "in HTML by name": lambda value: "".join(f"&{codepoint2name.get(ord(sign), f'#{ord(sign)}')};" for sign in value),
    "in HTML by number": lambda value: "".join(f"&#{ord(sign):03};" for sign in value),
    "in HTML by hexadecimal number": lambda value: "".join(f"&#x{ord(sign):X};" for sign in value),
    "in HTML twice": lambda value: html.escape(html.escape(value)),
    "in XML": lambda value: html.escape(value).replace("&#x27;", "&apos;"),
    "decomposed": lambda value: normalize("NFD", value),
    "in UTF-16": lambda value: "\0".join(value) + "\0",
    "in Latin-1": lambda value: value.encode("latin-1", errors="replace").decode(errors="replace"),
    "with its words on several lines": lambda value: "\r\n \t".join(value.split()),
}


class TestNeverLeaks:
    @pytest.mark.parametrize("spelling", [str, quote, quote_plus, lambda value: json.dumps(value)[1:-1], html.escape])
    @given(st.lists(values, min_size=1, max_size=4), st.data())
    def test_a_value_in_any_text(self, spelling: Callable[[str], str], secrets: list[str], data: st.DataObject) -> None:
        spelled = [spelling(data.draw(st.sampled_from(secrets))) for _ in range(3)]
        text = "".join(piece for form in spelled for piece in (data.draw(texts), form, data.draw(texts)))
        told = Redactor(secrets)(text)

        for secret in secrets:
            assert one_line(secret) not in told
            assert len(one_line(spelling(secret))) < SHORTEST or one_line(spelling(secret)) not in told

    @given(values, st.text(letters, max_size=2), st.sampled_from(["", ":", ":x"]))
    def test_a_value_in_base64(self, secret: str, before: str, after: str) -> None:
        assume(not before or len(secret.encode()) > SHORTEST)
        told = Redactor([secret])(f"Authorization: Basic {encoded(before + secret + after)} was refused")
        sure = encoded(secret)[: len(secret.encode()) * 8 // 6]

        assert encoded(before + secret + after) not in told
        assert encoded(f"{secret}:") not in told
        assert sure not in told

    @given(values, texts, texts)
    def test_a_value_in_hexadecimal_digits(self, secret: str, before: str, after: str) -> None:
        told = Redactor([secret])(f"key {(before + secret + after).encode().hex()} was refused")

        assert secret.encode().hex() not in told

    @pytest.mark.parametrize("code", sorted(CODES))
    @given(
        st.lists(values, min_size=1, max_size=3),
        st.binary(max_size=100),
        st.binary(max_size=100),
        st.sampled_from([SHORTEST_LINE, 60, 64, 76]),
        st.sampled_from(BREAKS),
    )
    def test_a_value_that_is_broken_over_lines(
        self, code: str, secrets: list[str], before: bytes, after: bytes, length: int, end: str
    ) -> None:
        inside = b":".join(secret.encode() for secret in secrets)
        lines = on_lines(CODES[code](before + inside + after), length, end)
        told = on_one(Redactor(secrets)(f"body [{lines}] was refused"))

        assert [] == [secret for secret in secrets for form in sure(secret, code) if form in told]

    @pytest.mark.parametrize("spelling", sorted(SPELLINGS))
    @pytest.mark.parametrize(
        "value",
        [
            "s3cr3t-Key/With+Signs=",
            "Zoë O'Brien & <Sons>",
            'quote " and \\ back',
            "https://www.linkedin.com/in/zoë?a=b",
            "Łukasz Ødegård",
            "山田 太郎",
            "😀 Smile 😀",
            "line one\nline two",
            normalize("NFD", "Zoë Müller"),
            "&lt; \\\\ and \\",
        ],
    )
    def test_a_value_in_any_spelling(self, value: str, spelling: str) -> None:
        spelled = SPELLINGS[spelling](value)
        told = Redactor([value])(f"before {spelled} after")

        assert spelled not in told
        assert one_line(value).casefold() not in told.casefold()
        assert told.startswith("before ")
        assert told.endswith(" after")
        assert MASK in told

    @given(st.lists(values, min_size=2, max_size=4, unique=True))
    def test_values_that_overlap(self, secrets: list[str]) -> None:
        told = Redactor(secrets)("".join(secrets) + "".join(reversed(secrets)))

        assert not any(one_line(secret) in told for secret in secrets)

    @given(values)
    def test_a_value_at_the_cut(self, secret: str) -> None:
        assume(not {"x"} & set(secret.lower()))
        told = Redactor([secret])("x" * (EXCERPT_CHARS - 1) + secret + "x" * EXCERPT_CHARS)

        assert one_line(secret)[:1] not in told

    @pytest.mark.parametrize("filler", ["x", " ", "\0", "&#x00000000020;", "Sanne de Vries ", "sanne@example.org "])
    @pytest.mark.parametrize("value", ["s3cr3t+/" * 40, "ver van het station " * 150, "é" * 60])
    @pytest.mark.parametrize("room", [1, 7, 300])
    def test_a_value_where_a_long_text_is_cut(self, value: str, filler: str, room: int) -> None:
        before = (filler * MOST_CHARS)[: MOST_CHARS - room]
        redact = Redactor([value, "Sanne de Vries"])
        for spelling in ("plain", "in an address", "in JSON", "in HTML by number", "in base64", "in capital digits"):
            told = redact(before + SPELLINGS[spelling](value) * 20)
            assert set("x ") >= set(told.replace(MASK, "")), spelling
        for code in CODES.values():
            told = redact(before + on_lines(code(value.encode() * 20), SHORTEST_LINE, "%0D%0A%0D%0A"))
            assert set("x ") >= set(told.replace(MASK, ""))

    @pytest.mark.parametrize("address", ["a@b.nl", "Sanne.de-Vries+cv@mail.example.org", "zoë@bücher.example"])
    def test_any_email_address(self, address: str) -> None:
        assert "to *** and" == Redactor([])(f"to {address} and")

    @pytest.mark.parametrize(
        "number", ["06 12345678", "+31 6 12 34 56 78", "(020) 123-4567", "+31 (0)20 - 123 45 67", "0031612345678"]
    )
    def test_any_phone_number(self, number: str) -> None:
        told = Redactor([])(f"call {number} now")

        assert not any(digit in told for digit in "1234567")

    def test_its_own_values(self) -> None:
        assert "<Redactor>" == repr(Redactor(["secret"]))


class TestKeeps:
    @pytest.mark.parametrize("text", ["HTTP 422: email is invalid", "job 4000001 is closed", "on 24-11-26", ""])
    def test_what_is_neither_secret_nor_personal(self, text: str) -> None:
        assert text == Redactor(["secret"])(text)

    @pytest.mark.parametrize("value", ["", "a", "an", " a ", "\n\t "])
    def test_values_too_short_to_mask(self, value: str) -> None:
        assert "an apple a day" == Redactor([value])("an apple a day")

    @given(st.text(letters, max_size=2_000), st.lists(values, max_size=3))
    def test_one_line_of_at_most_500_characters(self, text: str, secrets: list[str]) -> None:
        told = Redactor(secrets)(text)

        assert len(told) <= EXCERPT_CHARS
        assert told == one_line(told) or told == one_line(told) + " "


class TestTime:
    @pytest.mark.timeout(20)
    @pytest.mark.parametrize(
        "piece",
        [
            "a",
            "1",
            "1 ",
            "+1(",
            "a@",
            "a.",
            "a-",
            "@",
            "a@b.",
            "%",
            "?",
            "é",
            " ",
            "***",
            "/cv/",
            "secret-ke",
            "secret-key-1",
            "\\",
            "\\u",
            "\\u0041",
            "&",
            "&#",
            "&amp;",
            "&#9",
            "\u0301\u0316",
            "a" * 64 + "\r\n",
            "a" * 64 + "\\r\\n",
            "a" * 64 + " " * 64,
            "YWFh" * 8 + "%0A",
            "=\n",
        ],
    )
    def test_grows_with_the_text_and_not_with_its_square(self, piece: str) -> None:
        hostile = piece * (8 * KILOBYTES_64 // len(piece))
        told = Redactor(["secret-key-1", "Sanne", *(f"line {number} of a letter" for number in range(200))])(hostile)

        assert len(told) <= EXCERPT_CHARS
        assert "secret-key-1" not in told

    @pytest.mark.timeout(20)
    def test_does_not_grow_with_a_text_that_is_long(self) -> None:
        seen: list[int] = []

        class Watched(Redactor):
            def forms(self, line: str) -> list[str]:
                seen.append(len(line))
                return super().forms(line)

        for size in (MOST_CHARS, 32 * MOST_CHARS):
            Watched(["secret-key-1"])("a" * size)
        assert [MOST_CHARS, MOST_CHARS] == seen

    @pytest.mark.timeout(20)
    def test_of_a_long_letter_is_short(self) -> None:
        letter = "\n".join(f"Sentence {number} of a letter without an end." for number in range(2_000))

        told = redactor_for(message(application={"cover_letter": letter}), ["key"])(json.dumps({"letter": letter}))

        assert "Sentence" not in told


class TestRedactorOfADelivery:
    def test_knows_its_secrets_and_its_candidate(self) -> None:
        sent = message()
        person, address = sent.candidate, sent.candidate.address
        personal = [person.first_name, person.last_name, person.email, person.phone, person.linkedin_url]
        personal += [person.website_url, address.street, address.postal_code, address.city]
        personal += [sent.application.cover_letter.splitlines()[-1]]
        assert sent.resume
        redact = redactor_for(sent, ["key-of-acme", 12345])

        for value in (*personal, sent.resume.filename, "key-of-acme", "12345"):
            assert "[***]" == redact(f"[{value}]")

    @pytest.mark.parametrize("said", ["Ik heb een hond", ("Ede en omstreken", "Ik heb een hond"), 31337, 3.14159])
    def test_knows_the_answers(self, said: object) -> None:
        answered = {"question": "Nog iets?", "answer": said}
        text = " ".join(map(str, said)) if isinstance(said, tuple) else str(said)
        told = redactor_for(message(application={"answers": [answered]}), [])(f"[{text}]")

        assert set(told) <= set("[]* ")

    def test_keeps_the_names_of_the_ats_and_of_the_job(self) -> None:
        said = "Monteur is closed at Acme BV: yes"

        assert said == redactor_for(message(), [])(said)


class TestDropQueries:
    @pytest.mark.parametrize(
        ("text", "args", "kept"),
        [
            ("GET /v0/postings?key=secret HTTP/1.1", (), "GET /v0/postings?*** HTTP/1.1"),
            ('%s "%s %s"', ("http://x", "POST", "/a?key=secret&b=c"), 'http://x "POST /a?***"'),
            ("Retrying %(url)s", ({"url": "/a?key=secret"},), "Retrying /a?***"),
            ("%s then %s", ("/a?key=secret", "/b?key=secret"), "/a?*** then /b?***"),
            ("nothing to cut", (), "nothing to cut"),
            ("50%% done", (), "50%% done"),
        ],
    )
    def test_cuts_queries_with_and_without_args(self, text: str, args: tuple[object, ...], kept: str) -> None:
        record = logging.LogRecord("urllib3", logging.DEBUG, __file__, 1, text, args, None)

        assert DropQueries().filter(record)
        assert kept == record.getMessage()

    @pytest.mark.parametrize("name", ["connectionpool", "connection", "util.retry", "poolmanager"])
    def test_is_on_every_logger_of_urllib3(self, name: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG, logger=f"urllib3.{name}"):
            logging.getLogger(f"urllib3.{name}").debug("GET %s", "/v0/postings?key=secret")

        assert "GET /v0/postings?***" == caplog.messages[0]
