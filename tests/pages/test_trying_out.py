"""The button that tests a connection: real calls to the stand-in, and what they prove, on the page."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from ats_integration.explanations import OUT_OF_REACH, explain
from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox

TOKEN = "token-of-acme-1234"
LIST = "/admin/ats_integration/atsconfig/"


def try_out(pages: Client, config: ATSConfig) -> str:
    """Press the button and return the page."""
    response = pages.post(reverse("ats_integration:test", args=[config.pk]))
    assert 200 == response.status_code
    return response.content.decode()


def test_shows_what_is_proven_and_what_is_not(pages: Client, config: ATSConfig) -> None:
    body = try_out(pages, config)
    assert "no problem found" in body
    assert "Recruitee has a careers site called acme." in body
    assert "a wrong token goes unnoticed" in body


def test_shows_what_is_wrong(pages: Client, config: ATSConfig, ats: Sandbox) -> None:
    ats.behave("recruitee", "down")
    body = try_out(pages, config)
    assert "there is a problem" in body
    assert OUT_OF_REACH.happened in body


def test_shows_an_ats_that_is_out_of_reach(pages: Client, config: ATSConfig) -> None:
    ATSConfig.objects.update(base_url="http://127.0.0.1:9")
    assert explain("connection_refused").happened in try_out(pages, config)


def test_refuses_a_private_address(pages: Client, config: ATSConfig) -> None:
    ATSConfig.objects.update(base_url="https://10.0.0.1")
    assert explain("address_refused").happened in try_out(pages, config)


@pytest.mark.parametrize("mode", ["ok", "down", "refuse_key"])
def test_shows_no_secret(pages: Client, config: ATSConfig, ats: Sandbox, mode: str) -> None:
    ats.behave("recruitee", mode)
    body = try_out(pages, config)
    assert (False, False) == (TOKEN in body, config.credentials.token in body)


def test_says_what_is_missing(pages: Client, config: ATSConfig) -> None:
    ATSConfig.objects.update(settings={})
    assert "Company subdomain: This is needed." in try_out(pages, config)


def test_names_an_ats_that_is_gone(pages: Client, config: ATSConfig) -> None:
    ATSConfig.objects.update(provider="gone")
    assert "there is a problem" in try_out(pages, config)


@pytest.mark.parametrize(("mode", "level"), [("ok", "success"), ("down", "error")])
def test_works_from_the_admin(admin_client: Client, config: ATSConfig, ats: Sandbox, mode: str, level: str) -> None:
    ats.behave("recruitee", mode)
    response = admin_client.post(LIST, {"action": "test_selected", "_selected_action": [config.pk]})
    message = next(iter(get_messages(response.wsgi_request)))
    assert (level, True, False) == (message.level_tag, "Recruitee" in str(message), TOKEN in str(message))


def test_asks_no_more_than_a_few_at_once_from_the_admin(admin_client: Client, config: ATSConfig, ats: Sandbox) -> None:
    ATSConfig.objects.bulk_create(
        ATSConfig(customer=config.customer, provider="recruitee", settings=config.settings, base_url=config.base_url)
        for _ in range(11)
    )
    chosen = [*ATSConfig.objects.values_list("pk", flat=True)]
    response = admin_client.post(LIST, {"action": "test_selected", "_selected_action": chosen})
    assert "2 more were not tested: choose at most 10." == str(list(get_messages(response.wsgi_request))[-1])
