"""Surnames for an ATS that keeps "de" and "van der" in a field of their own."""

from __future__ import annotations

#: What stands before a Dutch surname, word by word.
PARTICLES = {
    "'s", "'t", "aan", "bij", "d'", "de", "del", "den", "der", "des", "du", "het", "in", "la", "le", "les", "onder",
    "op", "over", "te", "ten", "ter", "toe", "tot", "uijt", "uit", "van", "vande", "vanden", "vander", "vom", "von",
    "voor", "zu", "zum", "zur",
}  # fmt: skip


def split(surname: str, longest: int) -> tuple[str, str]:
    """Return what stands before a surname and the surname itself; at least one word stays in the latter.

    Nothing is split off that the field does not take.
    """
    words = surname.split()
    count = next((i for i, word in enumerate(words) if plain(word) not in PARTICLES), len(words) - 1)
    before = " ".join(words[:count])
    return (before, " ".join(words[count:])) if before and len(before) <= longest else ("", surname.strip())


def plain(word: str) -> str:
    """Return a word as the list has it: small letters, a straight apostrophe."""
    return word.lower().replace("\u2019", "'")
