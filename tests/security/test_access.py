"""Who may see what: docs/access.md has a row for every address of the project, and every cell of it is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from ats_integration import queues
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, AuditEntry, DeadLetter, Delivery
from ats_integration.states import Deed
from jobbird.board.support import PERMISSIONS

from .addresses import person as person_of
from .asking import clients_of, rows, table
from .world import SECRET, World

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "access.md"
LETTERS = "/admin/ats_integration/deadletter/"


def written() -> list[str]:
    """Return the rows of the page."""
    return [line for line in PAGE.read_text().splitlines() if line.startswith("| `/")]


def test_every_address_answers_every_role_as_the_page_says(
    world: World, valkey: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def refill() -> None:
        valkey.flushall()
        with django_capture_on_commit_callbacks(execute=True):
            queues.put([decode(world.delivery.message)])

    asked = table(rows(world, clients_of(world), refill)).splitlines()
    assert [] == [row for row in asked if row not in written()]  # what the page should say
    assert [] == [row for row in written() if row not in asked]  # what it says and is not so
    assert len(asked) == len(written())


def test_no_address_ends_in_an_error_of_ours() -> None:
    assert not [row for row in written() if "| 50" in row]


def test_a_cv_is_on_no_public_path(world: World, client: Client) -> None:
    path = world.application.cv.name
    assert [404, 404] == [client.get(f"/{where}{path}").status_code for where in ("media/", "static/")]


@pytest.fixture
def browsers(world: World) -> dict[str, Client]:
    return clients_of(world)


class TestTheOtherCustomer:
    """Rival's user names Acme's things in every form field and filter there is."""

    @pytest.mark.parametrize("status", ["", "dead"])
    def test_the_filter_of_applications_shows_nothing(
        self, world: World, browsers: dict[str, Client], status: str
    ) -> None:
        page = browsers["other"].get("/customer/", {"vacancy": world.vacancy.pk, "status": status}).content.decode()
        assert ["de Vries" in page, "Monteur" in page] == [False, False]

    def test_a_connection_cannot_be_made_for_acme(self, world: World, browsers: dict[str, Client]) -> None:
        forged = {"customer": world.customer.pk, "name": "x", "company": "acme", "is_active": "on"}
        response = browsers["other"].post("/customer/ats/new/recruitee/", forged)
        assert (404, 1) == (response.status_code, ATSConfig.objects.count())

    @pytest.mark.parametrize("field", ["customer", "customer_id", "id", "pk", "config", "instance"])
    def test_acmes_connection_cannot_be_taken_over(self, world: World, browsers: dict[str, Client], field: str) -> None:
        mine = ATSConfig.objects.create(customer=world.rival, provider="recruitee", settings={"company": "rival"})
        before = ATSConfig.objects.values().get(pk=world.config.pk)
        value = world.customer.pk if "customer" in field else world.config.pk
        browsers["other"].post(f"/customer/ats/{mine.pk}/", {"company": "rival", "name": "mine", field: value})
        assert before == ATSConfig.objects.values().get(pk=world.config.pk)
        assert world.rival.pk == ATSConfig.objects.get(pk=mine.pk).customer_id

    def test_the_list_of_connections_has_only_their_own(self, world: World, browsers: dict[str, Client]) -> None:
        assert "Acme" not in browsers["other"].get("/customer/ats/").content.decode()


class TestSupport:
    """Somebody of the support group sees where applications went and sends them again."""

    def test_has_exactly_its_permissions(self, world: World) -> None:
        person = person_of(world, "support")
        wanted = {f"{app}.{codename}" for app, codenames in PERMISSIONS.items() for codename in codenames}
        assert wanted == person.get_all_permissions()

    def test_reads_no_credential_anywhere(self, world: World, browsers: dict[str, Client]) -> None:
        paths = [
            reverse(f"admin:ats_integration_{model}_{page}", args=args)
            for model, pk in (
                ("atsconfig", world.config.pk),
                ("delivery", world.delivery.pk),
                ("deadletter", world.letter.pk),
                ("auditentry", world.entry.pk),
            )
            for page, args in (("changelist", []), ("change", [pk]), ("history", [pk]))
        ]
        pages = [browsers["support"].get(path) for path in paths]
        assert {200} == {page.status_code for page in pages}
        text = "".join(page.content.decode() for page in pages)
        assert [] == [found for found in (SECRET, world.config.credentials.token) if found in text]

    @pytest.mark.parametrize(("role", "sees"), [("support", False), ("superuser", True)])
    def test_sees_no_candidate_in_a_delivery(
        self, world: World, browsers: dict[str, Client], role: str, sees: bool
    ) -> None:
        message = {
            "messageId": "m-1",
            "application": {"coverLetter": "ill for two years"},
            "candidate": {"firstName": "Sanne", "email": "sanne@example.org"},
            "resume": {"filename": "cv sanne.pdf"},
        }
        Delivery.objects.filter(pk=world.delivery.pk).update(message=message)
        page = browsers[role].get(reverse("admin:ats_integration_delivery_change", args=[world.delivery.pk]))
        text = page.content.decode()
        personal = ("ill for two years", "Sanne", "sanne@example.org", "cv sanne.pdf")
        assert [True, *[sees] * 4] == [word in text for word in ("m-1", *personal)]

    @pytest.mark.parametrize(
        ("model", "lookup"),
        [
            ("atsconfig", "credentials__startswith"),
            ("atsconfig", "session__gt"),
            ("atsconfig", "customer__members__password__startswith"),
            ("delivery", "message__ats__credentials__startswith"),
            ("delivery", "config__credentials__startswith"),
            ("deadletter", "config__credentials__startswith"),
            ("deadletter", "delivery__message__ats__credentials__startswith"),
        ],
    )
    def test_finds_out_no_credential_letter_by_letter(
        self, world: World, browsers: dict[str, Client], model: str, lookup: str
    ) -> None:
        path = f"/admin/ats_integration/{model}/"
        assert 400 == browsers["support"].get(path, {lookup: world.config.credentials.token[:9]}).status_code

    def test_sends_again_and_it_is_noted_who_did(self, world: World, browsers: dict[str, Client]) -> None:
        chosen = {"action": "resend_selected", "_selected_action": [world.letter.pk]}
        browsers["support"].post(LETTERS, chosen)
        assert DeadLetter.objects.get().resent_at
        entry = AuditEntry.objects.get(deed=Deed.RESENT)
        told = (entry.who, entry.subject, entry.customer_id, entry.config_id)
        assert ("support", str(world.delivery.pk), str(world.customer.pk), world.config.pk) == told

    def test_sends_nothing_again_without_the_right_to(self, world: World, browsers: dict[str, Client]) -> None:
        person = person_of(world, "support")
        group = person.groups.get()
        group.permissions.remove(*group.permissions.filter(codename="change_deadletter"))
        browsers["support"].post(LETTERS, {"action": "resend_selected", "_selected_action": [world.letter.pk]})
        assert DeadLetter.objects.get().resent_at is None
