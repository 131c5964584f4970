"""What the tests of the job board share: people, jobs, CVs, and a Redis that is away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from ats_integration.models import ATSConfig, Delivery
from jobbird.board.demo_pdf import pdf
from jobbird.board.models import Application, Customer, Vacancy

CLOSED_PORT = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def _redis_away(settings: Settings) -> None:
    queue = {**settings.QUEUE, "URL": CLOSED_PORT}
    settings.RQ_QUEUES = {"happy": queue, "retry": queue}


@pytest.fixture
def acme(db: None) -> Customer:
    return Customer.objects.create(name="Acme BV")


@pytest.fixture
def jansen(db: None) -> Customer:
    return Customer.objects.create(name="Bakkerij Jansen")


@pytest.fixture
def vacancy(acme: Customer) -> Vacancy:
    return Vacancy.objects.create(customer=acme, title="Monteur elektrotechniek", external_id="4000001")


def member_of(customer: Customer, username: str) -> User:
    user = User.objects.create_user(username)
    customer.members.add(user)
    return user


@pytest.fixture
def member(acme: Customer) -> User:
    return member_of(acme, "acme")


@pytest.fixture
def stranger(jansen: Customer) -> User:
    return member_of(jansen, "jansen")


@pytest.fixture
def admin_user(db: None) -> User:
    return User.objects.create_superuser("admin")


@pytest.fixture
def login(client: Client) -> Callable[[User], Client]:
    def as_user(user: User) -> Client:
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def connection(acme: Customer) -> ATSConfig:
    return ATSConfig.objects.create(
        customer=acme,
        name="Acme's board",
        provider="greenhouse",
        settings={"board_token": "acme"},
        credentials={"api_key": "never-show-this-key"},
    )


def a_cv(name: str = "CV Sanne.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf("Sanne de Vries", ["Monteur"]) if content is None else content)


def an_application(vacancy: Vacancy, **values: Any) -> Application:
    given = {"first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org"} | values
    return Application.objects.create(vacancy=vacancy, **given)


def a_delivery(application: Application, config: ATSConfig, **values: Any) -> Delivery:
    """Return the delivery of an application, as intake or this made it, with these values."""
    delivery, _ = Delivery.objects.update_or_create(application=application, config=config, defaults=values)
    return delivery
