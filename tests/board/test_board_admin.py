"""The job board in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobbird.board.models import Application, Customer, Vacancy

from .conftest import an_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, admin_user: User) -> Client:
    client.force_login(admin_user)
    return client


@pytest.mark.parametrize("model", ["customer", "vacancy", "application"])
def test_every_list_opens_and_can_be_searched(staff: Client, vacancy: Vacancy, model: str) -> None:
    an_application(vacancy)

    assert 200 == staff.get(f"/admin/board/{model}/").status_code
    assert 200 == staff.get(f"/admin/board/{model}/?q=acme").status_code


def test_a_customer_is_made_with_its_members(staff: Client, stranger: User) -> None:
    answer = staff.post(
        "/admin/board/customer/add/",
        {
            "name": "Noordzee IT",
            "customeruser_set-TOTAL_FORMS": "1",
            "customeruser_set-INITIAL_FORMS": "0",
            "customeruser_set-0-user": str(stranger.pk),
        },
    )

    assert 302 == answer.status_code
    assert stranger in Customer.objects.get(name="Noordzee IT").members.all()


def test_a_vacancy_is_made(staff: Client, acme: Customer) -> None:
    staff.post(
        "/admin/board/vacancy/add/",
        {"customer": str(acme.pk), "title": "Bakker", "description": "", "external_id": "77", "is_open": "on"},
    )

    assert "77" == Vacancy.objects.get().external_id


def test_the_list_of_applications_names_no_candidate(staff: Client, vacancy: Vacancy) -> None:
    an_application(vacancy)

    page = staff.get("/admin/board/application/").content.decode()

    assert "Monteur elektrotechniek" in page
    assert "Sanne" not in page


def test_an_application_is_shown_and_cannot_be_changed(staff: Client, vacancy: Vacancy) -> None:
    application = an_application(vacancy, cv="cvs/x.pdf", cv_filename="<b>cv.pdf")
    address = f"/admin/board/application/{application.pk}/"

    page = staff.get(f"{address}change/").content.decode()

    assert "sanne@example.org" in page
    assert f'href="/customer/applications/{application.pk}/cv/">&lt;b&gt;cv.pdf' in page
    assert 403 == staff.post(f"{address}change/", {"first_name": "Eve"}).status_code
    assert 403 == staff.post(f"{address}delete/", {"post": "yes"}).status_code
    assert 403 == staff.get("/admin/board/application/add/").status_code
    assert "Sanne" == Application.objects.get().first_name


def test_members_of_customers_do_not_get_in(client: Client, member: User) -> None:
    client.force_login(member)

    assert 302 == client.get("/admin/board/application/").status_code
