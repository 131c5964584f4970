"""Bad inputs for every place where something comes in, and what each place makes of them."""

from __future__ import annotations

from .commands import COMMANDS
from .forms import FORMS
from .messages import MESSAGES
from .queries import QUERIES
from .running import EntryPoint

#: In the order of docs/security.md.
ENTRY_POINTS: tuple[EntryPoint, ...] = (*FORMS, *QUERIES, *COMMANDS, *MESSAGES)
