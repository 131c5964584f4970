"""Many people apply while something breaks, and every confirmation they got is remembered."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import requests

from jobbird.demo.crowd import Opening, apply
from jobbird.demo.problems import DemoError
from jobbird.demo.processes import Process, python

from . import saver

#: At the form, people come on so many threads.
THREADS = 8


class Load(Protocol):
    """People who apply."""

    @property
    def refused(self) -> int:
        """How many could not apply, and knew."""

    def confirmed(self) -> dict[str, str]:
        """Return the sha256 of the CV of everybody whose application was confirmed, by their address."""

    @property
    def is_over(self) -> bool:
        """Tell whether all have applied."""

    def stop(self) -> None:
        """Let nobody apply any more."""


class Saving:
    """Applications that a program of its own saves with the job board's models."""

    def __init__(
        self, env: Mapping[str, str], journal: Path, first: int, count: int, rate: float, vacancies: Sequence[int]
    ) -> None:
        self._journal = journal
        words = (str(journal), str(first), str(count), str(rate), *map(str, vacancies))
        command = python("-m", "tests.chaos.saver", *words)
        self._process = Process("saver", command, env=env, log=journal.with_suffix(".log"))
        self._process.start()

    def confirmed(self) -> dict[str, str]:
        """Read the journal."""
        return dict(words for words in saver.read(self._journal) if len(words) == 2)

    @property
    def refused(self) -> int:
        """How many could not be saved, and knew."""
        return sum(words == [saver.REFUSED] for words in saver.read(self._journal))

    @property
    def is_over(self) -> bool:
        """Tell whether the program has ended."""
        return not self._process.is_alive

    def stop(self) -> None:
        """Let nobody apply any more."""
        self._process.kill()


class Posting:
    """Applications that come through the form of the site."""

    def __init__(self, site: str, first: int, count: int, rate: float, openings: Sequence[Opening]) -> None:
        self._site, self._rate = site, rate
        self._numbers, self._openings = itertools.count(first), itertools.cycle(openings)
        self._confirmed: dict[str, str] = {}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._refused, self._is_stopped = 0, False
        self._pool = ThreadPoolExecutor(THREADS)
        self._coming = [self._pool.submit(self._come, turn) for turn in range(count)]

    def confirmed(self) -> dict[str, str]:
        """Return whom the site has thanked."""
        with self._lock:
            return dict(self._confirmed)

    @property
    def refused(self) -> int:
        """How many saw an error, and came again."""
        return self._refused

    @property
    def is_over(self) -> bool:
        """Tell whether everybody was thanked."""
        return all(each.done() for each in self._coming)

    def stop(self) -> None:
        """Send everybody home who is still waiting."""
        self._is_stopped = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _come(self, turn: int) -> None:
        time.sleep(max(0.0, self._began + turn / self._rate - time.monotonic()))
        while not self._is_stopped and not self._apply():
            time.sleep(saver.PAUSE)

    def _apply(self) -> bool:
        with self._lock:
            number, opening = next(self._numbers), next(self._openings)
        with suppress(DemoError, requests.RequestException):
            posted = apply(self._site, number, opening)
            with self._lock:
                self._confirmed[posted.email] = posted.sha256
            return True
        with self._lock:
            self._refused += 1
        return False
