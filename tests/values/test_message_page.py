"""docs/message.md: its example is a message, and it explains every key there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ats_integration.encryption import is_token
from ats_integration.message_schema import json_schema
from ats_integration.messages import decode

from .test_messages import validator

PAGE = (Path(__file__).parents[2] / "docs/message.md").read_text()


def example() -> dict[str, Any]:
    """Return the example of the page."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    return dict(json.loads(block))


def leaves(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield the place of every value that a schema describes."""
    for branch in (schema, *schema.get("anyOf", ())):
        if "$ref" in branch:
            yield from leaves(json_schema()["$defs"][branch["$ref"].rpartition("/")[2]], place)
        for key, inner in branch.get("properties", {}).items():
            yield from leaves(inner, f"{place}.{key}".lstrip("."))
        if "$ref" in branch.get("items", {}):
            yield from leaves(branch["items"], f"{place}[]")
    if "$ref" not in schema and "properties" not in schema:
        yield place


def test_the_example_fits_the_schema() -> None:
    validator().validate(example())


def test_the_example_is_read_and_written_as_it_stands() -> None:
    assert example() == decode(example()).to_dict()


def test_the_example_shows_a_sealed_token() -> None:
    assert is_token(example()["ats"]["credentials"])


def test_every_key_is_explained() -> None:
    explained = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)

    assert [] == [place for place in leaves(json_schema()) if place not in explained]
    assert len(explained) == len(set(explained))
