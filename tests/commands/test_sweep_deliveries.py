"""The sweeper by hand: what it prints, as text and JSON, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ats_integration.models import ATSConfig, DeadLetter, Delivery
from jobbird.board.models import Application
from tests.commands.conftest import Run
from tests.flows.conftest import redis_away, s3_switch
from tests.queue_steps import age, job_ids

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["redis_away", "s3_switch"]
NAME = "sweep_deliveries"
Apply = Callable[..., Application]


@pytest.fixture
def lost(valkey: Any, config: ATSConfig, apply: Apply) -> Any:
    """Lose a message; give the connection to Redis."""
    apply()
    valkey.flushall()
    age(Delivery.objects.all())
    return valkey


def test_it_brings_back_what_was_lost_and_says_so(lost: Any, run: Run) -> None:
    ran = run(NAME)
    assert (0, 1) == (ran.status, len(job_ids(lost, "happy")))
    assert "     1  lost deliveries put back on their queue" in ran.out


def test_each_step_has_a_line(valkey: Any, run: Run, db: None) -> None:
    assert 5 == len(run(NAME).out.strip().splitlines())


def test_json_is_for_scripts(lost: Any, run: Run) -> None:
    expected = {"taken_in": 0, "rebuilt": 0, "released": 0, "enqueued": 1, "stored": 0, "faults": [], "waiting": 0}
    assert expected == run(NAME, "--json").json


def test_a_failed_step_makes_the_exit_status_1(run: Run, config: ATSConfig, apply: Apply, redis_away: None) -> None:
    apply()
    age(Delivery.objects.all())
    ran = run(NAME, "--json")
    assert (1, ["enqueued"]) == (ran.status, ran.json["faults"])
    assert "Failed: enqueued. Is Redis or S3 away? The log names the fault." in ran.err


@pytest.mark.parametrize(("count", "words"), [(1, "1 dead letter waits for S3."), (2, "2 dead letters wait for S3.")])
def test_dead_letters_that_s3_does_not_take_make_the_exit_status_1(
    run: Run, letter: Callable[[], DeadLetter], s3_switch: Callable[[bool], None], count: int, words: str
) -> None:
    s3_switch(False)
    for _ in range(count):
        letter()
    ran = run(NAME, "--json")
    assert (1, count, []) == (ran.status, ran.json["waiting"], ran.json["faults"])
    assert words in ran.err


def test_dead_letters_that_s3_took_late_are_no_problem(
    run: Run, letter: Callable[[], DeadLetter], s3_switch: Callable[[bool], None]
) -> None:
    s3_switch(False)
    letter()
    s3_switch(True)
    ran = run(NAME, "--json")
    assert (0, 1, 0) == (ran.status, ran.json["stored"], ran.json["waiting"])
    assert "for S3" not in ran.err


def test_twice_is_as_good_as_once(lost: Any, run: Run) -> None:
    run(NAME)
    assert 0 == run(NAME, "--json").json["enqueued"]
    assert 1 == len(job_ids(lost, "happy"))
