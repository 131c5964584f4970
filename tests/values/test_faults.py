"""Where a fault happened: kind and place, never the exception's own text."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats_integration import faults
from ats_integration.faults import one_by_one, where
from ats_integration.messages import Candidate, Vacancy
from ats_integration.models import Incident

CANARY = "sanne@example.org"
PACKAGES = ("ats_integration", "pydantic")


def thrown(error: BaseException) -> BaseException:
    """Return an error that was raised here."""
    try:
        raise error
    except BaseException as caught:
        return caught


def caught(act: Any) -> BaseException:
    """Return the error of an act."""
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_names_kind_file_line_and_function() -> None:
    line = inspect.getsourcelines(thrown)[1] + 3

    assert f"KeyError at test_faults.py:{line} in thrown" == where(thrown(KeyError(CANARY)))


def test_names_the_kind_alone_where_nothing_was_raised() -> None:
    assert "KeyError" == where(KeyError(CANARY))


@given(st.text(min_size=1))
def test_never_repeats_the_text(text: str) -> None:
    assert where(thrown(ValueError("plain"))) == where(thrown(ValueError(text)))


@pytest.mark.parametrize(
    "act",
    [
        lambda: int(CANARY),
        lambda: dict[str, int]()[CANARY],
        lambda: CANARY.encode("utf-16").decode(),
        lambda: Candidate.model_validate({"first_name": [CANARY]}),
        lambda: Path(f"/{CANARY}").read_text(),
        lambda: getattr(object(), CANARY),
    ],
)
def test_never_repeats_a_value_that_was_at_hand(act: Any) -> None:
    told = where(caught(act))

    assert CANARY not in told
    assert " at " in told


@pytest.mark.parametrize("act", [lambda: json.loads("["), lambda: Candidate.model_validate_json("[")])
def test_names_the_line_of_the_host_and_not_that_of_a_library(act: Any) -> None:
    line = inspect.getsourcelines(act)[1]

    assert f" at test_faults.py:{line} in <lambda>" in where(caught(act))


def test_names_the_library_where_nobody_else_was_there() -> None:
    error = caught(lambda: json.loads("["))
    while error.__traceback__ and error.__traceback__.tb_next:
        error.__traceback__ = error.__traceback__.tb_next

    assert where(error).startswith("JSONDecodeError at decoder.py:")


def test_an_installed_copy_of_the_app_is_no_foreign_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "OURS", "/venv/site-packages/ats_integration/")

    assert [False, True] == [faults.is_foreign(f"/venv/site-packages/{name}/main.py") for name in PACKAGES]


def test_names_the_fields_that_did_not_get_what_they_take() -> None:
    told = where(caught(lambda: Candidate.model_validate({"first_name": CANARY, "last_name": 5, "phone": None})))

    assert told.endswith(" in <lambda> fields=email,last_name,phone")


@pytest.mark.parametrize("key", [CANARY, "+31 6 12345678", "Jansen de Vries", "x" * 41])
def test_names_no_field_by_what_somebody_sent(key: str) -> None:
    told = where(caught(lambda: Vacancy.model_validate({"id": "1", "title": "", key: 1})))

    assert told.endswith("fields=?")


def test_names_nothing_below_a_field() -> None:
    model = pydantic.create_model("Host", answers=(dict[str, int], ...))

    assert where(caught(lambda: model(answers={"Sanne": "x"}))).endswith(" fields=answers")
    assert "Sanne" not in where(caught(lambda: pydantic.TypeAdapter(dict[str, int]).validate_python({"Sanne": "x"})))


def test_names_the_last_error_of_a_chain_only() -> None:
    def chained() -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error

    told = where(caught(chained))

    assert told.startswith("RuntimeError at test_faults.py:")
    assert told.endswith(" in chained")


def test_takes_a_step_for_each_row_and_adds_up() -> None:
    rows = [Incident(pk=1), Incident(pk=2)]

    assert 3 == one_by_one(lambda row: row.pk, rows, lambda key, place: None)


def test_a_row_that_fails_keeps_no_other_waiting_and_is_told_of_without_its_text() -> None:
    def step(row: Incident) -> int:
        if row.pk == 1:
            raise KeyError(CANARY)
        return 1

    told: list[tuple[int, str]] = []
    assert 1 == one_by_one(step, [Incident(pk=1), Incident(pk=2)], lambda key, place: told.append((key, place)))
    ((key, place),) = told
    assert 1 == key
    assert re.fullmatch(r"KeyError at test_faults\.py:\d+ in step", place)


def test_the_end_of_the_process_is_no_fault_of_a_row() -> None:
    def step(row: Incident) -> int:
        raise SystemExit

    with pytest.raises(SystemExit):
        one_by_one(step, [Incident(pk=1)], lambda key, place: None)
