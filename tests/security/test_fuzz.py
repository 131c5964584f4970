"""Generated bad inputs at every entry point: no 5xx, no traceback, an error that names its field, nothing lost.

Every day some at each; `make fuzz` sets FUZZ_INPUTS and prints the table of docs/security.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .fuzzing import ENTRY_POINTS
from .fuzzing.running import EntryPoint, Tally, run, table
from .world import World

EVERY_DAY = 30
INPUTS = int(os.environ.get("FUZZ_INPUTS", "0"))
EACH = -(-INPUTS // len(ENTRY_POINTS)) if INPUTS else EVERY_DAY
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "security.md"
ROW = re.compile(r"^\| (.+?) \| ([\d,]+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)

pytestmark = pytest.mark.timeout(1800 if INPUTS else 120)


@pytest.fixture(scope="module")
def tallies(pytestconfig: pytest.Config) -> Iterator[dict[str, Tally]]:
    """Collect the figures; a long run prints them."""
    found: dict[str, Tally] = {}
    yield found
    if INPUTS:
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\n\n" + table(found))  # noqa: T201


@pytest.mark.parametrize("point", ENTRY_POINTS, ids=lambda point: point.name)
def test_bad_inputs(world: World, valkey: Any, tallies: dict[str, Tally], point: EntryPoint) -> None:
    tally = tallies[point.name] = run(point, world, EACH)
    assert [] == tally.problems
    assert tally.inputs >= min(EACH, 2)


def test_the_page_tells_of_every_entry_point_and_of_nothing_lost() -> None:
    rows = ROW.findall(PAGE.read_text())
    assert [point.name for point in ENTRY_POINTS] == [name for name, *_ in rows]
    assert 20_000 <= sum(int(inputs.replace(",", "")) for _, inputs, *_ in rows)
    assert {("0", "0", "0")} == {tuple(wrong) for _, _, *wrong in rows}
