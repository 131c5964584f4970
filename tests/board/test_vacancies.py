"""The list of open vacancies, and the pages everybody may meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobbird.board.models import Customer, Vacancy

pytestmark = pytest.mark.django_db


def test_lists_the_open_vacancies_of_all_customers(client: Client, vacancy: Vacancy, jansen: Customer) -> None:
    Vacancy.objects.create(customer=jansen, title="Bakker")
    Vacancy.objects.create(customer=jansen, title="Afwasser", is_open=False)

    page = client.get("/").content.decode()

    assert f'href="/vacancies/{vacancy.pk}/apply/"' in page
    assert "Bakker" in page
    assert "Bakkerij Jansen" in page
    assert "Afwasser" not in page


def test_says_so_kindly_where_nothing_is_open(client: Client) -> None:
    assert "No open vacancies today" in client.get("/").content.decode()


def test_many_vacancies_come_in_pages(
    client: Client, acme: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Vacancy.objects.bulk_create(Vacancy(customer=acme, title=f"Job {number:03}") for number in range(120))

    with django_assert_num_queries(2):
        page = client.get("/?page=3").content.decode()

    assert 20 == page.count("<h2>")
    assert "Page 3 of 3" in page


def test_titles_and_names_are_escaped(client: Client, vacancy: Vacancy) -> None:
    Vacancy.objects.update(title="<script>alert(1)</script>", description="<img src=x>")
    Customer.objects.update(name="<b>Acme</b>")

    for address in ("/", f"/vacancies/{vacancy.pk}/apply/", f"/vacancies/{vacancy.pk}/thanks/"):
        page = client.get(address).content.decode()
        assert "<script" not in page
        assert "<b>Acme" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/nowhere/"])
def test_every_page_has_a_language_and_a_title_of_its_own(client: Client, address: str) -> None:
    page = client.get(address).content.decode()

    assert '<html lang="en">' in page
    assert re.search(r"<title>[^<·]+ · Jobbird</title>", page)


def test_nothing_is_found_without_telling_internals(client: Client) -> None:
    answer = client.get("/nowhere/")

    assert 404 == answer.status_code
    assert "This page does not exist" in answer.content.decode()
    assert "nowhere" not in answer.content.decode()


def test_our_own_fault_is_admitted_without_internals(client: Client, vacancy: Vacancy) -> None:
    client.raise_request_exception = False
    Vacancy.objects.update(id=-1)  # no address can be made for this one

    answer = client.get("/")

    assert 500 == answer.status_code
    assert "Something went wrong here" in answer.content.decode()
    assert "NoReverseMatch" not in answer.content.decode()


def test_templates_have_no_inline_style_or_script() -> None:
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", text), path.name


def test_only_a_post_logs_out(client: Client, member: User) -> None:
    client.force_login(member)

    assert 405 == client.get("/accounts/logout/").status_code
    assert "/" == client.post("/accounts/logout/").url  # type: ignore[attr-defined]


def test_the_menu_shows_what_one_may_open(client: Client, member: User, admin_user: User) -> None:
    assert "/customer/" not in client.get("/").content.decode()
    client.force_login(member)
    page = client.get("/").content.decode()
    assert 'href="/customer/ats/"' in page
    assert "/admin/" not in page
    client.force_login(admin_user)
    assert 'href="/admin/"' in client.get("/").content.decode()
