"""The ledger finds what is lost, what came twice, and what was damaged."""

from __future__ import annotations

from pathlib import Path

from jobbird.board import demo_data
from jobbird.demo import ledger
from jobbird.demo.ats import Arrived
from jobbird.demo.crowd import Opening, Posted

OPENING = Opening(pk=1, customer="Acme BV", provider="lever")


def posted(number: int) -> Posted:
    """Say that somebody applied."""
    return Posted(name="Sanne", email=f"sanne.{number}@example.org", sha256=f"{number:064}", opening=OPENING)


def arrived(number: int, sha256: str = "") -> Arrived:
    """Say that it arrived."""
    email = f"sanne.{number}@example.org"
    return Arrived(provider="lever", account="acme", email=email, sha256=sha256 or f"{number:064}")


def test_all_arrived_once() -> None:
    book = ledger.of([posted(1), posted(2)], [arrived(2), arrived(1)])

    assert ledger.Ledger(posted=2, received=2, lost=0, twice=0, damaged=0) == book


def test_one_is_lost_one_came_twice() -> None:
    book = ledger.of([posted(1), posted(2)], [arrived(1), arrived(1)])

    assert (1, 1) == (book.lost, book.twice)


def test_a_cv_was_damaged() -> None:
    assert 1 == ledger.of([posted(1)], [arrived(1, sha256="f" * 64)]).damaged


def test_what_nobody_sent_is_damage() -> None:
    assert 1 == ledger.of([], [arrived(1)]).damaged


def test_a_log_with_an_address_or_a_key_leaks(tmp_path: Path) -> None:
    (key,) = demo_data.customers()[0].credentials.values()
    (tmp_path / "clean.log").write_text("delivery.delivered message=1\n")
    (tmp_path / "web.log").write_text(f"POST {posted(1).email}\n")
    (tmp_path / "worker.log").write_text(f"key {key}\n")

    assert ["web.log", "worker.log"] == ledger.leaks(tmp_path, [posted(1)])
