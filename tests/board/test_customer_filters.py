"""The customer narrows the list of applications, and leafs through it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from ats_integration.models import ATSConfig
from ats_integration.states import Status
from jobbird.board.models import Application, Customer, Vacancy

from .conftest import a_delivery, an_application
from .test_customer_pages import Login, page_of

pytestmark = pytest.mark.django_db


def test_filters_by_status(login: Login, member: User, vacancy: Vacancy, connection: ATSConfig) -> None:
    a_delivery(an_application(vacancy, first_name="Arrived"), connection, status=Status.DELIVERED)
    a_delivery(an_application(vacancy, first_name="Buried"), connection, status=Status.DEAD)

    page = page_of(login(member), "/customer/?status=dead&vacancy=")

    assert "Buried" in page
    assert "Arrived" not in page
    assert "1 application<" in page


def test_filters_by_vacancy(login: Login, member: User, vacancy: Vacancy, acme: Customer) -> None:
    other = Vacancy.objects.create(customer=acme, title="Bakker")
    an_application(vacancy, first_name="Fitter")
    an_application(other, first_name="Baker")

    page = page_of(login(member), f"/customer/?vacancy={other.pk}")

    assert "Baker" in page
    assert "Fitter" not in page


def test_a_filter_that_fits_nothing_offers_to_show_all(login: Login, member: User, vacancy: Vacancy) -> None:
    an_application(vacancy)

    assert "Nothing fits these filters" in page_of(login(member), "/customer/?status=held")


@pytest.mark.parametrize("query", ["status=nonsense", "vacancy=x", "vacancy=999999", "page=x", "page=-1", "page=99"])
def test_a_nonsense_address_shows_everything(login: Login, member: User, vacancy: Vacancy, query: str) -> None:
    an_application(vacancy)

    assert "Sanne" in page_of(login(member), f"/customer/?{query}")


def test_a_vacancy_of_another_customer_is_no_filter(
    login: Login, member: User, vacancy: Vacancy, jansen: Customer
) -> None:
    theirs = Vacancy.objects.create(customer=jansen, title="Bakker")
    an_application(theirs, first_name="Youssef")

    assert "Youssef" not in page_of(login(member), f"/customer/?vacancy={theirs.pk}")


def test_fifty_stand_on_a_page_and_filters_stay(login: Login, member: User, vacancy: Vacancy) -> None:
    Application.objects.bulk_create(
        Application(vacancy=vacancy, first_name=f"Candidate{number:03}", email="x@example.org") for number in range(51)
    )

    page = page_of(login(member), f"/customer/?vacancy={vacancy.pk}")

    assert 50 == page.count('data-label="Candidate"')
    assert f"?vacancy={vacancy.pk}&amp;page=2" in page
