"""Settings, services that are away, and more than one customer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pytest_django import Settings

from ats_integration import deadletters
from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.demo.ports import free_port
from tests.providers.tiny_servers import listening

Connect = Callable[..., ATSConfig]
Tune = Callable[..., None]

#: Other systems: settings, credentials, the job's id.
OTHERS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "bamboohr": ({"company_domain": "acme"}, {"api_key": "0123456789abcdef0123456789abcdef01234567"}, "4000001"),
    "breezy": ({"company_id": "aaaaaaaaaaaa"}, {"api_token": "breezy_pat_0815"}, "9f8e7d6c5b4a"),
}


@pytest.fixture
def tune(settings: Settings) -> Tune:
    """Give a function that changes settings of the app for one test."""

    def tune(**changes: Any) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **changes}

    return tune


@pytest.fixture
def connect(ats: Sandbox) -> Connect:
    """Give a function that connects a company with Recruitee on the stand-in."""

    def connect(customer: Customer, **changes: Any) -> ATSConfig:
        values = {
            "customer": customer,
            "provider": "recruitee",
            "settings": {"company": "company"},
            "credentials": {"careers_token": "token-of-the-other-one"},
            "base_url": ats.url("recruitee"),
            "notify_emails": [f"hr-{customer.pk}@example.org"],
        }
        return ATSConfig.objects.create(**{**values, **changes})

    return connect


@pytest.fixture
def other_customer(db: None) -> Customer:
    """Make a second hiring company, which has a vacancy."""
    customer = Customer.objects.create(name="Bakker & Zn <BV>")
    Vacancy.objects.create(customer=customer, title="Bakker", external_id="bakker")
    return customer


@pytest.fixture
def apply_to_other(apply: Callable[..., Application], other_customer: Customer) -> Callable[..., Application]:
    """Give a function that hands in an application at the second company."""

    def apply_to_other(**changes: Any) -> Application:
        return apply(vacancy=other_customer.vacancies.get(), **changes)

    return apply_to_other


@pytest.fixture
def redis_away(settings: Settings) -> None:
    """Point the queues at a port where nobody listens."""
    point_redis_at(settings, free_port())


@pytest.fixture
def redis_refusing(settings: Settings) -> Iterator[list[int]]:
    """Point the queues at something that hangs up; yield one entry for each connection it saw."""
    seen: list[int] = []

    def hang_up(_connection: socket.socket) -> None:
        seen.append(len(seen))

    with listening(hang_up) as port:
        point_redis_at(settings, port)
        yield seen


def point_redis_at(settings: Settings, port: int) -> None:
    """Let all queues use another address."""
    queue = {**settings.RQ_QUEUES["happy"], "URL": f"redis://127.0.0.1:{port}/0"}
    settings.RQ_QUEUES = {"happy": queue, "retry": queue}


@pytest.fixture
def s3_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Give a function that looks for S3 at another address; an empty one is the usual."""
    yield partial(look_for_s3, monkeypatch)
    look_for_s3(monkeypatch, "")


@pytest.fixture
def s3_switch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Give a function that takes S3 away and brings it back."""
    yield lambda is_there: look_for_s3(monkeypatch, "" if is_there else f"http://127.0.0.1:{free_port()}")
    look_for_s3(monkeypatch, "")


def look_for_s3(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Look for S3 at an address; an empty one is the usual."""
    monkeypatch.undo()
    if address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
    deadletters.new_client.cache_clear()
    deadletters.s3_pause.end()


def connect_with(provider: str, config: ATSConfig, vacancy: Vacancy, ats: Sandbox) -> None:
    """Turn the connection into one with another ATS, and the vacancy into a job there."""
    settings, credentials, vacancy.external_id = OTHERS[provider]
    config.provider, config.base_url = provider, ats.url(provider)
    config.settings, config.credentials = settings, credentials
    config.save()
    vacancy.save()
