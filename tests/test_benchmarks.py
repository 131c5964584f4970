"""The pages about speed say what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import fairness, options, tables
from benchmarks.__main__ import ALL

README = tables.README.read_text()
PAGE = "Before.\n<!-- results: kill -->\nold\n<!-- end -->\nAfter.\n"
RESULT: dict[str, Any] = {
    "title": "kill -9 in the middle",
    "date": "2026-11-26",
    "machine": {"cores": 2, "cpu": "Fast"},
    "versions": {"rq": "3.0.0"},
    "settings": {"in_flight": 64},
    "rows": [{"system": "ours", "missing": 0, "ratio": 0.1234}, {"system": "huey", "missing": 1900, "ratio": None}],
}


def test_the_tables_in_the_readme_are_those_of_the_results() -> None:
    assert tables.filled(README) == README


@pytest.mark.parametrize("name", ALL)
def test_the_readme_has_a_place_for_every_benchmark(name: str) -> None:
    assert f"<!-- results: {name} -->" in README
    assert (tables.FOLDER / f"{name}.py").exists()


def test_every_result_is_that_of_a_benchmark_and_drawn() -> None:
    found = {path.stem for path in tables.RESULTS.glob("*.json")}
    assert set() == found - set(ALL)
    assert found == {path.stem for path in tables.RESULTS.glob("*.png")}


def test_a_benchmark_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "kill", "--rounds"])
    with pytest.raises(SystemExit, match="There is no benchmark --rounds; there are: throughput, "):
        benchmarks.main()


@pytest.mark.parametrize("given", [("--n", "0"), ("--rounds", "-1"), ("--in-flight", "many")])
def test_a_benchmark_of_nothing_is_refused(given: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.parser("Measures.", n=1).parse_args(given)
    assert f"argument {given[0]}: '{given[1]}' is no whole number above 0" in capsys.readouterr().err


def test_fairness_without_a_black_hole_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fairness", "--blackholed", "0"])
    with pytest.raises(SystemExit):
        fairness.main()
    assert "argument --blackholed: '0' is no whole number above 0" in capsys.readouterr().err


def test_a_round_in_which_nothing_arrives_has_no_ratio() -> None:
    assert 0.5 == fairness.row("ours", [(0.0, 3.0), (4.0, 2.0)])["beside ÷ alone"]
    assert fairness.row("ours", [(0.0, 3.0)])["beside ÷ alone"] is None


def test_a_result_becomes_a_table_with_its_origin_and_its_plot(tmp_path: Path) -> None:
    (tmp_path / "kill.json").write_text(json.dumps(RESULT))
    page = tables.filled(PAGE, tmp_path)
    assert [
        "Before.",
        "<!-- results: kill -->",
        "| system | missing | ratio |",
        "| --- | --: | --: |",
        "| ours | 0 | 0.123 |",
        "| huey | 1,900 | - |",
        "",
        "2026-11-26, 2 cores Fast; in flight 64; rq 3.0.0.",
        "",
        "![kill -9 in the middle](results/kill.png)",
        "<!-- end -->",
        "After.",
    ] == page.splitlines()
    assert page == tables.filled(page, tmp_path)


def test_what_was_not_measured_is_said_to_be_so(tmp_path: Path) -> None:
    assert tables.NOT_MEASURED in tables.filled(PAGE, tmp_path)


@pytest.mark.parametrize(
    ("expected", "value"),
    [("-", None), ("ours", "ours"), ("1,900", 1900), ("1,488", 1488.2), ("99.9", 99.94), ("0.00123", 0.001234)],
)
def test_numbers_are_written_for_people(expected: str, value: Any) -> None:
    assert expected == tables.shown(value)
