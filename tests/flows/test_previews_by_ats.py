"""The same preview for ATSs that tell what a job asks, and for one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from ats_integration.models import ATSConfig
from ats_integration.preview import preview
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, Vacancy

JOB = "4000001"
#: Per ATS: settings, credentials, and the account as the stand-in calls it.
CONNECTIONS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "greenhouse": ({"board_token": "acme"}, {"api_key": "key-of-acme"}, "acme"),
    "lever": ({"site": "acme"}, {"api_key": "key-of-acme"}, "acme"),
    "recruitee": ({"company": "acme"}, {"careers_token": "key-of-acme"}, ""),
    "workable": ({"subdomain": "acme"}, {"api_token": "key-of-acme"}, ""),
}
#: A required question in the vendor's own words for its kind.
REQUIRED = {"greenhouse": "input_text!", "recruitee": "string!", "workable": "free_text!"}
TELLING = sorted(REQUIRED)

pytestmark = pytest.mark.django_db

Connect = Callable[[str], ATSConfig]


@pytest.fixture
def connect(customer: Customer, vacancy: Vacancy, ats: Sandbox) -> Connect:
    cache.clear()
    Vacancy.objects.filter(pk=vacancy.pk).update(external_id=JOB)
    vacancy.external_id = JOB

    def connect(slug: str) -> ATSConfig:
        settings, credentials, _account = CONNECTIONS[slug]
        return ATSConfig.objects.create(
            customer=customer,
            provider=slug,
            settings=settings,
            credentials=credentials,
            base_url=ats.url(slug),
            is_active=False,
        )

    return connect


def ask(ats: Sandbox, slug: str, jobs: Any) -> None:
    ats.register(slug, account=CONNECTIONS[slug][2], key="key-of-acme", jobs=jobs)


@pytest.mark.parametrize("slug", TELLING)
def test_names_who_would_have_lacked_an_answer(
    slug: str, connect: Connect, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ask(ats, slug, {JOB: {"7001": f"{REQUIRED[slug]}|Why us?"}})
    config = connect(slug)
    apply()
    apply(answers=[{"questionId": "7001", "question": "?", "answer": "Because."}])
    apply(answers=[{"questionId": "", "question": "why us?", "answer": "Because."}])
    apply(answers=[{"questionId": "7001", "question": "?", "answer": ""}])
    found = preview(config)
    assert [(), (), ("Why us?",), ("Why us?",)] == sorted(line.missing for line in found.lines)
    assert (True, 2) == (found.asks_jobs, found.lacking)


@pytest.mark.parametrize("slug", TELLING)
def test_says_so_where_the_job_is_closed(
    slug: str, connect: Connect, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ask(ats, slug, ["another"])
    config = connect(slug)
    apply()
    (line,) = preview(config).lines
    assert (False, True) == (line.is_fine, bool(line.problem))


@pytest.mark.parametrize("slug", ["recruitee", "workable"])
def test_says_so_where_the_key_is_refused(
    slug: str, connect: Connect, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ats.register(slug, account="", key="another-key", jobs=[JOB])
    config = connect(slug)
    apply()
    (line,) = preview(config).lines
    assert (False, True) == (line.is_fine, bool(line.problem))


def test_knows_of_lever_what_it_cannot_take_but_not_what_it_asks(
    connect: Connect, apply: Callable[..., Application]
) -> None:
    config = connect("lever")
    apply(website_url="https://sanne.example.org")
    found = preview(config)
    assert (False, 0, ()) == (found.asks_jobs, found.lacking, found.lines[0].dropped)


@pytest.mark.parametrize("slug", ["greenhouse", "recruitee"])
def test_drops_no_link_that_the_job_asks_for(
    slug: str, connect: Connect, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ask(ats, slug, {JOB: {"7001": f"{REQUIRED[slug]}|LinkedIn profile"}})
    config = connect(slug)
    apply(linkedin_url="https://www.linkedin.com/in/sanne")
    (line,) = preview(config).lines
    assert (True, False) == (line.is_fine, "linkedin_url" in line.dropped)


def test_names_consent_that_greenhouse_requires(
    connect: Connect, apply: Callable[..., Application], ats: Sandbox
) -> None:
    ask(ats, "greenhouse", {JOB: {"gdpr_processing": "consent"}})
    config = connect("greenhouse")
    apply()
    apply(consent={"processing": True})
    found = preview(config)
    assert [(), ("consent to processing",)] == sorted(line.missing for line in found.lines)


@pytest.mark.parametrize(("given", "missing"), [({}, ("Akkoord?",)), ({"processing": True}, ())])
def test_counts_consent_for_recruitees_legal_question(
    given: dict[str, bool],
    missing: tuple[str, ...],
    connect: Connect,
    apply: Callable[..., Application],
    ats: Sandbox,
) -> None:
    ask(ats, "recruitee", {JOB: {"7001": "legal!|Akkoord?"}})
    config = connect("recruitee")
    apply(consent=given)
    assert missing == preview(config).lines[0].missing


@pytest.mark.parametrize("slug", TELLING)
def test_sends_nothing(slug: str, connect: Connect, apply: Callable[..., Application], ats: Sandbox) -> None:
    config = connect(slug)
    apply()
    preview(config)
    assert [] == ats.received()
