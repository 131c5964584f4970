"""A candidate applies through the web form."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from ats_integration.models import ATSConfig, Delivery
from jobbird.board.forms import ApplicationForm
from jobbird.board.models import Application, Vacancy
from jobbird.board.uploads import MAX_SIZE

from .conftest import a_cv

pytestmark = pytest.mark.django_db


def answers(**changes: Any) -> dict[str, Any]:
    given = {
        "first_name": "Sanne",
        "last_name": "de Vries",
        "email": "sanne@example.org",
        "phone": "06 12345678",
        "cover_letter": "Dear Acme,\n\nyes.",
        "linkedin_url": "linkedin.com/in/sanne",
        "website_url": "",
        "cv": a_cv(),
        "consent": "on",
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def post(client: Client, vacancy: Vacancy, **changes: Any) -> Any:
    return client.post(f"/vacancies/{vacancy.pk}/apply/", answers(**changes))


def test_the_form_names_every_field_it_reads(client: Client, vacancy: Vacancy) -> None:
    page = client.get(f"/vacancies/{vacancy.pk}/apply/").content.decode()

    for name in (*answers(), "consent_retention"):
        assert f'name="{name}"' in page
    assert 'name="source"' not in page


def test_a_good_form_is_saved_and_leads_to_the_thanks(client: Client, vacancy: Vacancy) -> None:
    answer = post(client, vacancy)

    assert 302 == answer.status_code
    assert f"/vacancies/{vacancy.pk}/thanks/" == answer.url
    assert 200 == client.get(answer.url).status_code
    application = Application.objects.get()
    assert vacancy == application.vacancy
    assert "de Vries" == application.last_name
    assert "https://linkedin.com/in/sanne" == application.linkedin_url
    assert "Jobbird" == application.source


def test_the_cv_is_kept_under_a_name_that_tells_nothing(client: Client, vacancy: Vacancy) -> None:
    post(client, vacancy, cv=a_cv("CV Sanne de Vries.PDF"))

    application = Application.objects.get()
    assert "CV Sanne de Vries.PDF" == application.cv_filename
    assert "Sanne" not in application.cv.path
    assert application.cv.path.endswith(".pdf")
    with application.cv.open() as stored:
        assert stored.read().startswith(b"%PDF-")


@pytest.mark.parametrize(("ticked", "kept"), [(None, False), ("on", True)])
def test_consent_is_recorded_with_its_time(client: Client, vacancy: Vacancy, ticked: str | None, kept: bool) -> None:
    post(client, vacancy, consent_retention=ticked)

    consent = Application.objects.get().consent
    assert {"processing", "retention", "givenAt"} == set(consent)
    assert consent["processing"] is True
    assert kept is consent["retention"]
    assert datetime.fromisoformat(consent["givenAt"]).tzinfo is not None


def test_somebody_with_one_name_can_apply(client: Client, vacancy: Vacancy) -> None:
    assert 302 == post(client, vacancy, first_name="Suharto", last_name="").status_code
    assert "" == Application.objects.get().last_name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 101),
        ("last_name", "x" * 151),
        ("last_name", "nul\x00"),
        ("email", ""),
        ("email", "sanne at example"),
        ("phone", "1" * 51),
        ("linkedin_url", "javascript:alert(1)"),
        ("linkedin_url", "https://linkedin.com/" + "x" * 200),
        ("website_url", "not an address"),
        ("cover_letter", "x" * 20_001),
        ("consent", None),
        ("cv", None),
        ("cv", a_cv(content=b"")),
        ("cv", a_cv("cv.exe")),
        ("cv", a_cv("cv")),
        ("cv", a_cv(".pdf")),
        ("cv", a_cv("cv.pdf", b"MZ\x90\x00")),
        ("cv", a_cv("cv.docx", b"%PDF-1.7")),
        ("cv", a_cv("cv.doc", b"<html>")),
        ("cv", a_cv("cv.pdf", b"%PDF-" + b"x" * MAX_SIZE)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_value_is_refused_and_its_field_named(client: Client, vacancy: Vacancy, field: str, value: Any) -> None:
    answer = post(client, vacancy, **{field: value})

    assert 200 == answer.status_code
    assert [field] == list(answer.context["form"].errors)
    page = answer.content.decode()
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}_error"' in page
    assert f"id_{field}_error" in page.split(f'name="{field}"')[1].split(">")[0]
    assert not Application.objects.exists()


def test_what_was_typed_stays_in_a_form_with_an_error(client: Client, vacancy: Vacancy) -> None:
    page = post(client, vacancy, email="", first_name="Zoë").content.decode()

    assert 'value="Zoë"' in page
    assert "<title>Error: " in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_vacancy_takes_nothing(client: Client, vacancy: Vacancy, method: str) -> None:
    Vacancy.objects.update(is_open=False)

    answer = getattr(client, method)(f"/vacancies/{vacancy.pk}/apply/", answers() if method == "post" else None)

    assert 410 == answer.status_code
    assert "no longer open" in answer.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize("pk", ["0", "987654321", "99999999999999999999999"])
@pytest.mark.parametrize("page", ["apply", "thanks"])
def test_an_unknown_vacancy_is_not_found(client: Client, vacancy: Vacancy, page: str, pk: str) -> None:
    assert 404 == client.get(f"/vacancies/{pk}/{page}/").status_code


def test_a_post_without_csrf_token_is_refused_kindly(vacancy: Vacancy) -> None:
    answer = post(Client(enforce_csrf_checks=True), vacancy)

    assert 403 == answer.status_code
    assert "Nothing was sent" in answer.content.decode()


def test_a_script_may_post_with_cookie_and_token_only(vacancy: Vacancy) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(f"/vacancies/{vacancy.pk}/apply/")

    assert 302 == post(client, vacancy, csrfmiddlewaretoken=client.cookies["csrftoken"].value).status_code


def test_nobody_can_put_their_own_source_or_consent(client: Client, vacancy: Vacancy) -> None:
    extras = {"source": "Elsewhere", "vacancy": "99", "cv_filename": "x.exe", "answers": '[{"question": "?"}]'}
    client.post(f"/vacancies/{vacancy.pk}/apply/", answers() | extras)

    application = Application.objects.get()
    assert ("Jobbird", vacancy, "CV Sanne.pdf", []) == (
        application.source,
        application.vacancy,
        application.cv_filename,
        application.answers,
    )


def test_applying_works_while_redis_is_away(
    client: Client,
    vacancy: Vacancy,
    connection: ATSConfig,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    start = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, vacancy)

    assert 302 == answer.status_code
    assert time.monotonic() - start < 2
    delivery = Delivery.objects.get()
    assert Application.objects.get().pk == delivery.application_id
    assert "pending" == delivery.status


def test_showing_the_form_asks_the_database_once(
    client: Client, vacancy: Vacancy, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get(f"/vacancies/{vacancy.pk}/apply/")


def test_the_form_knows_no_field_of_the_host_alone() -> None:
    assert {"vacancy", "source", "answers"}.isdisjoint(ApplicationForm.base_fields)


def test_a_huge_upload_is_not_kept(client: Client, vacancy: Vacancy, settings: Settings) -> None:
    settings.FILE_UPLOAD_HANDLERS = [
        "jobbird.board.uploads.SizeLimit",
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ]

    answer = post(client, vacancy, cv=a_cv("cv.pdf", b"%PDF-" + b"x" * 3 * MAX_SIZE))

    assert "larger than 10 MB" in answer.content.decode()
    assert answer.wsgi_request.FILES["cv"].size < MAX_SIZE + 128 * 1024


def test_a_small_upload_passes_the_limit_whole(client: Client, vacancy: Vacancy, settings: Settings) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["jobbird.board.uploads.SizeLimit", *settings.FILE_UPLOAD_HANDLERS]
    content = b"%PDF-" + b"x" * (MAX_SIZE - 5)

    assert 302 == post(client, vacancy, cv=a_cv("cv.pdf", content)).status_code
    assert MAX_SIZE == Application.objects.get().cv.size
