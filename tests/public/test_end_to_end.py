"""From the application to the ATS's own fetch of the CV, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from ats_integration.states import Status
from jobbird.board.models import Application, Customer, Vacancy

CV = b"%PDF-1.7\n" + bytes(range(256)) * 1000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def teamtailor(customer: Customer, vacancy: Vacancy, ats: Sandbox) -> ATSConfig:
    """Connect the company with Teamtailor on the stand-in."""
    Vacancy.objects.filter(pk=vacancy.pk).update(external_id="12345")
    vacancy.refresh_from_db()
    return ATSConfig.objects.create(
        customer=customer,
        provider="teamtailor",
        credentials={"api_key": "teamtailor-key-of-acme"},
        base_url=ats.url("teamtailor"),
    )


@pytest.fixture
def at(settings: Settings) -> Callable[[str], None]:
    """Give a function that sets the public address of this site."""

    def at(url: str) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "PUBLIC_URL": url}

    return at


def test_teamtailor_fetches_the_cv_from_this_site(
    teamtailor: ATSConfig,
    at: Callable[[str], None],
    live_server: LiveServer,
    apply: Callable[..., Application],
    drain: Callable[[], None],
    ats: Sandbox,
) -> None:
    at(live_server.url)
    apply(cv=ContentFile(CV, name="x.pdf"), cv_filename='Mijn "CV" 😀.pdf')
    drain()
    (reception,) = ats.received("teamtailor")
    assert reception.resume is not None
    assert (sha256(CV).hexdigest(), len(CV)) == (reception.resume.sha256, reception.resume.size)
    assert ("Mijn 'CV' 😀.pdf", "application/pdf") == (reception.resume.filename, reception.resume.content_type)
    delivery = Delivery.objects.get()
    assert (Status.DELIVERED, False) == (delivery.status, delivery.possible_duplicate)
    assert "/cv/" not in "".join(attempt.excerpt for attempt in delivery.attempts.all()).replace("/cv/***", "")


def test_an_unreachable_site_is_named_and_tried_again(
    teamtailor: ATSConfig,
    at: Callable[[str], None],
    apply: Callable[..., Application],
    drain: Callable[[], None],
    ats: Sandbox,
) -> None:
    at("http://127.0.0.1:9")
    apply()
    drain()
    delivery = Delivery.objects.get()
    assert (Status.RETRYING, "resume_not_fetched") == (delivery.status, delivery.last_error_code)
    assert [] == ats.received("teamtailor")


def test_a_site_without_the_page_sends_nothing_without_its_cv(
    teamtailor: ATSConfig,
    settings: Settings,
    apply: Callable[..., Application],
    drain: Callable[[], None],
    ats: Sandbox,
) -> None:
    apply()
    settings.ROOT_URLCONF = "ats_integration.urls"
    drain()
    delivery = Delivery.objects.get()
    assert "no_public_url" == delivery.last_error_code
    assert 0 == ats.stats()["teamtailor"]["calls"]
