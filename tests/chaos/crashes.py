"""Kill this process exactly before or after one function of the product, as kill -9 would."""

from __future__ import annotations

import functools
import itertools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

OURS = ("ats_integration", "jobbird")


def arm(point: str, turn: int = 1) -> None:
    """Let this process die at a point like `before:ats_integration.queues.put`, the first time it gets there or later.

    Raises AttributeError or ImportError where there is no such function.
    """
    when, _colon, path = point.partition(":")
    owner, name = find(path)
    function = getattr(owner, name)
    deadly = doomed(function, turn, before=when == "before")
    setattr(owner, name, deadly)
    for module in list(sys.modules.values()):
        replace_in(module, function, deadly)


def find(path: str) -> tuple[Any, str]:
    """Return what holds the named function, a module or a class, and its name there."""
    places, _dot, name = path.rpartition(".")
    try:
        return import_module(places), name
    except ModuleNotFoundError:
        module, _dot, klass = places.rpartition(".")
        return getattr(import_module(module), klass), name


def replace_in(module: ModuleType, function: object, deadly: object) -> None:
    """Replace what a module of ours imported by name."""
    if module.__name__.partition(".")[0] in OURS:
        for name, value in list(vars(module).items()):
            if value is function:
                setattr(module, name, deadly)


def doomed(function: Callable[..., Any], turn: int, *, before: bool) -> Callable[..., Any]:
    """Return a function that does the same and dies before or after it has, at that turn."""
    turns = itertools.count(1)

    @functools.wraps(function)
    def deadly(*args: Any, **options: Any) -> Any:
        is_time = next(turns) == turn
        if is_time and before:
            die()
        result = function(*args, **options)
        if is_time:
            die()
        return result

    return deadly


def die() -> None:
    """Die at once, with all threads; nothing is closed, flushed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()
