"""Before a connection is switched on, the customer sees which past applications would have lacked what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from ats_integration import preview as previews
from ats_integration.models import ATSConfig
from ats_integration.preview import preview
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, CustomerUser, Vacancy

JOB = "4000001"
QUESTIONS = {"7001": "boolean", "7002": "input_text"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def greenhouse(customer: Customer, vacancy: Vacancy, ats: Sandbox) -> ATSConfig:
    Vacancy.objects.filter(pk=vacancy.pk).update(external_id=JOB)
    vacancy.external_id = JOB
    return ATSConfig.objects.create(
        customer=customer,
        provider="greenhouse",
        settings={"board_token": "acme"},
        credentials={"api_key": "key-of-acme"},
        base_url=ats.url("greenhouse"),
        is_active=False,
    )


def test_finds_nothing_wrong_where_the_job_asks_nothing(
    greenhouse: ATSConfig, apply: Callable[..., Application]
) -> None:
    apply()
    found = preview(greenhouse)
    assert (True, 0, 1) == (found.asks_jobs, found.lacking, len(found.lines))


def test_names_the_questions_that_are_required_and_unanswered(
    greenhouse: ATSConfig, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ats.register("greenhouse", account="acme", key="key-of-acme", jobs={JOB: {"7001": "boolean!"}})
    apply()
    apply(answers=[{"questionId": "7001", "question": "Rijbewijs B?", "answer": True}])
    missing = sorted(line.missing for line in preview(greenhouse).lines)
    assert [(), ("Question 7001",)] == missing


def test_names_what_the_ats_cannot_take(greenhouse: ATSConfig, apply: Callable[..., Application]) -> None:
    apply(website_url="https://sanne.example.org")
    (line,) = preview(greenhouse).lines
    assert "website_url" in line.dropped
    assert "website" in line.lost.split(", ")


def test_says_so_where_the_job_is_closed(
    greenhouse: ATSConfig, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ats.register("greenhouse", account="acme", key="key-of-acme", jobs=["another"])
    apply()
    (line,) = preview(greenhouse).lines
    assert (False, True) == (line.is_fine, bool(line.problem))


def test_asks_about_each_job_once(greenhouse: ATSConfig, apply: Callable[..., Application], ats: Sandbox) -> None:
    for _ in range(3):
        apply()
    ats.behave("greenhouse", "closed", times=1)
    assert 3 == preview(greenhouse).lacking


@pytest.fixture
def two_jobs(greenhouse: ATSConfig, apply: Callable[..., Application]) -> None:
    """Let there be applications for two jobs."""
    apply()
    other = Vacancy.objects.create(customer=greenhouse.customer, title="Kok", external_id="4000002")
    apply(vacancy=other)


def test_asks_no_further_where_the_ats_is_out_of_reach(greenhouse: ATSConfig, two_jobs: None, ats: Sandbox) -> None:
    ats.behave("greenhouse", "down", times=1)
    assert ["ATS out of reach"] * 2 == [line.problem for line in preview(greenhouse).lines]


def test_asks_no_further_once_a_person_waited_long_enough(
    greenhouse: ATSConfig, two_jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "PATIENCE", timedelta(0))
    assert ["", previews.SLOW] == [line.problem for line in preview(greenhouse).lines]


def test_sends_nothing(greenhouse: ATSConfig, apply: Callable[..., Application], ats: Sandbox) -> None:
    apply()
    preview(greenhouse)
    assert [] == ats.received()


def test_says_so_where_no_key_opens_the_credentials(greenhouse: ATSConfig, apply: Callable[..., Application]) -> None:
    ATSConfig.objects.filter(pk=greenhouse.pk).update(credentials="")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE ats_integration_atsconfig SET credentials = %s", ["gAAAA-not-ours"])
    found = preview(ATSConfig.objects.get(pk=greenhouse.pk))
    assert ((), True) == (found.lines, bool(found.problem))


def test_is_shown_to_the_customer_alone(
    greenhouse: ATSConfig, apply: Callable[..., Application], client: Client, django_user_model: type
) -> None:
    apply(website_url="https://sanne.example.org")
    member = django_user_model.objects.create_user("acme", password="pw")  # type: ignore[attr-defined]
    stranger = django_user_model.objects.create_user("other", password="pw")  # type: ignore[attr-defined]
    CustomerUser.objects.create(customer=greenhouse.customer, user=member)
    page = f"/customer/ats/{greenhouse.pk}/preview/"
    client.force_login(stranger)
    assert 404 == client.get(page).status_code
    client.force_login(member)
    shown = client.get(page).content.decode()
    assert "all 1 would have fitted" in shown
    assert "website" in shown
    assert "website_url" not in shown
