"""`seed_demo` fills the job board, twice without a difference, and never where it is unsafe."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from ats_integration.models import ATSConfig, Delivery
from ats_integration.providers import registry
from jobbird.board import demo_data
from jobbird.board.demo_pdf import pdf
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.board.uploads import validate_cv

from .conftest import a_cv, an_application


def seed(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_demo", "--i-know", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def everything() -> list[Any]:
    models = (Customer, Vacancy, User, ATSConfig, Application, Delivery)
    return [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in models]


@pytest.mark.django_db
def test_makes_customers_logins_vacancies_and_connections(client: Client) -> None:
    out = seed()

    assert ["Acme BV", "Bakkerij Jansen", "Noordzee IT"] == [customer.name for customer in Customer.objects.all()]
    assert 15 == Vacancy.objects.count()
    assert {"greenhouse", "recruitee", "lever"} == {config.provider for config in ATSConfig.objects.all()}
    config = ATSConfig.objects.get(provider="lever")
    assert "http://127.0.0.1:9900/lever" == config.base_url
    assert ["hr@noordzee-it.example"] == config.notify_emails
    assert {"api_key": "demo-lever-noordzee-it"} == config.credentials.reveal()
    assert "acme / demo" in out
    assert client.login(username="acme", password="demo")
    assert "Acme BV" in client.get("/customer/").content.decode()
    assert client.login(username="admin", password="demo")
    assert 200 == client.get("/admin/").status_code


@pytest.mark.django_db
def test_twice_is_the_same_as_once() -> None:
    seed("--applications", "7")
    before = everything()

    out = seed("--applications", "7")

    assert before == everything()
    assert "(0 new)" in out
    assert "password as before" in out


@pytest.mark.django_db
def test_candidates_are_spread_and_have_cvs() -> None:
    seed("--applications", "6")

    assert [2, 2, 2] == [Application.objects.filter(vacancy__customer=each).count() for each in Customer.objects.all()]
    assert 6 == Delivery.objects.count()
    application = Application.objects.earliest("pk")
    assert "CV Sanne de Vries.pdf" == application.cv_filename
    with application.cv.open() as stored:
        assert stored.read().startswith(b"%PDF-1.4")


@pytest.mark.django_db
def test_reset_leaves_others_alone(jansen: Customer, stranger: User, settings: Settings) -> None:
    Customer.objects.update(name="A real customer")
    kept = an_application(Vacancy.objects.create(customer=jansen, title="Bakker"))
    seed("--customers", "4", "--applications", "5")

    seed("--reset", "--customers", "1", "--vacancies", "2")

    assert ["A real customer", "Acme BV"] == [customer.name for customer in Customer.objects.all()]
    assert [kept] == list(Application.objects.all())
    assert 3 == Vacancy.objects.count()
    assert {"admin", "acme", "jansen"} == set(User.objects.values_list("username", flat=True))
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_reset_removes_the_cvs_too() -> None:
    seed("--applications", "1")
    cv = Path(Application.objects.get().cv.path)
    assert cv.exists()

    seed("--reset")

    assert not cv.exists()


@pytest.mark.django_db
def test_a_login_that_exists_keeps_its_password() -> None:
    User.objects.create_user("admin", password="a real password")

    seed()

    assert User.objects.get(username="admin").check_password("a real password")


@pytest.mark.django_db
def test_warns_where_calls_to_the_stand_in_would_be_refused(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ALLOWED_PRIVATE_HOSTS": []}

    assert "ATS_ALLOWED_PRIVATE_HOSTS" in seed("--ats-url", "http://10.0.0.7:1")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--customers", "0", "--i-know"],
        ["--customers", "101", "--i-know"],
        ["--vacancies", "0", "--i-know"],
        ["--applications", "-1", "--i-know"],
        [],
    ],
)
def test_refuses_what_is_unsafe_or_makes_no_sense(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("seed_demo", *arguments)


def test_job_ids_look_like_those_of_each_ats() -> None:
    acme, jansen, noordzee = demo_data.customers(3, 9)

    assert all(job.external_id.isdigit() for job in acme.vacancies)
    assert "monteur-elektrotechniek" == jansen.vacancies[0].external_id
    assert all(UUID(job.external_id) for job in noordzee.vacancies)


@pytest.mark.parametrize("what", [lambda each: each.name, lambda each: each.slug, lambda each: each.email])
def test_a_hundred_customers_are_all_different(what: Callable[[demo_data.DemoCustomer], str]) -> None:
    assert 100 == len({what(each) for each in demo_data.customers(100, 1)})


def test_job_ids_are_all_different_within_a_customer() -> None:
    for each in demo_data.customers(3, 40):
        assert 40 == len({job.external_id for job in each.vacancies})


def test_candidates_are_all_different_and_follow_from_their_number() -> None:
    assert 1000 == len({demo_data.candidate(number).email for number in range(1000)})
    assert demo_data.candidate(7) == demo_data.candidate(7)


def test_every_connection_is_complete_for_its_adapter() -> None:
    for each in demo_data.customers(3, 1):
        assert {} == registry.get(each.provider).problems(each.settings, each.credentials)


def test_a_demo_customer_does_not_print_its_credentials() -> None:
    assert "demo-greenhouse" not in repr(demo_data.customers(1, 1))


def test_a_demo_cv_is_one_the_form_takes() -> None:
    for number in range(len(demo_data.PEOPLE)):
        person = demo_data.candidate(number)
        validate_cv(a_cv(person.cv_filename, person.cv))


def test_the_pdf_says_where_its_objects_stand() -> None:
    file = pdf("Zoë (Çelik) \\ Yağmur", ["one", "two"])

    start = int(file.split(b"startxref\n")[1].split(b"\n")[0])
    places = [int(line[:10]) for line in file[start:].splitlines()[3:8]]
    assert file[start:].startswith(b"xref")
    assert [b"%d 0 obj" % number for number in range(1, 6)] == [file[place:][:7] for place in places]
    assert b"(Zo\xeb \\(\xc7elik\\) \\\\ Yagmur)" in file
