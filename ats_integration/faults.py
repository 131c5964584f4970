"""Faults of our own: where one happened, without any value that was at hand there, and how the work goes on."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model
from pydantic import ValidationError

Row = TypeVar("Row", bound=Model)

OURS = f"{Path(__file__).parent}/"
PYTHON = f"{Path(os.__file__).parent}/"
#: Where installed packages live, and code that has no file.
INSTALLED = re.compile(r"/(site|dist)-packages/|^<")
#: What may be repeated of a field's name: nothing that could be an address, a number or a sentence.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)


def where(error: BaseException) -> str:
    """Return kind and place of an exception, such as `KeyError at ats.py:53 in describe`.

    The place is the last one outside of Python and of others' packages, if there is one. The exception's own text
    is left out: it may repeat a candidate's data or a secret.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = next((frame for frame in reversed(frames) if not is_foreign(frame.filename)), frames[-1])
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno} in {last.name}{fields(error)}"


def is_foreign(filename: str) -> bool:
    """Tell whether a file belongs to Python or to a package of somebody else, which was only called."""
    if filename.startswith(OURS):
        return False
    return filename.startswith(PYTHON) or bool(INSTALLED.search(filename))


def fields(error: BaseException) -> str:
    """Name the fields of a model that did not get what they take; below them may stand what somebody sent."""
    if not isinstance(error, ValidationError) or not NAME.fullmatch(error.title):
        return ""
    places = (problem["loc"] for problem in error.errors(include_url=False, include_context=False, include_input=False))
    names = sorted({str(place[0]) for place in places if place})
    return f" fields={','.join(name if NAME.fullmatch(name) else '?' for name in names)}" if names else ""


def one_by_one(step: Callable[[Row], int], rows: Iterable[Row], tell: Callable[[Any, str], None]) -> int:
    """Take a step for each row; return the sum of what they return.

    A fault with one must not keep the others waiting: it counts 0, and `tell` gets the row's key and where it happened.
    """
    return sum(taken(step, row, tell) for row in rows)


def taken(step: Callable[[Row], int], row: Row, tell: Callable[[Any, str], None]) -> int:
    """Take the step for one row."""
    try:
        return step(row)
    except Exception as error:
        tell(row.pk, where(error))
        return 0
