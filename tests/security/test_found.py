"""What the generated inputs found: each one as the smallest case."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_class
from redis.exceptions import ConnectionError as RedisAway

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer

from .world import World, browser

QUEUES = "/admin/django_rq/dashboard/"
NO_KEYS = ["delete_selected", " ", "9" * 400, "-1e5", "\0"]


@pytest.mark.parametrize("key", NO_KEYS)
@pytest.mark.parametrize("page", ["board/customer", "ats_integration/atsconfig"])
def test_an_action_on_a_key_that_cannot_be_does_nothing(world: World, page: str, key: str) -> None:
    before = Customer.objects.count(), ATSConfig.objects.count()
    chosen = {"action": "delete_selected", "_selected_action": [key, str(world.config.pk)], "post": "yes"}
    answer = browser(world, "superuser").post(f"/admin/{page}/", chosen)
    assert (302, before) == (answer.status_code, (Customer.objects.count(), ATSConfig.objects.count()))
    assert ["What was chosen is not there. Nothing was done."] == [str(m) for m in get_messages(answer.wsgi_request)][
        :1
    ]


@pytest.mark.parametrize("key", NO_KEYS)
def test_a_choice_that_cannot_be_is_an_error_of_its_field(world: World, key: str) -> None:
    answer = browser(world, "superuser").post("/admin/board/vacancy/add/", {"title": "Monteur", "customer": key})
    assert (200, True) == (answer.status_code, "customer" in answer.context["adminform"].form.errors)


def test_a_choice_that_can_be_is_offered_again(world: World) -> None:
    given = {"title": "", "customer": world.customer.pk}
    answer = browser(world, "superuser").post("/admin/board/vacancy/add/", given)
    assert f'<option value="{world.customer.pk}" selected>Acme BV</option>' in answer.content.decode()


@pytest.mark.parametrize("key", ["9" * 30, "0", "-1"])
def test_the_id_of_a_connection_that_cannot_be_is_named(world: World, key: str) -> None:
    with pytest.raises(CommandError, match="cannot be the id of a connection"):
        call_command("check_ats_config", key, stdout=StringIO())


@pytest.mark.parametrize("page", ["", "delete/", "requeue/", "enqueue/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_job_that_is_gone_is_not_found(world: World, valkey: Any, page: str, method: str) -> None:
    answer = getattr(browser(world, "superuser"), method)(f"{QUEUES}queues/0/no-such-job/{page}")
    assert 404 == answer.status_code


def test_a_worker_that_cannot_be_is_not_found(world: World, valkey: Any) -> None:
    assert 404 == browser(world, "superuser").get(f"{QUEUES}workers/0/nobody/").status_code


def test_the_queues_say_so_where_redis_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise RedisAway("gone")

    monkeypatch.setattr("redis.Redis.execute_command", away)
    answer = browser(world, "superuser").get(f"{QUEUES}queues/0/")
    assert (503, b"Redis does not answer.") == (answer.status_code, answer.content)


CARERIX = {"client_id": "jobbird", "token_endpoint": "https://id.carerix.io/auth/token"}
SECRET = "only-for-carerix"


@pytest.mark.parametrize("endpoint", ["https://evil.example/auth/token", "https://id.carerix.io:444/auth/token"])
def test_a_stored_secret_goes_to_no_other_host_that_stands_in_the_settings(world: World, endpoint: str) -> None:
    config = carerix(world)
    moved = {**CARERIX, "token_endpoint": endpoint, "client_secret": ""}
    page = browser(world, "own").post(f"/customer/ats/{config.pk}/", moved)
    assert ["client_secret"] == list(page.context["form"].errors)
    assert CARERIX == ATSConfig.objects.get(pk=config.pk).settings


def test_a_stored_secret_stays_where_only_the_path_changes(world: World) -> None:
    config = carerix(world)
    moved = {**CARERIX, "token_endpoint": "https://id.carerix.io/new", "client_secret": ""}
    browser(world, "own").post(f"/customer/ats/{config.pk}/", moved)
    config.refresh_from_db()
    assert ("https://id.carerix.io/new", {"client_secret": SECRET}) == (
        config.settings["token_endpoint"],
        config.credentials.reveal(),
    )


def carerix(world: World) -> ATSConfig:
    """Connect the first customer with Carerix, whose secret goes to an address of its own."""
    return ATSConfig.objects.create(
        customer=world.customer, provider="carerix", settings=CARERIX, credentials={"client_secret": SECRET}
    )


def test_a_report_of_an_error_names_no_file() -> None:
    request = RequestFactory().post("/", {"cv": SimpleUploadedFile("CV Sanne de Vries.pdf", b"%PDF")})
    reporter = get_exception_reporter_class(request)(request, ValueError, ValueError("x"), None, is_email=True)
    for text in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert ("cv" in text, False) == (True, "Sanne" in text)
