"""People with their companies and connections, and a provider with every kind of field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client, override_settings

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer, CustomerUser

SECRET = "stored-secret-4711"


@pytest.fixture
def tiny() -> Iterator[None]:
    """Offer the tests' own provider beside the real ones."""
    providers = [
        *(f"ats_integration.providers.{name.lower()}.{name}" for name in ("Greenhouse", "Lever", "Recruitee")),
        "tests.pages.tiny.Tiny",
    ]
    with override_settings(ATS_INTEGRATION={**django_settings.ATS_INTEGRATION, "PROVIDERS": providers}):
        yield


@pytest.fixture
def make_member(db: None) -> Callable[..., User]:
    """Give a function that makes a user who works for some customers."""

    def make_member(name: str, *customers: Customer) -> User:
        user = User.objects.create_user(name, password="not-a-secret")
        for customer in customers:
            CustomerUser.objects.create(customer=customer, user=user)
        return user

    return make_member


@pytest.fixture
def member(make_member: Callable[..., User], customer: Customer) -> User:
    """Make a user who works for Acme."""
    return make_member("mara", customer)


@pytest.fixture
def pages(client: Client, member: User) -> Client:
    """Give a browser in which Acme's user is logged in."""
    client.force_login(member)
    return client


@pytest.fixture
def make_connection(customer: Customer, tiny: None) -> Callable[..., ATSConfig]:
    """Give a function that connects a customer with the tests' own ATS."""

    def make_connection(**changes: Any) -> ATSConfig:
        values = {
            "customer": customer,
            "name": "Acme's Tiny",
            "provider": "tiny",
            "settings": {"account": "acme", "place": "eu"},
            "credentials": {"api_key": SECRET},
            "notify_emails": ["hr@acme.example"],
        }
        return ATSConfig.objects.create(**{**values, **changes})

    return make_connection


@pytest.fixture
def connection(make_connection: Callable[..., ATSConfig]) -> ATSConfig:
    """Make Acme's connection."""
    return make_connection()


@pytest.fixture
def rival(db: None) -> Customer:
    """Make another hiring company."""
    return Customer.objects.create(name="Rival NV")


@pytest.fixture
def foreign(make_connection: Callable[..., ATSConfig], rival: Customer) -> ATSConfig:
    """Make the other company's connection."""
    return make_connection(customer=rival, name="Rival's Tiny")


@pytest.fixture
def filled() -> dict[str, str]:
    """Give a form for the tests' own ATS, filled in well."""
    return {
        "account": "acme",
        "place": "eu",
        "api_key": "typed-secret-0815",
        "name": "Our Tiny",
        "is_active": "on",
        "notify_emails": "hr@acme.example, boss@acme.example",
        "base_url": "",
    }
