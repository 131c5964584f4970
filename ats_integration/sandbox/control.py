"""The stand-in's own pages, under /_sandbox/: what arrived, the counts, and the levers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .behaviours import Behaviour
from .page import page
from .values import Reply
from .vendors import VENDORS
from .world import World

NOT_FOUND = Reply(status=404, body={"error": "There is no such page."})


def answer(world: World, method: str, name: str, query: Mapping[str, list[str]], body: bytes) -> Reply:
    """Answer a call to /_sandbox/<name>."""
    match method, name:
        case "GET", "":
            return Reply(status=200, body=page(world))
        case "GET", "received":
            asked = {key: query[key][0] for key in ("provider", "email") if key in query}
            return Reply(status=200, body=[taken.to_dict() for taken in world.receptions.find(**asked)])
        case "GET", "stats":
            return Reply(status=200, body=world.stats())
        case "POST", "behave" | "register" | "reset":
            return change(world, name, body)
    return NOT_FOUND


def change(world: World, name: str, body: bytes) -> Reply:
    """Pull a lever; a wrong instruction is explained and changes nothing."""
    try:
        values = json.loads(body or b"{}")
        CHANGES[name](world, values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Reply(status=400, body={"error": f"{type(error).__name__}: {error}"})
    return Reply(status=200, body={"ok": True})


def behave(world: World, values: dict[str, Any]) -> None:
    """Put an instruction in force."""
    behaviour = Behaviour.of(values)
    if behaviour.provider not in ("*", *VENDORS):
        raise ValueError(f"There is no provider {behaviour.provider!r}; there are: {', '.join(VENDORS)}.")
    world.behaviours.set(behaviour)


def register(world: World, values: dict[str, Any]) -> None:
    """Make a customer known to a vendor."""
    world.accounts.register(values["provider"], values["account"], values["key"], values.get("jobs", ()))


def reset(world: World, values: dict[str, Any]) -> None:
    """Forget everything."""
    world.reset()


CHANGES = {"behave": behave, "register": register, "reset": reset}
