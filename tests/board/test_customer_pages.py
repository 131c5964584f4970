"""The customer's pages show their applications, where each went, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ats_integration.models import ATSConfig, Attempt
from ats_integration.states import Outcome, Status
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.board.words import OUTCOME, STATUS

from .conftest import a_delivery, an_application

pytestmark = pytest.mark.django_db

Login = Callable[[User], Client]


def page_of(client: Client, address: str = "/customer/") -> str:
    answer = client.get(address)
    assert 200 == answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("address", ["/customer/", "/customer/applications/1/", "/customer/applications/1/cv/"])
def test_asks_for_a_login_first(client: Client, address: str) -> None:
    answer = client.get(address)

    assert 302 == answer.status_code
    assert f"/accounts/login/?next={address}" == answer.url  # type: ignore[attr-defined]


def test_shows_a_member_their_applications_only(
    login: Login, member: User, stranger: User, vacancy: Vacancy, jansen: Customer
) -> None:
    an_application(vacancy, first_name="Zoë")
    an_application(Vacancy.objects.create(customer=jansen, title="Bakker"), first_name="Youssef")

    page = page_of(login(member))

    assert "Zoë" in page
    assert "Youssef" not in page
    assert "Bakker" not in page


def test_an_application_of_another_customer_does_not_exist(login: Login, stranger: User, vacancy: Vacancy) -> None:
    application = an_application(vacancy)

    assert 404 == login(stranger).get(f"/customer/applications/{application.pk}/").status_code


def test_staff_with_the_permission_see_every_application(login: Login, admin_user: User, vacancy: Vacancy) -> None:
    application = an_application(vacancy)

    assert "Sanne" in page_of(login(admin_user), f"/customer/applications/{application.pk}/")


def test_staff_without_the_permission_see_none(login: Login, vacancy: Vacancy) -> None:
    application = an_application(vacancy)
    clerk = User.objects.create_user("clerk", is_staff=True)

    assert 404 == login(clerk).get(f"/customer/applications/{application.pk}/").status_code


def test_pages_with_candidates_are_kept_by_no_cache(login: Login, member: User) -> None:
    assert "no-store" in login(member).get("/customer/").headers["Cache-Control"]


def test_the_newest_comes_first(login: Login, member: User, vacancy: Vacancy) -> None:
    for name in ("Oldest", "Middle", "Newest"):
        an_application(vacancy, first_name=name)

    page = page_of(login(member))

    assert page.index("Newest") < page.index("Middle") < page.index("Oldest")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_plain_words(
    login: Login, member: User, vacancy: Vacancy, connection: ATSConfig, status: Status
) -> None:
    application = an_application(vacancy)
    a_delivery(application, connection, status=status)

    assert STATUS[status] in page_of(login(member))
    assert STATUS[status] in page_of(login(member), f"/customer/applications/{application.pk}/")


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_plain_words(
    login: Login, member: User, vacancy: Vacancy, connection: ATSConfig, outcome: Outcome
) -> None:
    application = an_application(vacancy)
    delivery = a_delivery(application, connection)
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        outcome=outcome,
        http_status=503,
        duration=timedelta(milliseconds=1250),
        error="Down for maintenance",
        started_at=timezone.now(),
    )

    page = page_of(login(member), f"/customer/applications/{application.pk}/")

    assert OUTCOME[outcome] in page
    assert "503" in page
    assert "1.25 s" in page
    assert "Down for maintenance" in page


def test_a_delivery_tells_receipt_duplicates_and_what_was_dropped(
    login: Login, member: User, vacancy: Vacancy, connection: ATSConfig
) -> None:
    values = {"ats_reference": "gh-77", "possible_duplicate": True, "dropped": ["cover_letter", "website_url"]}
    a_delivery(an_application(vacancy), connection, status=Status.DELIVERED, **values)

    page = page_of(login(member))

    assert "Acme&#x27;s board" in page
    assert "Greenhouse" in page
    assert "gh-77" in page
    assert "may be there twice" in page
    assert "Not taken by this ATS: cover letter, website." in page


def test_a_failure_says_what_happened_and_what_to_do(
    login: Login, member: User, vacancy: Vacancy, connection: ATSConfig
) -> None:
    values = {"last_error_code": "unauthorized", "last_error": "Invalid Basic Auth credentials"}
    delivery = a_delivery(an_application(vacancy), connection, status=Status.DEAD, **values)
    attempt = {"outcome": Outcome.UNAUTHORIZED, "duration": timedelta(seconds=1), "started_at": timezone.now()}
    Attempt.objects.bulk_create(Attempt(delivery=delivery, number=number, **attempt) for number in (1, 2, 3))

    page = page_of(login(member))

    assert "Greenhouse refused the API key." in page
    assert "Invalid Basic Auth credentials" in page
    assert "3 tries" in page
    assert "Make a new key" in page


def test_no_credential_is_on_any_page(login: Login, member: User, vacancy: Vacancy, connection: ATSConfig) -> None:
    application = an_application(vacancy)
    a_delivery(application, connection)

    for address in ("/customer/", f"/customer/applications/{application.pk}/"):
        page = page_of(login(member), address)
        assert "never-show-this-key" not in page
        assert connection.credentials.token not in page


def test_an_application_that_went_nowhere_says_what_to_do(login: Login, member: User, vacancy: Vacancy) -> None:
    application = an_application(vacancy)

    assert 'href="/customer/ats/">Connect your ATS' in page_of(login(member))
    assert "It went nowhere yet" in page_of(login(member), f"/customer/applications/{application.pk}/")


def test_the_empty_page_says_what_to_do_next(login: Login, member: User) -> None:
    page = page_of(login(member))

    assert "No applications yet" in page
    assert 'href="/customer/ats/">Go to your ATS connections' in page


def test_somebody_without_a_customer_is_told_so(login: Login, db: None) -> None:
    assert "belongs to no company yet" in page_of(login(User.objects.create_user("nobody")))


def test_the_number_of_queries_does_not_grow_with_rows(
    login: Login,
    member: User,
    vacancy: Vacancy,
    connection: ATSConfig,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = login(member)
    for number in range(12):
        delivery = a_delivery(an_application(vacancy, email=f"{number}@example.org"), connection)
        made = {"duration": timedelta(seconds=1), "outcome": Outcome.UNAVAILABLE, "started_at": timezone.now()}
        Attempt.objects.bulk_create(Attempt(delivery=delivery, number=tried, **made) for tried in range(1, 4))

    # session, user, customers, count, applications, deliveries, vacancies to choose from
    with django_assert_num_queries(7):
        client.get("/customer/")
    address = f"/customer/applications/{Application.objects.latest('pk').pk}/"
    # session, user, application, deliveries, attempts
    with django_assert_num_queries(5):
        client.get(address)


def test_what_candidates_and_atss_say_is_escaped(
    login: Login, member: User, vacancy: Vacancy, connection: ATSConfig
) -> None:
    evil = "<script>alert(1)</script>"
    candidate = {"first_name": evil, "last_name": evil, "phone": evil, "cover_letter": evil, "cv_filename": evil}
    application = an_application(vacancy, **candidate, cv="cvs/x.pdf", answers=[{"question": evil, "answer": evil}])
    ATSConfig.objects.update(name=evil)
    values = {"ats_reference": evil, "dropped": [evil], "last_error": evil, "last_error_code": "rejected"}
    delivery = a_delivery(application, connection, status=Status.DEAD, **values)
    made = {"duration": timedelta(seconds=1), "outcome": Outcome.BUG, "started_at": timezone.now()}
    Attempt.objects.create(delivery=delivery, number=1, error=evil, **made)

    for address in ("/customer/", f"/customer/applications/{application.pk}/"):
        page = page_of(login(member), address)
        assert "<script" not in page
        assert "&lt;script&gt;" in page
