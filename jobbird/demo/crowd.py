"""Many candidates who fill in the form on the site, each in a browser of their own, several at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256

from jobbird.board import demo_data

from .website import Browser


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A vacancy that one can apply for on the site."""

    pk: int
    customer: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What a candidate sent and the site thanked for."""

    name: str
    email: str
    sha256: str
    opening: Opening


class Crowd:
    """People who all have different addresses and CVs."""

    def __init__(self, site: str, *, threads: int = 4) -> None:
        self._site, self._threads = site, threads
        self._numbers = itertools.count(1)
        self.posted: list[Posted] = []

    def apply(
        self, count: int, openings: Sequence[Opening], *, on_each: Callable[[], None] = lambda: None
    ) -> list[Posted]:
        """Let that many people apply, spread over the openings; return what they sent.

        Raises DemoError where the site does not take one of them.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            coming = [
                pool.submit(apply, self._site, next(self._numbers), openings[turn % len(openings)])
                for turn in range(count)
            ]
            return self._collect(coming, on_each)

    def _collect(self, coming: Sequence[Future[Posted]], on_each: Callable[[], None]) -> list[Posted]:
        sent: list[Posted] = []
        try:
            for done in as_completed(coming):
                sent.append(done.result())
                self.posted.append(sent[-1])
                on_each()
        finally:
            for each in coming:
                each.cancel()
        return sent


def apply(site: str, number: int, opening: Opening) -> Posted:
    """Apply once, as a person does."""
    person = demo_data.candidate(number)
    cv = person.cv
    values = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "cover_letter": person.cover_letter,
        "consent": "on",
    }
    with Browser(site) as browser:
        path = f"/vacancies/{opening.pk}/apply/"
        browser.fill_in(path, values, {"cv": (person.cv_filename, cv, "application/pdf")})
    name = f"{person.first_name} {person.last_name}".strip()
    return Posted(name=name, email=person.email, sha256=sha256(cv).hexdigest(), opening=opening)
