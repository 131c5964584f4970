"""The candidate's form keeps programs out, and never a person; logins cannot be guessed for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from jobbird.board import bots, throttle
from jobbird.board.models import Application, Vacancy

from .world import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> Iterator[None]:
    settings.APPLY_LIMIT_PER_HOUR, settings.LOGIN_LIMIT_PER_HOUR, settings.APPLY_MIN_SECONDS = 3, 3, 2
    settings.TRUSTED_PROXIES = 0
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()


def fill_in(client: Client, vacancy: Vacancy, *, wait: float = 5, **changes: Any) -> Any:
    """Open the form, take some time, and send it."""
    path = f"/vacancies/{vacancy.pk}/apply/"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        opened = client.get(path).context["form"]["opened"].value()
        clock.shift(timedelta(seconds=wait))
        return client.post(path, {**answers(), "opened": opened, **changes})


def answers() -> dict[str, Any]:
    """Return what a candidate fills in."""
    return {
        "first_name": "Sanne",
        "email": "sanne@example.org",
        "consent": "on",
        "cv": SimpleUploadedFile("cv.pdf", PDF),
    }


class TestAPerson:
    def test_passes(self, client: Client, vacancy: Vacancy) -> None:
        assert (302, 1) == (fill_in(client, vacancy).status_code, Application.objects.count())

    def test_who_is_too_quick_keeps_what_they_typed_and_may_send_it_again(
        self, client: Client, vacancy: Vacancy
    ) -> None:
        quick = fill_in(client, vacancy, wait=1)
        page = quick.content.decode()
        assert (200, True, True) == (quick.status_code, bots.QUICK in page, 'value="Sanne"' in page)
        again = fill_in(client, vacancy, opened=quick.context["form"]["opened"].value())
        assert (302, 1) == (again.status_code, Application.objects.count())

    def test_who_leaves_the_page_open_over_night_may_send_it_again(self, client: Client, vacancy: Vacancy) -> None:
        late = fill_in(client, vacancy, wait=25 * 3600)
        assert (200, True) == (late.status_code, bots.AGAIN in late.content.decode())
        assert bots.problem_of(late.context["form"]["opened"].value()) == bots.QUICK

    def test_does_not_meet_the_hidden_field(self, client: Client, vacancy: Vacancy) -> None:
        page = client.get(f"/vacancies/{vacancy.pk}/apply/").content.decode()
        field = page[page.index('class="unseen"') :]
        assert ['tabindex="-1"' in field, 'autocomplete="off"' in field] == [True, True]


class TestAProgram:
    @pytest.mark.parametrize("opened", ["", "x", "opened:1:forged", "\0"])
    def test_does_not_know_when_the_form_was_opened(self, client: Client, vacancy: Vacancy, opened: str) -> None:
        answer = fill_in(client, vacancy, opened=opened)
        assert (200, 0) == (answer.status_code, Application.objects.count())

    def test_fills_in_what_people_do_not_see(self, client: Client, vacancy: Vacancy) -> None:
        answer = fill_in(client, vacancy, leave_empty="https://spam.example")
        assert ["leave_empty"] == list(answer.context["form"].errors)
        assert 0 == Application.objects.count()


class TestTheLimit:
    def test_stops_one_address_and_says_when_to_come_back(self, client: Client, vacancy: Vacancy) -> None:
        codes = [fill_in(client, vacancy).status_code for _ in range(4)]
        assert [302, 302, 302, 429] == codes
        answer = fill_in(client, vacancy, first_name="Zoë")
        assert 0 < int(answer["Retry-After"]) <= 3600
        assert 'value="Zoë"' in answer.content.decode()
        assert 3 == Application.objects.count()

    def test_does_not_stop_another_address(self, client: Client, vacancy: Vacancy) -> None:
        for _ in range(4):
            fill_in(client, vacancy)
        assert 302 == fill_in(Client(REMOTE_ADDR="203.0.113.9"), vacancy).status_code

    def test_ends_with_the_hour(self, client: Client, vacancy: Vacancy) -> None:
        for _ in range(4):
            fill_in(client, vacancy)
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            assert 302 == fill_in(client, vacancy).status_code

    def test_can_be_switched_off(self, client: Client, vacancy: Vacancy, settings: Settings) -> None:
        settings.APPLY_LIMIT_PER_HOUR = 0
        assert {302} == {fill_in(client, vacancy).status_code for _ in range(5)}

    def test_keeps_nobody_out_while_the_memory_is_full(
        self, client: Client, vacancy: Vacancy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(caches["throttle"], "add", lambda *_, **__: False)
        assert {302} == {fill_in(client, vacancy).status_code for _ in range(5)}

    def test_of_logins_counts_all_login_pages_together(self, client: Client) -> None:
        pages = ["/accounts/login/", "/admin/login/"] * 2
        codes = [client.post(page, {"username": "admin", "password": "guess"}).status_code for page in pages]
        assert [200, 200, 200, 429] == codes
        assert 200 == client.get("/accounts/login/").status_code


class TestWhereARequestComesFrom:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "198.51.100.1", "127.0.0.1"),
            (1, "198.51.100.1", "198.51.100.1"),
            (1, "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            (2, "1.2.3.4, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
            (2, "198.51.100.1", "127.0.0.1"),
        ],
    )
    def test_is_what_our_own_proxies_saw(self, settings: Settings, proxies: int, forwarded: str, address: str) -> None:
        settings.TRUSTED_PROXIES = proxies
        assert address == throttle.address_of(request_from(forwarded))

    def test_is_a_whole_network_in_ipv6(self) -> None:
        assert "2001:db8:1:2::/64" == throttle.network_of("2001:db8:1:2:3::9")

    @given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n")))
    def test_may_be_any_nonsense(self, forwarded: str) -> None:
        mark = throttle.mark_of(request_from(forwarded))
        assert 32 == len(mark)

    def test_is_not_told_by_the_key(self) -> None:
        assert "127.0.0.1" not in throttle.mark_of(request_from("127.0.0.1"))


def request_from(forwarded: str) -> HttpRequest:
    """Return a request that came through proxies."""
    return RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
