"""Particles are told from surnames, and no letter is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats_integration.providers.surnames import PARTICLES, split


@pytest.mark.parametrize(
    ("surname", "parts"),
    [
        ("Jansen", ("", "Jansen")),
        ("de Vries", ("de", "Vries")),
        ("van der Berg", ("van der", "Berg")),
        ("Van Den Bérg-Łuczak", ("Van Den", "Bérg-Łuczak")),
        ("'t Hooft", ("'t", "Hooft")),
        ("\u2019t Hooft", ("\u2019t", "Hooft")),
        ("van 't Hof", ("van 't", "Hof")),
        ("d\u2019Angelo", ("", "d\u2019Angelo")),
        ("Jansen van der Berg", ("", "Jansen van der Berg")),
        ("de Vries-van Dam", ("de", "Vries-van Dam")),
        ("van", ("", "van")),
        ("van der", ("van", "der")),
        ("van uit den onder de Linden", ("", "van uit den onder de Linden")),
        ("小龍", ("", "小龍")),
        ("", ("", "")),
        (" de  Vries ", ("de", "Vries")),
    ],
)
def test_splits(surname: str, parts: tuple[str, str]) -> None:
    assert parts == split(surname, 15)


@given(words=st.lists(st.sampled_from([*sorted(PARTICLES), "Berg", "é", "van\u00e0"]), max_size=6))
def test_loses_no_word(words: list[str]) -> None:
    before, name = split(" ".join(words), 15)
    assert words == f"{before} {name}".split()
    assert bool(name) == bool(words)
