"""Who changed what: one entry in Django's log for each change of a connection."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ats_integration.models import ATSConfig
from ats_integration.states import Status

from . import rows

ACTION = "admin:ats_integration_atsconfig_changelist"


def entries() -> list[tuple[str, int, str, Any]]:
    """Return who did what to which connection, and what is told about it."""
    found = LogEntry.objects.order_by("pk").select_related("user")
    return [(e.user.get_username(), e.action_flag, e.object_repr, json.loads(e.change_message)) for e in found]


def test_making_one_is_logged(pages: Client, tiny: None, filled: dict[str, str]) -> None:
    pages.post("/customer/ats/new/tiny/", filled)
    assert [("mara", ADDITION, "Our Tiny", [{"added": {}}])] == entries()


def test_changing_one_is_logged_with_the_names_of_the_fields(
    pages: Client, connection: ATSConfig, filled: dict[str, str]
) -> None:
    same = {**filled, "name": "Acme's Tiny", "notify_emails": "hr@acme.example"}
    pages.post(reverse("ats_integration:update", args=[connection.pk]), {**same, "team": "sales"})
    assert [("mara", CHANGE, "Acme's Tiny", [{"changed": {"fields": ["API key", "Team"]}}])] == sorted_fields()


def sorted_fields() -> list[tuple[str, int, str, Any]]:
    found = entries()
    for *_rest, told in found:
        told[0]["changed"]["fields"].sort()
    return found


@pytest.mark.parametrize("times", [1, 2])
def test_pausing_one_is_logged_once(pages: Client, connection: ATSConfig, times: int) -> None:
    for _ in range(times):
        pages.post(reverse("ats_integration:active", args=[connection.pk]), {"active": "no"})
    assert [("mara", CHANGE, "Acme's Tiny", [{"changed": {"fields": ["Active"]}}])] == entries()


def test_removing_one_is_logged(pages: Client, connection: ATSConfig) -> None:
    pages.post(reverse("ats_integration:delete", args=[connection.pk]))
    assert [("mara", DELETION, "Acme's Tiny", [{"deleted": {}}])] == entries()


def test_a_refused_removal_is_not_logged(pages: Client, connection: ATSConfig) -> None:
    rows.delivery(connection, Status.QUEUED)
    pages.post(reverse("ats_integration:delete", args=[connection.pk]))
    assert [] == entries()


def test_a_form_with_errors_is_not_logged(pages: Client, tiny: None) -> None:
    pages.post("/customer/ats/new/tiny/", {})
    assert [] == entries()


@pytest.mark.parametrize(
    ("action", "flag", "told"),
    [
        ("pause_selected", CHANGE, [{"changed": {"fields": ["Active"]}}]),
        ("delete_selected", DELETION, [{"deleted": {}}]),
    ],
)
def test_what_the_admin_does_to_many_is_logged_once_each(
    admin_client: Client, admin_user: User, connection: ATSConfig, action: str, flag: int, told: Any
) -> None:
    admin_client.post(reverse(ACTION), {"action": action, "_selected_action": [connection.pk], "post": "yes"})
    assert [("admin", flag, "Acme's Tiny", told)] == entries()
