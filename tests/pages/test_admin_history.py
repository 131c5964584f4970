"""Deliveries, dead letters and incidents in the admin: to look at."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ats_integration.models import ATSConfig, DeadLetter, Delivery, Incident
from ats_integration.states import Status
from jobbird.board.models import Application, Vacancy

from . import rows

DELIVERIES = "/admin/ats_integration/delivery/"
LETTERS = "/admin/ats_integration/deadletter/"
INCIDENTS = "/admin/ats_integration/incident/"
MESSAGE = {"ats": {"provider": "tiny", "credentials": "gAAAA-sealed"}, "candidate": {"firstName": "<b>Sanne"}}


@pytest.fixture
def incident(connection: ATSConfig) -> Incident:
    now = timezone.now()
    about = {"customer_id": connection.customer_id, "provider": "tiny", "reason": "unauthorized"}
    return Incident.objects.create(**about, opened_at=now, last_failure_at=now)


@pytest.fixture
def rows_of_history(connection: ATSConfig, incident: Incident) -> dict[str, Any]:
    """Write one row of each kind, by the address of its list."""
    parent = rows.delivery(connection, Status.DEAD, message=MESSAGE)
    rows.attempt(parent, excerpt="<i>503</i>")
    return {DELIVERIES: parent, LETTERS: rows.dead_letter(connection, delivery=parent), INCIDENTS: incident}


@pytest.mark.parametrize("path", [DELIVERIES, LETTERS, INCIDENTS])
class TestReadOnly:
    def test_shows_list_and_row(self, admin_client: Client, rows_of_history: dict[str, Any], path: str) -> None:
        row = f"{path}{rows_of_history[path].pk}/change/"
        assert [200, 200] == [admin_client.get(path).status_code, admin_client.get(row).status_code]

    @pytest.mark.parametrize("page", ["change", "delete"])
    def test_changes_and_deletes_nothing(
        self, admin_client: Client, rows_of_history: dict[str, Any], path: str, page: str
    ) -> None:
        row = rows_of_history[path]
        before = type(row).objects.values().get(pk=row.pk)
        response = admin_client.post(f"{path}{row.pk}/{page}/", {"status": "delivered", "post": "yes"})
        assert (403, before) == (response.status_code, type(row).objects.values().get(pk=row.pk))

    def test_adds_nothing(self, admin_client: Client, rows_of_history: dict[str, Any], path: str) -> None:
        assert [403, 403] == [admin_client.get(path + "add/").status_code, admin_client.post(path + "add/").status_code]

    def test_offers_no_bulk_deletion(self, admin_client: Client, rows_of_history: dict[str, Any], path: str) -> None:
        chosen = {"action": "delete_selected", "_selected_action": [rows_of_history[path].pk], "post": "yes"}
        admin_client.post(path, chosen)
        assert type(rows_of_history[path]).objects.exists()

    def test_needs_the_permission(self, client: Client, rows_of_history: dict[str, Any], path: str) -> None:
        client.force_login(User.objects.create_user("staff", is_staff=True))
        assert 403 == client.get(path).status_code


class TestDeliveries:
    @pytest.fixture
    def delivery(self, connection: ATSConfig) -> Delivery:
        return rows.delivery(connection, Status.DELIVERED, ats_reference="cand-77", message=MESSAGE)

    def test_shows_the_message_without_credentials(self, admin_client: Client, delivery: Delivery) -> None:
        body = admin_client.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
        assert (True, False, False) == ("&lt;b&gt;Sanne" in body, "gAAAA" in body, "<b>Sanne" in body)

    @pytest.mark.parametrize("message", [{}, [], None, {"ats": None}, {"ats": "x"}])
    def test_shows_a_broken_message_too(self, admin_client: Client, connection: ATSConfig, message: Any) -> None:
        broken = rows.delivery(connection, message=message or {})
        assert 200 == admin_client.get(f"{DELIVERIES}{broken.pk}/change/").status_code

    def test_shows_each_try(self, admin_client: Client, rows_of_history: dict[str, Any]) -> None:
        body = admin_client.get(f"{DELIVERIES}{rows_of_history[DELIVERIES].pk}/change/").content.decode()
        assert (True, False) == ("&lt;i&gt;503&lt;/i&gt;" in body, "<i>503" in body)

    def test_shows_the_tries_to_those_who_may_see_deliveries(
        self, client: Client, rows_of_history: dict[str, Any]
    ) -> None:
        user = User.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
        client.force_login(user)
        body = client.get(f"{DELIVERIES}{rows_of_history[DELIVERIES].pk}/change/").content.decode()
        assert "&lt;i&gt;503&lt;/i&gt;" in body

    def test_finds_by_every_id(self, admin_client: Client, delivery: Delivery) -> None:
        rows.delivery(delivery.config)
        terms = [str(delivery.pk), delivery.pk.hex, str(delivery.application_id), "cand-77", f"  {delivery.pk} "]
        found = [list(admin_client.get(DELIVERIES, {"q": term}).context["cl"].result_list) for term in terms]
        assert [[delivery]] * 5 == found

    @pytest.mark.parametrize("term", ["nothing", "9" * 40, str(uuid.UUID(int=1)), "'; --", "é", "1e5", "-1"])
    def test_finds_nothing_calmly(self, admin_client: Client, delivery: Delivery, term: str) -> None:
        assert [] == list(admin_client.get(DELIVERIES, {"q": term}).context["cl"].result_list)

    @pytest.mark.parametrize(("query", "shown"), [
        ("status__exact=delivered", 1), ("status__exact=dead", 0), ("ats=tiny", 1), ("ats=lever", 0),
    ])  # fmt: skip
    def test_narrows_by_filters(self, admin_client: Client, delivery: Delivery, query: str, shown: int) -> None:
        assert shown == admin_client.get(f"{DELIVERIES}?{query}").context["cl"].result_count

    def test_narrows_by_customer(self, admin_client: Client, delivery: Delivery, foreign: ATSConfig) -> None:
        other = rows.delivery(foreign)
        found = admin_client.get(DELIVERIES, {"of": foreign.customer_id}).context["cl"].result_list
        assert [other] == list(found)

    def test_asks_the_database_the_same_for_any_number(
        self,
        admin_client: Client,
        connection: ATSConfig,
        foreign: ATSConfig,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        rows.delivery(connection)
        with django_assert_num_queries(5):
            admin_client.get(DELIVERIES)
        for _ in range(5):
            rows.delivery(connection)
            rows.delivery(foreign)
        with django_assert_num_queries(5):
            admin_client.get(DELIVERIES)


class TestDeadLetters:
    @pytest.mark.parametrize(("query", "shown"), [
        ("stored_at=yes", 1), ("stored_at=no", 1), ("notified_at=yes", 0), ("notified_at=no", 2), ("resent_at=no", 2),
        ("resent_at=nonsense", 2), ("ats=tiny", 2), ("reason=unauthorized", 1), ("reason=rejected", 1),
    ])  # fmt: skip
    def test_narrows_by_filters(self, admin_client: Client, connection: ATSConfig, query: str, shown: int) -> None:
        rows.dead_letter(connection)
        rows.dead_letter(connection, reason="rejected", stored_at=None)
        assert shown == admin_client.get(f"{LETTERS}?{query}").context["cl"].result_count

    def test_shows_one_whose_connection_and_customer_are_gone(
        self, admin_client: Client, connection: ATSConfig
    ) -> None:
        letter = rows.dead_letter(connection, config=None, customer_id=999_999, customer_name="Gone BV")
        pages = [admin_client.get(LETTERS), admin_client.get(f"{LETTERS}{letter.pk}/change/")]
        assert [(200, True)] * 2 == [(page.status_code, "Gone BV" in page.content.decode()) for page in pages]

    def test_finds_by_id_and_key(self, admin_client: Client, connection: ATSConfig) -> None:
        letter = rows.dead_letter(connection, key="dead-letters/v1/mine.json")
        rows.dead_letter(connection)
        terms = [str(letter.message_id), letter.message_id.hex, letter.key, f" {letter.key}", "nothing"]
        found = [list(admin_client.get(LETTERS, {"q": term}).context["cl"].result_list) for term in terms]
        assert [*([[letter]] * 4), []] == found

    def test_offers_to_resend_to_those_who_may(self, client: Client, connection: ATSConfig) -> None:
        rows.dead_letter(connection)
        assert ([], ["resend_selected"]) == (
            offered(client, "view_deadletter"), offered(client, "view_deadletter", "change_deadletter"),
        )  # fmt: skip

    def test_asks_the_database_the_same_for_any_number(
        self, admin_client: Client, connection: ATSConfig, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rows.dead_letter(connection)
        with django_assert_num_queries(6):
            admin_client.get(LETTERS)
        for _ in range(5):
            rows.dead_letter(connection)
        with django_assert_num_queries(6):
            admin_client.get(LETTERS)


def offered(client: Client, *codenames: str) -> list[str]:
    """Return the actions that somebody with these permissions may choose from."""
    user = User.objects.create_user("-".join(codenames), is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    form = client.get(LETTERS).context["action_form"]
    return [value for value, _label in form.fields["action"].choices if value] if form else []


class TestResending:
    @pytest.fixture
    def letter(self, connection: ATSConfig) -> DeadLetter:
        """Write the dead letter of a real application."""
        vacancy = Vacancy.objects.create(customer=connection.customer, title="Monteur", external_id="7")
        Application.objects.create(vacancy=vacancy, first_name="Sanne", email="sanne@example.org")
        dead = Delivery.objects.get()
        Delivery.objects.update(status=Status.DEAD, try_count=7)
        return rows.dead_letter(connection, delivery=dead, message_id=dead.pk)

    def test_sends_by_the_code_of_the_command(self, admin_client: Client, letter: DeadLetter) -> None:
        assert ["1 sent again, 0 skipped, 0 failed."] == resend(admin_client, letter)
        delivery = Delivery.objects.get()
        letter.refresh_from_db()
        assert (Status.QUEUED, 0, 1) == (delivery.status, delivery.try_count, letter.resend_count)

    def test_sends_the_chosen_ones_only(self, admin_client: Client, letter: DeadLetter) -> None:
        other = rows.dead_letter(ATSConfig.objects.get())
        resend(admin_client, letter)
        other.refresh_from_db()
        assert 0 == other.resend_count

    def test_sends_nothing_twice(self, admin_client: Client, letter: DeadLetter) -> None:
        resend(admin_client, letter)
        assert "0 sent again, 0 skipped, 0 failed. 1 had been sent again before." == resend(admin_client, letter)[-1]

    def test_says_why_one_was_not_sent(self, admin_client: Client, letter: DeadLetter, connection: ATSConfig) -> None:
        ATSConfig.objects.update(is_active=False)
        told = [f"{letter.message_id}: failed. Its connection is paused."]
        assert ["0 sent again, 0 skipped, 1 failed.", *told] == resend(admin_client, letter)

    def test_needs_the_permission(self, client: Client, letter: DeadLetter) -> None:
        offered(client, "view_deadletter")
        resend(client, letter)
        assert Status.DEAD == Delivery.objects.get().status

    def test_sends_nothing_where_what_was_chosen_is_gone(self, admin_client: Client, letter: DeadLetter) -> None:
        gone = rows.dead_letter(ATSConfig.objects.get())
        DeadLetter.objects.filter(pk=gone.pk).delete()
        resend(admin_client, gone)
        assert Status.DEAD == Delivery.objects.get().status


def resend(client: Client, *letters: DeadLetter) -> list[str]:
    """Choose dead letters in the admin, send them again and return what is told."""
    chosen = {"action": "resend_selected", "_selected_action": [letter.pk for letter in letters]}
    response = client.post(LETTERS, chosen)
    return [str(message) for message in get_messages(response.wsgi_request)]
