"""Every change of a connection and every resend leaves an entry: who, when, what, never a value."""

from __future__ import annotations

import getpass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ats_integration import audit, connections, resend
from ats_integration.models import ATSConfig, AuditEntry, DeadLetter
from ats_integration.states import Deed

from .asking import clients_of
from .world import SECRET, World

TYPED = "typed-secret-0815-of-acme"
FILLED = {
    "name": "Ours",
    "company": "acme",
    "careers_token": TYPED,
    "is_active": "on",
    "notify_emails": "a@acme.example",
}


@pytest.fixture
def own(world: World) -> Client:
    """Give the browser of Acme's user; nothing is on the trail yet."""
    AuditEntry.objects.all().delete()
    return clients_of(world)["own"]


@pytest.fixture
def admin(world: World) -> Client:
    """Give the browser of the superuser; nothing is on the trail yet."""
    AuditEntry.objects.all().delete()
    return clients_of(world)["superuser"]


def trail() -> list[tuple[str, str, str, str]]:
    """Return who did what to what, and to which fields of it."""
    return list(AuditEntry.objects.order_by("pk").values_list("who", "deed", "subject", "fields"))


class TestOnThePages:
    def test_a_new_connection(self, own: Client) -> None:
        own.post("/customer/ats/new/recruitee/", FILLED)
        assert [("own", Deed.ADDED, "Ours", "")] == trail()

    def test_a_changed_connection_with_the_names_of_its_fields(self, own: Client, world: World) -> None:
        own.post(f"/customer/ats/{world.config.pk}/", {**FILLED, "base_url": world.config.base_url})
        ((who, deed, subject, fields),) = trail()
        assert ("own", Deed.CHANGED, "Ours") == (who, deed, subject)
        assert {"Name", "Who hears about failures"} <= set(fields.split(", "))

    def test_a_paused_connection(self, own: Client, world: World) -> None:
        own.post(f"/customer/ats/{world.config.pk}/active/", {"active": "no"})
        assert [("own", Deed.CHANGED, "Acme's Recruitee", "Active")] == trail()

    def test_a_removed_connection_outlives_it_and_the_person(self, own: Client, world: World) -> None:
        own.post(f"/customer/ats/{world.config.pk}/delete/")
        User.objects.filter(username="own").delete()
        assert (0, [("own", Deed.REMOVED, "Acme's Recruitee", "")]) == (ATSConfig.objects.count(), trail())
        assert (str(world.customer.pk), world.config.pk) == AuditEntry.objects.values_list(
            "customer_id", "config_id"
        ).get()

    def test_a_refused_form_leaves_nothing(self, own: Client) -> None:
        own.post("/customer/ats/new/recruitee/", {})
        assert [] == trail()


class TestInTheAdmin:
    def test_a_new_connection(self, admin: Client, world: World) -> None:
        admin.post("/admin/ats_integration/atsconfig/add/?provider=recruitee", {**FILLED, "customer": world.rival.pk})
        assert [("superuser", Deed.ADDED, "Ours", "")] == trail()

    def test_a_changed_connection(self, admin: Client, world: World) -> None:
        path = f"/admin/ats_integration/atsconfig/{world.config.pk}/change/"
        admin.post(path, {**FILLED, "base_url": world.config.base_url})
        ((who, deed, _subject, fields),) = trail()
        assert ("superuser", Deed.CHANGED, True) == (who, deed, "Name" in fields)

    @pytest.mark.parametrize(("action", "deed"), [("pause_selected", Deed.CHANGED), ("delete_selected", Deed.REMOVED)])
    def test_what_is_done_to_chosen_ones(self, admin: Client, world: World, action: str, deed: Deed) -> None:
        chosen = {"action": action, "_selected_action": [world.config.pk], "post": "yes"}
        admin.post("/admin/ats_integration/atsconfig/", chosen)
        assert [("superuser", deed)] == [(who, what) for who, what, *_ in trail()]

    def test_nobody_changes_the_trail(self, admin: Client, world: World) -> None:
        audit.on_connection(world.config, Deed.CHANGED, by="own")
        entry = AuditEntry.objects.get()
        path = f"/admin/ats_integration/auditentry/{entry.pk}"
        answers = [admin.post(f"{path}/{page}/", {"who": "me", "post": "yes"}) for page in ("change", "delete")]
        assert [403, 403] == [answer.status_code for answer in answers]
        assert "own" == AuditEntry.objects.get().who


class TestAtTheCommandLine:
    def test_a_resend_by_whoever_says_so(self, own: Client, world: World) -> None:
        resent("--by", "Mara of support")
        assert [("Mara of support (command line)", Deed.RESENT, str(world.delivery.pk), "")] == trail()

    def test_a_resend_by_the_systems_login(self, own: Client) -> None:
        resent()
        assert [f"{getpass.getuser()} (command line)"] == [who for who, *_ in trail()]

    def test_a_login_without_a_name_is_a_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def nameless() -> str:
            raise KeyError("getpwuid(): uid not found: 4711")

        monkeypatch.setattr(getpass, "getuser", nameless)
        monkeypatch.setattr("os.getuid", lambda: 4711)
        assert "user 4711 (command line)" == audit.at_the_command_line()

    def test_a_dry_run_leaves_nothing(self, own: Client) -> None:
        resent("--dry-run")
        assert [] == trail()

    def test_a_resend_that_fails_leaves_nothing(self, own: Client, world: World) -> None:
        ATSConfig.objects.update(is_active=False)
        with pytest.raises(SystemExit):
            resent()
        assert [] == trail()

    def test_a_rotation_of_the_keys(self, own: Client, settings: Settings) -> None:
        keys = ["another-first-key-0123456789", *settings.ATS_INTEGRATION["ENCRYPTION_KEYS"]]
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": keys}
        for _ in range(2):
            call_command("rotate_ats_keys", by="Mara", stdout=StringIO())
        assert [("Mara (command line)", Deed.ROTATED, "connections: 1", "")] == trail()


def resent(*options: str) -> None:
    """Run the command on everything."""
    call_command("resend_dead_letters", "--yes", *options, stdout=StringIO())


def test_a_resend_that_nobody_named_says_so(own: Client) -> None:
    resend.run(resend.Selection())
    assert [audit.NOBODY] == [who for who, *_ in trail()]


def test_a_deed_that_is_undone_leaves_nothing(own: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(models.QuerySet, "update", broken)
    with pytest.raises(RuntimeError):
        resend.run(resend.Selection())
    assert ([], None) == (trail(), DeadLetter.objects.get().resent_at)


def test_a_change_without_an_entry_is_not_kept(own: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(audit, "write", broken)
    person = world.people["own"]
    with pytest.raises(RuntimeError):
        connections.switch(world.config, active=False, by=person)
    assert ATSConfig.objects.get().is_active


def test_an_entry_tells_when(world: World) -> None:
    assert timedelta(minutes=1) > timezone.now() - AuditEntry.objects.get().at


def test_no_entry_has_a_value(own: Client, admin: Client, world: World) -> None:
    own.post("/customer/ats/new/recruitee/", FILLED)
    path = f"/admin/ats_integration/atsconfig/{world.config.pk}/change/"
    admin.post(path, {**FILLED, "company": "globex", "base_url": world.config.base_url})
    told = " ".join(str(row) for row in AuditEntry.objects.values_list())
    assert 2 == AuditEntry.objects.count()
    assert [] == [value for value in (SECRET, TYPED, "globex", "a@acme") if value in told]


@pytest.mark.parametrize("length", [1, 1000])
def test_names_of_any_length_fit(world: World, length: int) -> None:
    audit.on_connection(world.config, Deed.CHANGED, by="x" * length, fields=["y" * length])
    assert (min(length, 200), min(length, 500)) == tuple(
        map(len, AuditEntry.objects.values_list("who", "fields").latest("pk"))
    )
