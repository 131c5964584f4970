"""Making, changing, switching and removing connections on the customer's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ats_integration.models import ATSConfig, DeadLetter, Delivery
from ats_integration.states import OPEN, Status
from jobbird.board.models import Customer

from . import rows

NEW = "/customer/ats/new/tiny/"
REAL = {
    "greenhouse": {"board_token": "acmebv", "api_key": "0123456789abcdef0123456789abcdef-1"},
    "lever": {"site": "acmebv", "api_key": "abcDEF0123456789abcd", "region": "eu"},
    "recruitee": {"company": "acme", "careers_token": "token-of-acme-1234"},
}


def update_path(config: ATSConfig) -> str:
    return reverse("ats_integration:update", args=[config.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


class TestChoosing:
    def test_offers_every_ats(self, pages: Client, tiny: None) -> None:
        body = pages.get("/customer/ats/new/").content.decode()
        offered = [f"/customer/ats/new/{slug}/" for slug in (*REAL, "tiny")]
        assert offered == [path for path in offered if path in body]

    def test_knows_no_other_ats(self, pages: Client) -> None:
        assert 404 == pages.get("/customer/ats/new/taleo/").status_code

    def test_says_what_is_not_certain_and_which_job_id(self, pages: Client, tiny: None) -> None:
        body = pages.get(NEW).content.decode()
        assert (True, True) == ("Not tried on a real account yet." in body, "number in the job&#x27;s address" in body)


class TestMaking:
    def test_stores_everything_where_it_belongs(
        self, pages: Client, tiny: None, customer: Customer, filled: dict[str, str]
    ) -> None:
        extra = {"base_url": "https://eu.tiny.example/api/"}
        response = pages.post(NEW, {**filled, **extra})
        config = ATSConfig.objects.get()
        assert "/customer/ats/" == response.headers["Location"]
        assert (customer, "tiny", "Our Tiny", True) == (
            config.customer, config.provider, config.name, config.is_active,
        )  # fmt: skip
        assert {"account": "acme", "place": "eu"} == config.settings
        assert {"api_key": "typed-secret-0815"} == config.credentials.reveal()
        assert ["hr@acme.example", "boss@acme.example"] == config.notify_emails
        assert "https://eu.tiny.example/api" == config.base_url

    @pytest.mark.parametrize("slug", REAL)
    def test_connects_every_real_ats(self, pages: Client, slug: str) -> None:
        response = pages.post(f"/customer/ats/new/{slug}/", {**REAL[slug], "is_active": "on"})
        assert 302 == response.status_code, errors_of(response)
        config = ATSConfig.objects.get()
        assert REAL[slug] == config.settings | config.credentials.reveal()

    def test_uses_the_default_of_what_is_left_out(self, pages: Client, tiny: None, filled: dict[str, str]) -> None:
        del filled["place"]
        pages.post(NEW, filled)
        assert "eu" == ATSConfig.objects.get().settings["place"]

    def test_ignores_another_ats_in_the_form(self, pages: Client, tiny: None, filled: dict[str, str]) -> None:
        pages.post(NEW, {**filled, "provider": "lever"})
        assert "tiny" == ATSConfig.objects.get().provider

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("account", ""),
            ("account", "Not Small"),
            ("place", "mars"),
            ("api_key", ""),
            ("api_key", "short"),
            ("base_url", "http://tiny.example"),
            ("base_url", "https://["),
            ("base_url", "https://user:pass@tiny.example"),
            ("base_url", "https://tiny.example/?a=b"),
            ("notify_emails", "hr@acme.example, nobody"),
            ("notify_emails", "\n".join(f"p{n}@acme.example" for n in range(21))),
            ("account", "a\x00b"),
            ("api_key", "k" * 4001),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, pages: Client, tiny: None, filled: dict[str, str], field: str, value: str
    ) -> None:
        response = pages.post(NEW, {**filled, field: value})
        assert (200, [field], 0) == (response.status_code, list(errors_of(response)), ATSConfig.objects.count())
        assert f'id="id_{field}_error"' in response.content.decode()

    def test_names_every_field_of_an_empty_form(self, pages: Client, tiny: None) -> None:
        assert {"account", "api_key"} == set(errors_of(pages.post(NEW, {})))

    def test_names_the_address_that_is_none(self, pages: Client, tiny: None, filled: dict[str, str]) -> None:
        response = pages.post(NEW, {**filled, "notify_emails": "hr@acme.example, nobody"})
        assert ["“nobody” is not an email address."] == errors_of(response)["notify_emails"]

    def test_opens_the_advanced_part_where_something_is_wrong_in_it(
        self, pages: Client, tiny: None, filled: dict[str, str]
    ) -> None:
        assert "<details open>" in pages.post(NEW, {**filled, "base_url": "nonsense"}).content.decode()


class TestChanging:
    def test_shows_what_is_stored(self, pages: Client, connection: ATSConfig) -> None:
        body = pages.get(update_path(connection)).content.decode()
        assert [True] * 3 == [text in body for text in ('value="acme"', "hr@acme.example", "Acme&#x27;s Tiny")]

    def test_stores_what_is_new(self, pages: Client, connection: ATSConfig, filled: dict[str, str]) -> None:
        pages.post(update_path(connection), {**filled, "account": "other", "team": "sales"})
        connection.refresh_from_db()
        assert {"account": "other", "place": "eu", "team": "sales"} == connection.settings

    def test_forgets_an_optional_value_that_is_emptied(
        self, pages: Client, make_connection: Callable[..., ATSConfig], filled: dict[str, str]
    ) -> None:
        config = make_connection(settings={"account": "acme", "place": "eu", "team": "sales"})
        pages.post(update_path(config), {**filled, "team": ""})
        config.refresh_from_db()
        assert {"account": "acme", "place": "eu"} == config.settings

    def test_keeps_the_ats(self, pages: Client, connection: ATSConfig, filled: dict[str, str]) -> None:
        pages.post(update_path(connection), {**filled, "provider": "lever"})
        connection.refresh_from_db()
        assert ("Our Tiny", "tiny") == (connection.name, connection.provider)

    def test_says_so_where_the_ats_is_gone(self, pages: Client, make_connection: Callable[..., ATSConfig]) -> None:
        config = make_connection(provider="gone")
        assert "is not available here any more" in pages.get(update_path(config)).content.decode()
        assert "provider" in errors_of(pages.post(update_path(config), {"name": "x"}))


class TestSwitching:
    @pytest.mark.parametrize(("was", "sent", "becomes"), [
        (True, {}, False),
        (False, {}, True),
        (True, {"active": "no"}, False),
        (False, {"active": "no"}, False),
        (True, {"active": "yes"}, True),
    ])  # fmt: skip
    def test_pauses_and_goes_on(
        self, pages: Client, make_connection: Callable[..., ATSConfig], was: bool, sent: dict[str, str], becomes: bool
    ) -> None:
        config = make_connection(is_active=was)
        pages.post(reverse("ats_integration:active", args=[config.pk]), sent)
        config.refresh_from_db()
        assert becomes == config.is_active


class TestRemoving:
    def path(self, config: ATSConfig) -> str:
        return reverse("ats_integration:delete", args=[config.pk])

    def test_asks_first(self, pages: Client, connection: ATSConfig) -> None:
        pages.get(self.path(connection))
        assert ATSConfig.objects.filter(pk=connection.pk).exists()

    def test_deletes_the_history_and_keeps_dead_letters(self, pages: Client, connection: ATSConfig) -> None:
        dead = rows.delivery(connection, Status.DEAD)
        rows.attempt(dead)
        rows.delivery(connection, Status.DELIVERED)
        letter = rows.dead_letter(connection, delivery=dead)
        response = pages.post(self.path(connection))
        letter.refresh_from_db()
        assert (302, 0, 0) == (response.status_code, ATSConfig.objects.count(), Delivery.objects.count())
        assert (None, None, "Acme BV") == (letter.config, letter.delivery, letter.customer_name)

    @pytest.mark.parametrize("status", sorted(OPEN))
    def test_refuses_while_an_application_is_open(self, pages: Client, connection: ATSConfig, status: Status) -> None:
        rows.delivery(connection, status)
        response = pages.post(self.path(connection))
        assert (409, True) == (response.status_code, Delivery.objects.filter(config=connection).exists())

    def test_says_how_many_are_on_the_way_and_what_to_do(self, pages: Client, connection: ATSConfig) -> None:
        for status in (Status.QUEUED, Status.RETRYING, Status.HELD):
            rows.delivery(connection, status)
        body = pages.get(self.path(connection)).content.decode()
        assert "2 applications are still on their way" in body
        assert "1 application waits here, because the connection is paused. Switch it on" in body

    def test_refuses_while_a_dead_letter_is_not_stored(self, pages: Client, connection: ATSConfig) -> None:
        letter = rows.dead_letter(connection, delivery=rows.delivery(connection, Status.DEAD), stored_at=None)
        response = pages.post(self.path(connection))
        assert (409, True) == (response.status_code, DeadLetter.objects.filter(pk=letter.pk).exists())
        assert "not yet stored" in response.content.decode()
