"""The command of a support engineer: options, wrong use, exit status, table, JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ats_integration import resend
from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Customer
from tests.commands.conftest import Run
from tests.flows.conftest import s3_switch
from tests.queue_steps import at_once, job_ids, messages, step, the_delivery

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["s3_switch"]
NAME = "resend_dead_letters"
Letter = Callable[[], DeadLetter]


def sent(valkey: Any) -> int:
    """Return how many messages stand on happy."""
    return len(job_ids(valkey, "happy"))


def test_the_letters_of_a_customer_are_sent(valkey: Any, run: Run, letter: Letter, customer: Customer) -> None:
    letter()
    letter()
    ran = run(NAME, "--customer", customer.pk)
    assert (0, 2) == (ran.status, sent(valkey))
    assert "2 sent, 0 skipped, 0 failed" in ran.out


def test_what_was_sent_arrives_with_try_count_0(
    valkey: Any, run: Run, letter: Letter, customer: Customer, ats: Sandbox
) -> None:
    letter()
    run(NAME, "--customer", customer.pk)
    assert [0] == [message["tryCount"] for message in messages(valkey, "happy")]
    assert "delivered" == step(valkey)
    assert 1 == ats.stats()["recruitee"]["accepted"]


def test_the_table_names_message_customer_ats_reason_and_result(run: Run, letter: Letter, customer: Customer) -> None:
    words = (str(letter().message_id), "Acme BV", "recruitee", "rejected", "sent")
    out = run(NAME, "--customer", customer.pk).out
    assert [] == [word for word in words if word not in out]


def test_a_second_run_sends_nothing(valkey: Any, run: Run, letter: Letter, customer: Customer) -> None:
    letter()
    run(NAME, "--customer", customer.pk)
    ran = run(NAME, "--customer", customer.pk)
    assert (0, "No dead letter fits: nothing to send.") == (ran.status, ran.out.strip())
    assert 1 == sent(valkey)


@pytest.mark.parametrize(
    "filters",
    [
        lambda letter: ["--config", letter.config_id],
        lambda letter: ["--provider", "recruitee"],
        lambda letter: ["--reason", "rejected"],
        lambda letter: ["--since", "1h"],
        lambda letter: ["--until", (timezone.now() + timedelta(minutes=1)).isoformat()],
        lambda letter: ["--id", letter.message_id],
        lambda letter: ["--yes"],
    ],
    ids=["config", "provider", "reason", "since", "until", "id", "yes"],
)
def test_each_way_to_choose_finds_the_letter(
    valkey: Any, run: Run, letter: Letter, filters: Callable[[DeadLetter], list[object]]
) -> None:
    assert 0 == run(NAME, *filters(letter())).status
    assert 1 == sent(valkey)


@pytest.mark.parametrize(
    "filters",
    [["--provider", "lever"], ["--reason", "unauthorized"], ["--since", "2099-01-01"], ["--until", "2020-01-01"]],
)
def test_what_does_not_fit_is_not_sent(valkey: Any, run: Run, letter: Letter, filters: list[str]) -> None:
    letter()
    assert (0, 0) == (run(NAME, *filters).status, sent(valkey))


def test_ids_can_be_repeated(valkey: Any, run: Run, letter: Letter) -> None:
    first, _second, third = letter(), letter(), letter()
    run(NAME, "--id", first.message_id, "--id", third.message_id)
    assert 2 == sent(valkey)


def test_a_limit_sends_the_oldest_and_says_that_more_may_wait(valkey: Any, run: Run, letter: Letter) -> None:
    oldest = letter()
    letter()
    ran = run(NAME, "--provider", "recruitee", "--limit", 1)
    assert [f"ats-{oldest.message_id}-0"] == job_ids(valkey, "happy")
    assert "That is the limit of 1; more may wait." in ran.out


def test_a_rate_slows_the_sending_down(run: Run, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    letter()
    letter()
    monkeypatch.setattr("ats_integration.resend.time.sleep", waits.append)
    run(NAME, "--provider", "recruitee", "--rate", "0.5")
    assert [2.0] == waits


def test_a_dry_run_changes_nothing(valkey: Any, run: Run, letter: Letter) -> None:
    letter()
    ran = run(NAME, "--dry-run")
    assert (0, 0) == (ran.status, sent(valkey))
    assert "would send" in ran.out
    assert "1 would be sent" in ran.out
    assert "dead" == the_delivery().status


def test_a_dry_run_says_what_would_still_fail(run: Run, letter: Letter) -> None:
    letter()
    ATSConfig.objects.update(is_active=False)
    ran = run(NAME, "--dry-run")
    assert 1 == ran.status
    assert "Its connection is paused." in ran.out
    assert "0 would be sent, 0 skipped, 1 failed" in ran.out


def test_what_cannot_be_sent_makes_the_exit_status_1(valkey: Any, run: Run, letter: Letter, config: ATSConfig) -> None:
    letter()
    config.credentials = {}
    config.save()
    ran = run(NAME, "--provider", "recruitee")
    assert (1, 0) == (ran.status, sent(valkey))
    assert "Its connection is incomplete: careers_token." in ran.out


def test_what_can_be_sent_goes_beside_what_cannot(valkey: Any, run: Run, letter: Letter) -> None:
    letter()
    Delivery.objects.update(status="erased")
    letter()
    assert (1, 1) == (run(NAME, "--yes").status, sent(valkey))


def test_json_is_for_scripts(run: Run, letter: Letter) -> None:
    found = letter()
    assert {
        "dry_run": False,
        "sent": 1,
        "skipped": 0,
        "failed": 0,
        "problems": [],
        "letters": [
            {
                "message_id": str(found.message_id),
                "customer": "Acme BV",
                "provider": "recruitee",
                "reason": "rejected",
                "fate": "sent",
                "detail": "",
            }
        ],
    } == run(NAME, "--yes", "--json").json


def test_json_of_nothing_is_json(run: Run, db: None) -> None:
    ran = run(NAME, "--yes", "--json")
    assert (0, []) == (ran.status, ran.json["letters"])


def test_json_of_a_dry_run_says_so(run: Run, letter: Letter) -> None:
    letter()
    found = run(NAME, "--dry-run", "--json").json
    assert (True, "would send") == (found["dry_run"], found["letters"][0]["fate"])


def test_a_customers_name_is_no_markup(run: Run, letter: Letter) -> None:
    letter()
    DeadLetter.objects.update(customer_name="[/bold] [red]BV")
    assert "[/bold] [red]BV" in run(NAME, "--dry-run").out


WRONG: list[tuple[list[str], str]] = [
    (["--limit", "0"], "--limit must be at least 1."),
    (["--limit", "-3"], "--limit must be at least 1."),
    (["--limit", "many"], "invalid int value: 'many'"),
    (["--rate", "0"], "Give a number above 0."),
    (["--rate", "-1"], "Give a number above 0."),
    (["--rate", "nan"], "Give a number above 0."),
    (["--rate", "fast"], "'fast' is not a number."),
    (["--since", "yesterday"], "'yesterday' is neither 2026-11-24, 2026-11-24T14:30 nor 2h."),
    (["--since", "2026-02-30"], "'2026-02-30' is neither"),
    (["--since", ""], "'' is neither"),
    (["--until", "99999999999d"], "'99999999999d' is not a date"),
    (["--since", "0001-01-01"], "'0001-01-01' is not a date"),
    (["--id", "7c0f"], "invalid UUID value: '7c0f'"),
    (["--config", "seven"], "invalid int value: 'seven'"),
    (["--config", "999"], "There is no connection 999."),
    (["--config", "9" * 30], "There is no connection 9999"),
    (["--customer", "999"], "There is no customer '999'."),
    (["--customer", "abc"], "There is no customer 'abc'."),
    (["--customer", "9" * 30], "There is no customer '999"),
    (["--provider", "greenhuse"], "There is no ATS 'greenhuse'; there are "),
    (["--reason", "unautorised"], "No dead letter has the reason 'unautorised'."),
    (["--from-s3", "--customer", "999"], "There is no customer '999'."),
    (["--frm-s3"], "unrecognized arguments: --frm-s3"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=[" ".join(arguments)[:30] for arguments, _ in WRONG])
def test_wrong_use_is_named_and_ends_with_2(run: Run, db: None, arguments: list[str], words: str) -> None:
    ran = run(NAME, *arguments, "--yes")
    assert 2 == ran.status
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_an_id_that_nobody_knows_is_named_and_nothing_is_sent(valkey: Any, run: Run, letter: Letter) -> None:
    unknown = uuid4()
    ran = run(NAME, "--id", letter().message_id, "--id", unknown)
    assert (2, 0) == (ran.status, sent(valkey))
    assert f"There is no dead letter {unknown}." in ran.err


def test_an_id_that_was_sent_already_is_no_wrong_use(run: Run, letter: Letter) -> None:
    known = letter().message_id
    run(NAME, "--id", known)
    assert 0 == run(NAME, "--id", known).status


def test_the_letters_of_a_customer_that_is_gone_can_be_asked_for(run: Run, letter: Letter) -> None:
    letter()
    DeadLetter.objects.update(customer_id=777)
    assert 0 == run(NAME, "--customer", 777, "--dry-run").status


def test_a_very_high_limit_is_no_fault(run: Run, letter: Letter) -> None:
    letter()
    assert 0 == run(NAME, "--yes", "--limit", "9" * 30).status


@pytest.mark.parametrize("extra", [[], ["--limit", "5"], ["--rate", "5"], ["--from-s3"]])
def test_a_script_that_chooses_everything_must_say_so(valkey: Any, run: Run, letter: Letter, extra: list[str]) -> None:
    letter()
    DeadLetter.objects.all().delete()
    ran = run(NAME, *extra)
    assert (2, 0) == (ran.status, sent(valkey))
    assert "No filter is given: add one (--customer 42), or --yes to send all." in ran.err
    assert not DeadLetter.objects.exists()


class Terminal:
    """A person at a keyboard who types one line."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self, *_: object) -> str:
        return self._line


@pytest.mark.parametrize(("answer", "status", "count"), [("y\n", 0, 1), ("YES\n", 0, 1), ("n\n", 1, 0), ("\n", 1, 0)])
def test_a_person_is_asked(
    valkey: Any, letter: Letter, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, count: int
) -> None:
    letter()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    try:
        call_command(NAME)
        ended = 0
    except CommandError as error:
        ended = error.returncode
    assert (status, count) == (ended, sent(valkey))


def test_help_shows_examples_and_exit_status(run: Run) -> None:
    out = run(NAME, "--help").out
    assert "python manage.py resend_dead_letters --customer 42 --dry-run" in out
    assert "exit status: 0 all chosen letters were sent" in out


def test_two_at_once_send_each_once(valkey: Any, run: Run, letter: Letter) -> None:
    for _ in range(3):
        letter()
    reports = at_once(*[lambda: resend.run(resend.Selection(provider="recruitee"))] * 2)
    assert (3, 3) == (sum(report.sent for report in reports), sent(valkey))
