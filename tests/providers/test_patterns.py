"""Patterns that read what an ATS or a candidate wrote: their time grows with the text and not with its square."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from ats_integration.messages import Address
from ats_integration.providers.afas_parts import lived_at
from ats_integration.providers.ashby_parts import EMAIL
from ats_integration.providers.bamboohr_parts import CLOSED
from ats_integration.providers.jazzhr_answers import NOT_FOUND
from ats_integration.providers.jobylon_parts import LINK

LONG = 200_000  # characters

#: Each pattern as one would write it first, and pieces of texts that it is about.
SIMPLE: dict[str, tuple[re.Pattern[str], str, list[str]]] = {
    "closed": (
        CLOSED,
        r"(?i)\bjob\b.*\b(closed|invalid|no longer|not exist|not found|not open|unknown)\b",
        ["job", "Job", "jobs", "closed", "not", "found", "no longer", "unknown", " ", "\n", "."],
    ),
    "not found": (
        NOT_FOUND,
        r"(?i)(applicant|prospect).*not found",
        ["applicant", "Prospect", "not found", "not", " ", "\n", "."],
    ),
    "link": (LINK, r"https?://[^\s/]+\.\S+", ["http://", "https://", "a", ".", "/", " ", "@"]),
    "email": (EMAIL, r"[^@\s]+@[^@\s]+\.[^@\s]+", ["a", "@", ".", " ", "\n"]),
}


@pytest.mark.parametrize("name", SIMPLE)
@given(data=some.data())
def test_means_what_the_simple_one_means(name: str, data: some.DataObject) -> None:
    pattern, simple, pieces = SIMPLE[name]
    text = "".join(data.draw(some.lists(some.sampled_from(pieces), max_size=12)))
    used = "fullmatch" if pattern in (LINK, EMAIL) else "search"
    assert bool(getattr(re.compile(simple), used)(text)) == bool(getattr(pattern, used)(text))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["job ", "job not "])
def test_reads_a_long_refusal_of_bamboohrs(text: str) -> None:
    assert CLOSED.search(text * (LONG // len(text))) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["applicant ", "prospect not foun "])
def test_reads_a_long_refusal_of_jazzhrs(text: str) -> None:
    assert NOT_FOUND.search(text * (LONG // len(text))) is None


@pytest.mark.timeout(20)
def test_reads_a_long_link() -> None:
    assert LINK.fullmatch(f"https://{'a.' * LONG} ") is None


@pytest.mark.timeout(20)
def test_reads_a_long_address_of_a_person() -> None:
    assert EMAIL.fullmatch(f"a@{'a.' * LONG}@") is None


@pytest.mark.timeout(20)
def test_reads_a_street_of_blanks() -> None:
    assert {} == lived_at(Address(street=f"Kerkstraat{' ' * LONG}x", country="NL"))


@given(blanks=some.text(" \t\n", min_size=1, max_size=5))
@example(blanks=" ")
def test_reads_a_street_however_it_is_spaced(blanks: str) -> None:
    lived = lived_at(Address(street=blanks.join(["", "Van", "Dam", "12", "bis", ""]), country="NL"))
    assert ("Van Dam", 12, "bis") == (lived["Ad"], lived["HmNr"], lived["HmAd"])
