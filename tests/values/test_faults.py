"""Where a fault happened: kind and place, never the exception's own text."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats_integration.faults import where
from ats_integration.messages import Candidate

CANARY = "sanne@example.org"


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


def test_names_the_last_error_of_a_chain_only() -> None:
    def chained() -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error

    told = where(caught(chained))

    assert told.startswith("RuntimeError at test_faults.py:")
    assert told.endswith(" in chained")
