"""Which customers, keys and jobs the stand-in knows. A vendor without any registered account knows all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: The questions of a job: the vendor's own kind of question by its id.
Questions = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Account:
    """One customer of a vendor. Without jobs it has every job."""

    name: str
    key: str
    jobs: Mapping[str, Questions] = field(default_factory=dict)


class Accounts:
    """Who is registered with which vendor. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Account]] = {}

    def register(self, provider: str, account: str, key: str, jobs: Iterable[str] | Mapping[str, Questions]) -> None:
        """Make one customer known; from now on the vendor knows only registered ones."""
        known = dict(jobs) if isinstance(jobs, Mapping) else {job: {} for job in jobs}
        with self._lock:
            self._known.setdefault(provider, {})[account] = Account(name=account, key=key, jobs=known)

    def clear(self) -> None:
        """Forget all: every vendor knows everybody again."""
        with self._lock:
            self._known.clear()

    def is_known(self, provider: str, account: str) -> bool:
        """Tell whether the vendor has this customer."""
        return not self._known.get(provider) or self._find(provider, account) is not None

    def fits(self, provider: str, account: str, key: str) -> bool:
        """Tell whether a key opens the account; where nobody is registered, every key does."""
        found = self._find(provider, account)
        return bool(key) and (found is None or found.key == key)

    def key(self, provider: str, account: str) -> str:
        """Return the registered key of a customer, for a vendor that is sent signatures; empty = none is registered."""
        found = self._find(provider, account)
        return found.key if found else ""

    def opened_by(self, provider: str, key: str) -> list[str]:
        """Return the registered customers whose key this is."""
        with self._lock:
            return [account.name for account in self._known.get(provider, {}).values() if account.key == key]

    def has_job(self, provider: str, account: str, job: str) -> bool:
        """Tell whether the customer has this job."""
        found = self._find(provider, account)
        return found is None or not found.jobs or job in found.jobs

    def jobs(self, provider: str, account: str) -> list[str]:
        """Return the ids of the registered jobs."""
        found = self._find(provider, account)
        return list(found.jobs) if found else []

    def questions(self, provider: str, account: str, job: str) -> Questions:
        """Return the registered questions of a job; none mean that any will do."""
        found = self._find(provider, account)
        return found.jobs.get(job, {}) if found else {}

    def _find(self, provider: str, account: str) -> Account | None:
        with self._lock:
            return self._known.get(provider, {}).get(account)
