"""Values that have broken software before, and random ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

KNOWN = (
    "", " ", "\0", "a\0b", "\r\nBcc: everybody@evil.example", "'\";--", "' OR 1=1 --", "%s%n%x", "{{ 7|add:7 }}",
    "${7*7}", "../../../etc/passwd", "C:\\Windows\\x", "<script>alert(1)</script>", "javascript:alert(1)", "\u202e",
    "\ufeff", "\x1b[31m", "👩‍👩‍👧", "ﷺ" * 50, "١٢٣", "²", "-1", "0", "1e999", "NaN", "Infinity", "0x10",
    "9" * 400, "x" * 5000, "true", "null", "[]", "{}", "[" * 3000, '{"a":' * 3000, "gAAAAAB", "gAAAAA" + "x" * 200,
    "2026-13-45", "0000-00-00T99:99", "99999d", "00000000-0000-0000-0000-000000000000", "a@b", "@", "a@" + "b" * 300,
    "https://127.0.0.1/", "http://[::1", "https://user:pass@host:99999/", "https://a.example/?x#y", "//evil.example",
    "=cmd|' /C calc'!A0", "__proto__", "__class__", "customer__members__password", "on", "yes", "🔥\u0000",
)  # fmt: skip

#: What fits into a form: no halves of characters, which no browser can send.
texts = st.sampled_from(KNOWN) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
#: What fits into the arguments of a process: no zero byte either.
arguments = texts.map(lambda text: text.replace("\0", "")) | st.integers().map(str)
names = st.from_regex(r"[\w-]{1,20}", fullmatch=True) | texts

BOMBS = (
    "[" * 100_000,
    '{"a":' * 100_000,
    "[" * 100_000 + "]" * 100_000,
    "9" * 10_000,
    f'{{"a": {"9" * 5000}}}',
    '{"a": 1e99999}',
    '{"a": NaN, "b": -Infinity}',
    '{"a": "\\ud800", "b": "\\u0000"}',
    '{"a": 1, "a": 2}' * 2,
    '"' + "x" * 1_000_000 + '"',
    "[" + "0," * 200_000 + "0]",
    "{" + ",".join(f'"{n}": 0' for n in range(20_000)) + "}",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def is_container(value: Any) -> bool:
    """Tell whether JSON has something in it."""
    return isinstance(value, dict | list) and bool(value)


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Return JSON that differs from a good one in a place or some: another value, a key more, a key less."""
    changed = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 3))):
        spot = changed
        while any(is_container(inner) for inner in children(spot)) and draw(st.booleans()):
            spot = draw(st.sampled_from([inner for inner in children(spot) if is_container(inner)]))
        spoil(draw, spot)
    return changed


def children(value: Any) -> list[Any]:
    """Return what stands directly in JSON."""
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def spoil(draw: st.DrawFn, spot: Any) -> None:
    """Change one place of a container."""
    if isinstance(spot, list):
        spot.append(draw(json_values))
    elif draw(st.integers(0, 4)) == 0 and spot:
        del spot[draw(st.sampled_from(sorted(spot)))]
    else:
        spot[draw(st.sampled_from(sorted(spot)) | texts if spot else texts)] = draw(json_values)
