"""Which dead letters a selection chooses: each filter what it says, all of them together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from ats_integration import resend
from ats_integration.models import ATSConfig, DeadLetter
from ats_integration.resend import Selection
from jobbird.board.models import Application, Customer, Vacancy
from tests.flows.conftest import Connect
from tests.queue_steps import dead_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(
    config: ATSConfig,
    connect: Connect,
    other_customer: Customer,
    vacancy: Vacancy,
) -> dict[str, DeadLetter]:
    """Write four letters that differ in everything."""
    now, other_vacancy = timezone.now(), other_customer.vacancies.get()
    lever = connect(config.customer, provider="lever")
    theirs = connect(other_customer)
    first, second, third = Application.objects.bulk_create(
        [Application(vacancy=v, first_name="A", email="a@example.org") for v in (vacancy, vacancy, other_vacancy)]
    )
    hours = {name: now - timedelta(hours=ago) for name, ago in (("a", 4), ("b", 3), ("c", 2), ("d", 1))}
    return {
        "a": dead_letter(config, first, died_at=hours["a"]),
        "b": dead_letter(config, second, died_at=hours["b"], reason="http_503"),
        "c": dead_letter(lever, first, died_at=hours["c"]),
        "d": dead_letter(theirs, third, died_at=hours["d"]),
    }


def names(letters: dict[str, DeadLetter], **filters: Any) -> str:
    """Return the names of the chosen ones, in their order."""
    by_id = {letter.message_id: name for name, letter in letters.items()}
    return "".join(by_id[letter.message_id] for letter in resend.chosen(Selection(**filters)))


def test_no_filter_chooses_all_the_oldest_first(letters: dict[str, DeadLetter]) -> None:
    assert "abcd" == names(letters)


def test_chooses_by_customer(letters: dict[str, DeadLetter], other_customer: Customer) -> None:
    assert "d" == names(letters, customer=str(other_customer.pk))


def test_chooses_by_config(letters: dict[str, DeadLetter], config: ATSConfig) -> None:
    assert "ab" == names(letters, config=config.pk)


def test_chooses_by_provider(letters: dict[str, DeadLetter]) -> None:
    assert "c" == names(letters, provider="lever")


def test_chooses_by_reason(letters: dict[str, DeadLetter]) -> None:
    assert "b" == names(letters, reason="http_503")


def test_since_includes_its_moment(letters: dict[str, DeadLetter]) -> None:
    assert "bcd" == names(letters, since=letters["b"].died_at)


def test_until_excludes_its_moment(letters: dict[str, DeadLetter]) -> None:
    assert "a" == names(letters, until=letters["b"].died_at)


def test_chooses_by_ids(letters: dict[str, DeadLetter]) -> None:
    assert "bd" == names(letters, ids=(letters["d"].message_id, letters["b"].message_id, uuid4()))


def test_chooses_by_limit(letters: dict[str, DeadLetter]) -> None:
    assert "ab" == names(letters, limit=2)


def test_all_given_filters_must_fit(letters: dict[str, DeadLetter], config: ATSConfig) -> None:
    assert "a" == names(letters, config=config.pk, reason="unauthorized", provider="recruitee")


def test_what_was_sent_again_is_not_chosen(letters: dict[str, DeadLetter]) -> None:
    DeadLetter.objects.filter(pk=letters["a"].pk).update(resent_at=timezone.now())
    assert "bcd" == names(letters)


def test_only_a_limit_is_no_filter() -> None:
    assert Selection(limit=5).is_everything
    assert not Selection(customer="1").is_everything
