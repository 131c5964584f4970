"""The published table is what was measured, of every fault there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from . import results
from .faults import FAULTS, Fault, Repeats
from .paces import FULL, SHORT
from .results import Row

ROW = Row(
    fault="valkey-flushed",
    title="FLUSHALL",
    pace="full",
    applications=10_000,
    rate=40.0,
    refused=0,
    delivered=10_000,
    held=0,
    in_flight=0,
    dead=0,
    erased=0,
    lost=0,
    twice=1,
    doubtful=2,
    died=3,
    seconds=4.5,
)
MEASURED = {row.fault: row for row in results.read()}


def test_the_page_shows_what_was_measured() -> None:
    page = results.PAGE.read_text()
    assert page == results.with_table(page, results.read())


def test_every_fault_was_measured_and_no_other() -> None:
    assert [fault.name for fault in FAULTS] == list(MEASURED)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_published_row_of_every_fault_is_right(fault: Fault) -> None:
    row = MEASURED[fault.name]
    assert (0, ()) == (row.lost, row.problems)
    assert row.applications == row.delivered + row.held + row.in_flight + row.dead + row.erased
    assert row.twice <= row.doubtful
    assert fault.repeats != Repeats.NEVER or row.twice == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_page_tells_of_every_fault(fault: Fault) -> None:
    assert f"`{fault.name}`" in results.PAGE.read_text()


@pytest.mark.parametrize("pace", [FULL, SHORT], ids=lambda pace: pace.name)
def test_every_title_names_figures_that_exist(pace: object) -> None:
    assert not [fault.name for fault in FAULTS if "{" in fault.title_at(pace)]  # type: ignore[arg-type]


def test_no_two_faults_have_one_name() -> None:
    assert len(FAULTS) == len({fault.name for fault in FAULTS})


def test_a_table_is_put_between_its_marks_and_nowhere_else() -> None:
    page = f"before\n{results.BEGIN}\nold\n{results.END}\nafter\n"
    new = results.with_table(page, [ROW])
    assert "| FLUSHALL | 10,000 at 40/s | 0 | 1 | 2 | 3 | 4.5 |" in new
    assert "old" not in new
    assert (new.startswith("before\n"), new.endswith("\nafter\n")) == (True, True)


def test_new_rows_replace_old_ones_of_the_same_fault_only(tmp_path: Path) -> None:
    file, page = tmp_path / "rows.json", tmp_path / "page.md"
    page.write_text(f"{results.BEGIN}{results.END}")
    other = replace(ROW, fault="everything", title="all", problems=("one",))
    results.write([ROW, other], ["everything", "valkey-flushed"], file=file, page=page)
    results.write([replace(ROW, seconds=9.0)], ["everything", "valkey-flushed"], file=file, page=page)
    assert [other, replace(ROW, seconds=9.0)] == results.read(file)
    assert results.markdown(results.read(file)) in page.read_text()
