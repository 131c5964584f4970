"""The scripts in `lua/`, each in front of a connection to Redis."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from redis import Redis

#: They move or shrink what is there, so they may do so without memory to spare, or nothing would ever free some.
HEAD = "#!lua flags=allow-oom"


def script(connection: Redis, name: str) -> Any:
    """Return a script bound to a connection."""
    return connection.register_script(source(name))


@cache
def source(name: str) -> str:
    """Return the text of a script, behind what all of them share."""
    folder = resources.files(__package__) / "lua"
    return "\n".join((HEAD, *((folder / f"{part}.lua").read_text() for part in ("lanes", name))))
