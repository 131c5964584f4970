"""Talk to the ATS stand-in: tell a vendor how to behave, and look at what arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

PATIENCE = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One application as an ATS took it."""

    provider: str
    account: str
    email: str
    sha256: str


class StandIn:
    """The process that plays all ATSs."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_sandbox"
        self._session = requests.Session()
        self._session.trust_env = False

    def register(self, provider: str, account: str, key: str, jobs: Sequence[str]) -> None:
        """Make a customer known, so that only its own key and jobs are accepted."""
        self._tell("register", {"provider": provider, "account": account, "key": key, "jobs": list(jobs)})

    def behave(self, provider: str, mode: str, **options: Any) -> None:
        """Tell a vendor, or all (`*`), how to behave from now on: `ok`, `down`, ..."""
        self._tell("behave", {"provider": provider, "mode": mode, **options})

    def reset(self) -> None:
        """Let the stand-in forget everything it was told and received."""
        self._tell("reset", {})

    def received(self) -> list[Arrived]:
        """Return everything that arrived, the oldest first."""
        return [arrived(values) for values in self._ask("received")]

    def count(self) -> int:
        """Return how many applications arrived."""
        return sum(each["accepted"] for each in self._ask("stats").values())

    def _ask(self, name: str) -> Any:
        answer = self._session.get(f"{self._url}/{name}", timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def _tell(self, name: str, values: Mapping[str, Any]) -> None:
        self._session.post(f"{self._url}/{name}", json=values, timeout=PATIENCE).raise_for_status()


def arrived(values: Mapping[str, Any]) -> Arrived:
    """Read one application from the stand-in's JSON."""
    return Arrived(
        provider=values["provider"],
        account=values["account"],
        email=values["email"],
        sha256=values["resume_sha256"],
    )
