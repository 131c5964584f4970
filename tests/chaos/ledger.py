"""The ledger: everybody whose application was confirmed or saved, compared with what the ATSs and S3 hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from jobbird.demo.ats import Arrived


@dataclass(frozen=True, kw_only=True)
class Saved:
    """One saved application and its delivery; without a delivery, `message_id` is None."""

    email: str
    provider: str
    status: str
    message_id: UUID | None
    possible_duplicate: bool = False


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Who was lost and how, by address; whose application arrived twice, and which of those nobody can explain.

    `damaged` are those whose CV arrived as another one, `unwanted` those who were erased and arrived.
    """

    lost: Mapping[str, str]
    twice: frozenset[str]
    unexplained: Mapping[str, str]
    damaged: frozenset[str] = field(default_factory=frozenset)
    unwanted: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Books:
    """What is compared: confirmations, rows, what the ATSs hold, and the dead letters in S3 by message id."""

    confirmed: Mapping[str, str]
    saved: Sequence[Saved]
    arrived: Sequence[Arrived]
    letters: Collection[str]
    asked: Collection[str]

    def close(self, *, in_flight: Collection[UUID] | None) -> Ledger:
        """Compare. `in_flight` are the deliveries that may have been repeated; None = those the rows say so of."""
        times = Counter(each.email for each in self.arrived)
        twice = frozenset(email for email, count in times.items() if count > 1)
        known = {each.email: each for each in self.saved}
        return Ledger(
            lost=self.lost(times),
            twice=twice,
            unexplained={email: why for email in twice if (why := self.wrong_with(known.get(email), in_flight))},
            damaged=frozenset(a.email for a in self.arrived if self.confirmed.get(a.email, a.sha256) != a.sha256),
            unwanted=frozenset(each.email for each in self.saved if each.status == "erased" and times[each.email]),
        )

    def lost(self, times: Mapping[str, int]) -> dict[str, str]:
        """Return who is nowhere although somebody said otherwise, and what was said."""
        known = {each.email for each in self.saved}
        lost = {email: "confirmed, not saved" for email in self.confirmed if email not in known}
        for each in self.saved:
            if each.message_id is None:
                lost[each.email] = "saved, without a delivery"
            elif each.status == "delivered" and not times.get(each.email):
                lost[each.email] = "delivered, not at the ATS"
            elif each.status == "dead" and str(each.message_id) not in self.letters:
                lost[each.email] = "dead, not in S3"
        return lost

    def wrong_with(self, saved: Saved | None, in_flight: Collection[UUID] | None) -> str:
        """Say why this application must not have arrived twice ("" = it may have)."""
        if saved is None:
            return "was never saved"
        if saved.provider in self.asked:
            return "its ATS could have been asked"
        if in_flight is None:
            return "" if saved.possible_duplicate else "its delivery says nothing of it"
        return "" if saved.message_id in in_flight else "it was not in flight"
