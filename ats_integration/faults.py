"""Say where one of our own faults happened, without any value that was at hand there."""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Sequence

from pydantic import ValidationError

#: Where Python and the installed packages live; a fault in there was caused by somebody who called them.
FOREIGN = tuple({f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib")})
#: What can be the name of a field, and is no value that somebody sent.
FIELD = re.compile(r"[a-z_]{1,40}|[0-9]{1,3}")


def where(error: BaseException) -> str:
    """Return kind and place of an exception, such as `KeyError at ats.py:53 in describe`.

    The place is the last one outside of Python and the installed packages, if there is one. The exception's own text
    is left out: it may repeat a candidate's data or a secret.
    """
