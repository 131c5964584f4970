"""A CV is handed to members of its customer and to trusted staff, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission, User
from django.http import FileResponse
from django.test import Client

from jobbird.board.applying import hand_in
from jobbird.board.models import Application, Vacancy

from .conftest import a_cv

pytestmark = pytest.mark.django_db

Login = Callable[[User], Client]


@pytest.fixture
def application(vacancy: Vacancy) -> Application:
    unsaved = Application(vacancy=vacancy, first_name="Zoë", email="zoe@example.org")
    return hand_in(unsaved, a_cv(content=b"%PDF-zoe"), "CV Zoë.pdf")


def address(application: Application) -> str:
    return f"/customer/applications/{application.pk}/cv/"


def test_a_member_gets_the_cv_under_its_own_name(login: Login, member: User, application: Application) -> None:
    answer = login(member).get(address(application))

    assert isinstance(answer, FileResponse)
    assert b"%PDF-zoe" == b"".join(answer)
    assert f"attachment; filename*=utf-8''{quote('CV Zoë.pdf')}" == answer.headers["Content-Disposition"]
    assert "application/pdf" == answer.headers["Content-Type"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()


def test_a_member_of_another_customer_finds_nothing(login: Login, stranger: User, application: Application) -> None:
    assert 404 == login(stranger).get(address(application)).status_code


def test_staff_need_the_permission(login: Login, application: Application) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    assert 404 == login(clerk).get(address(application)).status_code

    clerk.user_permissions.add(Permission.objects.get(codename="view_application"))
    answer = login(clerk).get(address(application))
    assert 200 == answer.status_code
    answer.close()


def test_the_permission_alone_is_not_enough(login: Login, application: Application) -> None:
    user = User.objects.create_user("visitor")
    user.user_permissions.add(Permission.objects.get(codename="view_application"))

    assert 404 == login(user).get(address(application)).status_code


def test_an_application_without_cv_has_no_such_page(login: Login, member: User, application: Application) -> None:
    Application.objects.update(cv="")

    assert 404 == login(member).get(address(application)).status_code


def test_a_file_that_is_gone_is_not_found(login: Login, member: User, application: Application) -> None:
    Path(application.cv.path).unlink()

    assert 404 == login(member).get(address(application)).status_code


def test_no_public_address_leads_to_the_file(client: Client, application: Application) -> None:
    for prefix in ("/", "/media/", "/static/"):
        assert 404 == client.get(f"{prefix}{application.cv.name}").status_code
