"""Say where one of our own faults happened, without any value that was at hand there."""

from __future__ import annotations

import traceback


def where(error: BaseException) -> str:
    """Return kind and place of an exception, such as `KeyError at ats.py:53 in describe`.

    The exception's own text is left out: it may repeat a candidate's data or a secret.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno} in {last.name}"
