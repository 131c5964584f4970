"""The demo's browser fills in forms as people do."""

from __future__ import annotations

import pytest
from pytest_django.live_server_helper import LiveServer

from ats_integration.models import Delivery
from jobbird.board import demo_data
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.demo.crowd import Crowd, Opening
from jobbird.demo.problems import DemoError
from jobbird.demo.website import Browser, form_with

PAGE = """
<form action="/logout/" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="first"></form>
<form method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="second"><input type="hidden" name="next" value="">
  <input name="username" value="somebody"><input name="password" type="password"><textarea name="why"></textarea>
</form>
<input name="stray">
"""


def test_finds_the_form_with_the_fields() -> None:
    form = form_with({"username", "password"}, PAGE)

    assert "" == form.action
    assert {"csrfmiddlewaretoken": "second", "next": ""} == form.hidden


def test_fields_outside_of_forms_do_not_count() -> None:
    with pytest.raises(DemoError, match="stray"):
        form_with({"stray"}, PAGE)


@pytest.fixture
def opening(vacancy: Vacancy) -> Opening:
    """Make a vacancy that the crowd can apply for."""
    return Opening(pk=vacancy.pk, customer=vacancy.customer.name, provider="recruitee")


def test_a_crowd_applies_through_the_form(live_server: LiveServer, opening: Opening) -> None:
    posted = Crowd(live_server.url).apply(5, [opening])

    assert {each.email for each in posted} == set(Application.objects.values_list("email", flat=True))
    assert 5 == len({each.sha256 for each in posted})
    assert 0 == Delivery.objects.count()


def test_a_refused_application_is_an_error(live_server: LiveServer, opening: Opening) -> None:
    with Browser(live_server.url) as browser, pytest.raises(DemoError, match="did not take"):
        browser.fill_in(f"/vacancies/{opening.pk}/apply/", {"first_name": "Sanne"})


def test_a_page_that_is_not_there_is_an_error(live_server: LiveServer) -> None:
    with Browser(live_server.url) as browser, pytest.raises(DemoError, match="404"):
        browser.open("/vacancies/999/apply/")


def test_logs_in(live_server: LiveServer, customer: Customer, django_user_model: type) -> None:
    user = django_user_model.objects.create_user("acme", password=demo_data.PASSWORD)  # type: ignore[attr-defined]
    customer.members.add(user)

    with Browser(live_server.url) as browser:
        page = browser.fill_in("/accounts/login/", {"username": "acme", "password": demo_data.PASSWORD})

    assert page.url.endswith("/customer/")
    assert "Acme BV" in page.text
