"""The folder of the demo: empty at the start, and for one demo at a time."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .problems import DemoError

LOCK = "lock"


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Empty the folder and keep it for this process.

    Raises DemoError where another demo has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoError(f"Another demo runs in {folder}. Stop it first (Ctrl-C in its terminal).") from None
        for entry in folder.iterdir():
            if entry.name != LOCK:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        yield folder
