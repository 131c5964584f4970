"""The screen shows counts and checks, and remembers what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from ats_integration.states import Status
from jobbird.demo.counts import Counts, Row
from jobbird.demo.mailbox import Mail
from jobbird.demo.problems import TookTooLong
from jobbird.demo.screen import Screen


def counts(delivered: int, applied: int = 3) -> Counts:
    """Make a look at one customer."""
    statuses = Counter({Status.DELIVERED.value: delivered, Status.QUEUED.value: applied - delivered})
    row = Row(customer="Atelier Zoë", provider="lever", applied=applied, statuses=statuses)
    return Counts(rows=(row,), happy=1, retry=2, scheduled=3, letters=4, mails=5)


@pytest.fixture
def paper() -> StringIO:
    """Give something to print on."""
    return StringIO()


@pytest.fixture
def screen(paper: StringIO) -> Screen:
    """Give a screen of 110 columns that is no terminal."""
    return Screen(Console(file=paper, width=110, highlight=False))


def test_a_check_that_holds_gets_a_tick(screen: Screen, paper: StringIO) -> None:
    screen.check("12 objects in S3", 12, 12)

    assert "✓ 12 objects in S3" in paper.getvalue()
    assert (1, []) == (screen.passed, screen.failed)


def test_a_check_that_fails_says_what_was_found(screen: Screen, paper: StringIO) -> None:
    screen.check("12 objects in S3", 12, 11)

    assert "✗ 12 objects in S3: expected 12, found 11" in paper.getvalue()
    assert (0, ["12 objects in S3"]) == (screen.passed, screen.failed)


def test_acts_are_numbered(screen: Screen, paper: StringIO) -> None:
    screen.act("Everything starts")
    screen.act("A sunny day")

    assert "2  A sunny day" in paper.getvalue()


def test_square_brackets_are_text(screen: Screen, paper: StringIO) -> None:
    screen.say("[bold]not markup[/]")

    assert "[bold]not markup[/]" in paper.getvalue()


def test_watching_ends_when_it_is_so(screen: Screen, paper: StringIO) -> None:
    coming: Iterator[Counts] = iter([counts(0), counts(1), counts(2), counts(3)])

    last = screen.watch(
        lambda: next(coming), lambda now: now.count(Status.DELIVERED) == 3, what="all", patience=timedelta(seconds=5)
    )

    assert 3 == last.count(Status.DELIVERED)
    assert 1 == paper.getvalue().count("Atelier Zoë")
    assert "queues: happy 1, retry 2, scheduled 3 | dead letters in S3: 4 | mails: 5" in paper.getvalue()


def test_watching_ends_after_a_while(screen: Screen) -> None:
    with pytest.raises(TookTooLong, match="all are delivered"):
        screen.watch(lambda: counts(0), lambda _now: False, what="all are delivered", patience=timedelta(0))


def test_counts_of_one_ats_or_of_all() -> None:
    now = counts(1)

    assert 2 == now.count(Status.QUEUED)
    assert 3 == now.count(Status.QUEUED, Status.DELIVERED, provider="lever")
    assert 0 == now.count(Status.QUEUED, provider="greenhouse")
    assert 3 == now.applied


def test_a_mail_is_shown_with_its_readers(screen: Screen, paper: StringIO) -> None:
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    screen.mail(Mail(at=at, to=("hr@acme.example",), subject="Acme's Lever is back", text="None waits.\n"))

    assert "hr@acme.example" in paper.getvalue()
    assert "Acme's Lever is back" in paper.getvalue()
    assert "None waits." in paper.getvalue()
