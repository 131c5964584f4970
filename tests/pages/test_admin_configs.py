"""Connections in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ats_integration.models import ATSConfig, Delivery
from ats_integration.states import Status
from jobbird.board.models import Customer

from . import rows
from .conftest import SECRET
from .test_crud import REAL

LIST = "/admin/ats_integration/atsconfig/"
ADD = "/admin/ats_integration/atsconfig/add/"


def change_path(config: ATSConfig) -> str:
    return f"{LIST}{config.pk}/change/"


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def staff(client: Client, db: None) -> Callable[..., Client]:
    """Give a function that logs somebody in who works here and may do these things only."""

    def staff(*codenames: str) -> Client:
        user = User.objects.create_user("staff", password="not-a-secret", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return staff


class TestAdding:
    def test_lets_the_ats_be_chosen_first(self, admin_client: Client, tiny: None) -> None:
        body = admin_client.get(ADD).content.decode()
        assert [True] * 4 == [f'href="?provider={slug}"' in body for slug in (*REAL, "tiny")]

    @pytest.mark.parametrize("query", ["", "?provider=", "?provider=taleo"])
    def test_makes_nothing_without_a_known_ats(
        self, admin_client: Client, customer: Customer, filled: dict[str, str], query: str
    ) -> None:
        admin_client.post(ADD + query, {**filled, "customer": customer.pk, "provider": "taleo"})
        assert 0 == ATSConfig.objects.count()

    @pytest.mark.parametrize("slug", REAL)
    def test_makes_a_connection_with_what_its_ats_declares(
        self, admin_client: Client, customer: Customer, slug: str
    ) -> None:
        path = f"{ADD}?provider={slug}"
        assert [True] * len(REAL[slug]) == [
            f'name="{name}"' in admin_client.get(path).content.decode() for name in REAL[slug]
        ]
        response = admin_client.post(path, {**REAL[slug], "customer": customer.pk, "is_active": "on"})
        config = ATSConfig.objects.get()
        assert (302, slug, customer) == (response.status_code, config.provider, config.customer)
        assert REAL[slug] == config.settings | config.credentials.reveal()

    def test_names_the_field_that_is_wrong(
        self, admin_client: Client, tiny: None, customer: Customer, filled: dict[str, str]
    ) -> None:
        response = admin_client.post(f"{ADD}?provider=tiny", {**filled, "customer": customer.pk, "account": "X"})
        assert ["account"] == list(response.context["adminform"].form.errors)

    @pytest.mark.parametrize("query", ["", "?provider=tiny"])
    def test_is_not_for_those_who_may_only_look(self, staff: Callable[..., Client], tiny: None, query: str) -> None:
        assert 403 == staff("view_atsconfig").get(ADD + query).status_code


class TestChanging:
    def test_keeps_ats_and_customer(
        self, admin_client: Client, connection: ATSConfig, rival: Customer, filled: dict[str, str]
    ) -> None:
        changed = {**filled, "provider": "lever", "customer": rival.pk}
        response = admin_client.post(change_path(connection), changed)
        connection.refresh_from_db()
        assert (302, "tiny", "Acme BV", "Our Tiny") == (
            response.status_code, connection.provider, connection.customer.name, connection.name,
        )  # fmt: skip

    def test_an_empty_secret_keeps_what_is_stored(
        self, admin_client: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        admin_client.post(change_path(connection), {**filled, "api_key": ""})
        connection.refresh_from_db()
        assert ({"api_key": SECRET}, "Our Tiny") == (connection.credentials.reveal(), connection.name)

    def test_says_so_where_the_ats_is_gone(
        self, admin_client: Client, make_connection: Callable[..., ATSConfig]
    ) -> None:
        config = make_connection(provider="gone")
        assert 200 == admin_client.get(change_path(config)).status_code
        response = admin_client.post(change_path(config), {"name": "x"})
        assert ["provider"] == list(response.context["adminform"].form.errors)

    def test_shows_those_who_may_only_look_no_secret_field(
        self, staff: Callable[..., Client], connection: ATSConfig
    ) -> None:
        body = staff("view_atsconfig").get(change_path(connection)).content.decode()
        assert (True, False, False) == ("account: acme, place: eu" in body, "api_key" in body, SECRET in body)

    def test_refuses_those_who_may_only_look(
        self, staff: Callable[..., Client], connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        assert 403 == staff("view_atsconfig").post(change_path(connection), filled).status_code


class TestListing:
    def test_asks_the_database_the_same_for_any_number(
        self,
        admin_client: Client,
        make_connection: Callable[..., ATSConfig],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        make_connection()
        with django_assert_num_queries(6):
            admin_client.get(LIST)
        for number in range(5):
            make_connection(customer=Customer.objects.create(name=f"Company {number}"))
        with django_assert_num_queries(6):
            admin_client.get(LIST)

    @pytest.mark.parametrize(("query", "shown"), [
        ("ats=tiny", 1), ("ats=lever", 0), ("ats=nonsense", 0), ("of=abc", 1), ("is_active__exact=0", 0),
    ])  # fmt: skip
    def test_narrows_by_filters(self, admin_client: Client, connection: ATSConfig, query: str, shown: int) -> None:
        assert shown == admin_client.get(f"{LIST}?{query}").context["cl"].result_count

    def test_narrows_by_customer(self, admin_client: Client, connection: ATSConfig, foreign: ATSConfig) -> None:
        found = admin_client.get(LIST, {"of": foreign.customer_id}).context["cl"].result_list
        assert [foreign] == list(found)


class TestActions:
    def act(self, client: Client, action: str, *configs: ATSConfig, **values: str) -> Any:
        chosen = [config.pk for config in configs]
        return client.post(LIST, {"action": action, "_selected_action": chosen, **values})

    @pytest.mark.parametrize(("action", "active"), [("pause_selected", False), ("activate_selected", True)])
    def test_pauses_and_activates(
        self, admin_client: Client, make_connection: Callable[..., ATSConfig], action: str, active: bool
    ) -> None:
        response = self.act(admin_client, action, make_connection(), make_connection(is_active=False))
        assert [active] * 2 == list(ATSConfig.objects.values_list("is_active", flat=True))
        assert [f"2 connections {'active' if active else 'paused'}."] == told(response)

    @pytest.mark.parametrize("action", ["pause_selected", "test_selected"])
    def test_is_not_for_those_who_may_only_look(
        self, staff: Callable[..., Client], connection: ATSConfig, action: str
    ) -> None:
        self.act(staff("view_atsconfig"), action, connection)
        connection.refresh_from_db()
        assert connection.is_active

    def test_deletes_what_nothing_needs(self, admin_client: Client, connection: ATSConfig) -> None:
        rows.attempt(rows.delivery(connection))
        asked = self.act(admin_client, "delete_selected", connection)
        assert "Acme&#x27;s Tiny" in asked.content.decode()
        self.act(admin_client, "delete_selected", connection, post="yes")
        assert (0, 0) == (ATSConfig.objects.count(), Delivery.objects.count())

    def test_deletes_none_where_one_is_needed(
        self, admin_client: Client, connection: ATSConfig, make_connection: Callable[..., ATSConfig]
    ) -> None:
        rows.delivery(connection, Status.RETRYING)
        response = self.act(admin_client, "delete_selected", connection, make_connection(), post="yes")
        assert (2, True) == (ATSConfig.objects.count(), "still on its way" in response.content.decode())


class TestDeleting:
    def path(self, config: ATSConfig) -> str:
        return f"{LIST}{config.pk}/delete/"

    def test_deletes_what_nothing_needs(self, admin_client: Client, connection: ATSConfig) -> None:
        rows.attempt(rows.delivery(connection))
        assert 200 == admin_client.get(self.path(connection)).status_code
        admin_client.post(self.path(connection), {"post": "yes"})
        assert (0, 0) == (ATSConfig.objects.count(), Delivery.objects.count())

    def test_refuses_what_is_needed(self, admin_client: Client, connection: ATSConfig) -> None:
        rows.delivery(connection, Status.QUEUED)
        response = admin_client.post(self.path(connection), {"post": "yes"})
        assert (1, True) == (
            ATSConfig.objects.count(),
            "1 application is still on its way" in response.content.decode(),
        )

    def test_needs_the_permission(self, staff: Callable[..., Client], connection: ATSConfig) -> None:
        client = staff("view_atsconfig", "change_atsconfig")
        assert 403 == client.post(self.path(connection), {"post": "yes"}).status_code
