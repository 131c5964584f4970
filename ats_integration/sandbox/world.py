"""Everything the stand-in knows and does, without any socket: who is known, how to behave, what came in."""

from __future__ import annotations

from typing import Any

from .accounts import Accounts
from .behaviours import Behaviour, Behaviours
from .drawers import Drawer
from .receptions import Receptions
from .values import Call, Refusal, Reply
from .vendors import VENDORS
from .vendors.base import Vendor

#: Modes in which a vendor refuses in its own way.
REFUSING = ("refuse_key", "closed", "reject")


class World:
    """One stand-in: its accounts, its instructions, its receptions."""

    def __init__(self) -> None:
        self.accounts = Accounts()
        self.behaviours = Behaviours()
        self.receptions = Receptions()
        self.drawers = {slug: Drawer() for slug in VENDORS}

    def reset(self) -> None:
        """Forget everything."""
        for part in (self.accounts, self.behaviours, self.receptions):
            part.clear()
        for drawer in self.drawers.values():
            drawer.clear()

    def stats(self) -> dict[str, dict[str, Any]]:
        """Return the counts per provider."""
        return self.receptions.stats(VENDORS)

    def answer(self, vendor: Vendor, call: Call, behaviour: Behaviour) -> Reply:
        """Answer one call, and keep the application if it hands in one that is taken."""
        try:
            reply = self.judge(vendor, call, behaviour)
        except Refusal as refusal:
            reply = refusal.reply
        if call.method != "GET":
            self.receptions.count(vendor.slug, is_taken=200 <= reply.status < 300)
        return reply

    def judge(self, vendor: Vendor, call: Call, behaviour: Behaviour) -> Reply:
        """Return what the vendor says, or raise Refusal."""
        if ordered := ordered_reply(vendor, behaviour, call):
            return ordered
        answer = vendor.answer(call, self.accounts, self.drawers[vendor.slug])
        if isinstance(answer, Reply):
            return answer
        self.receptions.add(answer.reception)
        return answer.reply


def ordered_reply(vendor: Vendor, behaviour: Behaviour, call: Call) -> Reply | None:
    """Return the reply that an instruction asks for, or None where the vendor is to judge by itself."""
    match behaviour.mode:
        case "down":
            return vendor.down
        case "throttle":
            after = behaviour.retry_after
            headers = {} if after is None else {vendor.retry_header: str(after)}
            return Reply(status=429, body=vendor.throttled.body, headers=headers)
        case "redirect":
            return Reply(status=302, headers={"Location": behaviour.to})
        case mode if mode in REFUSING:
            return vendor.ordered(mode, call)
    return None
