"""Credentials go in and never come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.admin.models import LogEntry
from django.test import Client, override_settings
from django.urls import reverse

from ats_integration.models import ATSConfig

from .conftest import SECRET

NEW = "/customer/ats/new/tiny/"
TYPED = "typed-secret-0815"


def update_path(config: ATSConfig) -> str:
    return reverse("ats_integration:update", args=[config.pk])


def change_path(config: ATSConfig) -> str:
    return reverse("admin:ats_integration_atsconfig_change", args=[config.pk])


def kept(config: ATSConfig) -> dict[str, str]:
    config.refresh_from_db()
    return config.credentials.reveal()


def leaks(response: Any, config: ATSConfig | None = None) -> list[str]:
    """Return which of the secrets, or the sealed token, a page shows."""
    hidden = [SECRET, TYPED, "bad!secret", *([config.credentials.token] if config else [])]
    text = response.content.decode() + str(response.headers)
    return [secret for secret in hidden if secret in text]


@pytest.fixture
def admin_paths(connection: ATSConfig) -> list[str]:
    return [
        reverse("admin:ats_integration_atsconfig_changelist"),
        change_path(connection),
        reverse("admin:ats_integration_atsconfig_delete", args=[connection.pk]),
        reverse("admin:ats_integration_atsconfig_history", args=[connection.pk]),
    ]


class TestShowing:
    @pytest.mark.parametrize("name", ["list", "update", "delete"])
    def test_no_page_shows_a_stored_secret(self, pages: Client, connection: ATSConfig, name: str) -> None:
        args = [] if name == "list" else [connection.pk]
        response = pages.get(reverse(f"ats_integration:{name}", args=args))
        assert (200, []) == (response.status_code, leaks(response, connection))

    def test_no_admin_page_shows_a_stored_secret(
        self, admin_client: Client, connection: ATSConfig, admin_paths: list[str]
    ) -> None:
        responses = [admin_client.get(path) for path in admin_paths]
        assert [(200, [])] * 4 == [(response.status_code, leaks(response, connection)) for response in responses]

    @pytest.mark.parametrize("api_key", [TYPED, "bad!secret"])
    def test_a_form_with_errors_does_not_repeat_a_secret(
        self, pages: Client, tiny: None, filled: dict[str, str], api_key: str
    ) -> None:
        response = pages.post(NEW, {**filled, "account": "Not Small", "api_key": api_key})
        assert (200, []) == (response.status_code, leaks(response))

    def test_a_change_with_errors_does_not_repeat_a_secret(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        response = pages.post(update_path(connection), {**filled, "account": "Not Small"})
        assert (200, []) == (response.status_code, leaks(response, connection))

    def test_an_admin_form_with_errors_does_not_repeat_a_secret(
        self, admin_client: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        response = admin_client.post(change_path(connection), {**filled, "account": "Not Small"})
        assert (200, []) == (response.status_code, leaks(response, connection))

    def test_the_address_bar_fills_in_no_secret(self, admin_client: Client, connection: ATSConfig) -> None:
        path = reverse("admin:ats_integration_atsconfig_add")
        response = admin_client.get(path, {"provider": "tiny", "api_key": TYPED})
        assert f'value="{TYPED}"' not in response.content.decode()

    def test_the_form_looks_the_same_however_long_the_secret_is(
        self, pages: Client, make_connection: Callable[..., ATSConfig]
    ) -> None:
        short, long = (
            make_connection(credentials={"api_key": "k" * 8}),
            make_connection(credentials={"api_key": "k" * 999}),
        )
        inputs = [str(pages.get(update_path(config)).context["form"]["api_key"]) for config in (short, long)]
        assert inputs[0] == inputs[1]

    def test_says_that_something_is_stored(self, pages: Client, connection: ATSConfig) -> None:
        form = pages.get(update_path(connection)).context["form"]
        assert "Settings > Keys. Stored; leave empty to keep it." == form["api_key"].help_text
        assert "" == form["hook_secret"].help_text

    def test_tells_the_browser_not_to_remember(self, pages: Client, tiny: None) -> None:
        shown = str(pages.get(NEW).context["form"]["api_key"])
        assert [True] * 2 == [text in shown for text in ('type="password"', 'autocomplete="off"')]


class TestKeeping:
    def test_an_empty_secret_keeps_what_is_stored(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), {**filled, "api_key": ""})
        assert ({"api_key": SECRET}, "Our Tiny") == (kept(connection), connection.name)

    def test_a_new_secret_replaces_the_stored_one(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), filled)
        assert {"api_key": TYPED} == kept(connection)

    def test_a_second_secret_leaves_the_first_alone(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), {**filled, "api_key": "", "hook_secret": "hook-1234"})
        assert {"api_key": SECRET, "hook_secret": "hook-1234"} == kept(connection)

    def test_blanks_around_a_copied_secret_are_cut_off(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), {**filled, "api_key": f"  {TYPED}\t"})
        assert {"api_key": TYPED} == kept(connection)

    def test_a_secret_that_looks_wrong_changes_nothing(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        response = pages.post(update_path(connection), {**filled, "api_key": "bad!secret"})
        assert (["api_key"], {"api_key": SECRET}) == (list(response.context["form"].errors), kept(connection))


class TestMovingElsewhere:
    """Whoever may change the address must not receive the stored secret there."""

    @pytest.mark.parametrize("change", [{"base_url": "https://elsewhere.example"}, {"place": "us"}])
    def test_another_address_asks_for_the_secret_again(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str], change: dict[str, str]
    ) -> None:
        response = pages.post(update_path(connection), {**filled, "api_key": "", **change})
        errors = dict(response.context["form"].errors)
        connection.refresh_from_db()
        assert (["api_key"], "") == (list(errors), connection.base_url)
        assert "only goes where it was entered for" in errors["api_key"][0]

    def test_another_address_with_its_secret_is_stored(
        self, pages: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), {**filled, "base_url": "https://elsewhere.example"})
        assert ({"api_key": TYPED}, "https://elsewhere.example") == (kept(connection), connection.base_url)

    def test_another_address_drops_an_optional_secret(
        self, pages: Client, make_connection: Callable[..., ATSConfig], filled: dict[str, str]
    ) -> None:
        config = make_connection(credentials={"api_key": SECRET, "hook_secret": "hook-1234"})
        pages.post(update_path(config), {**filled, "base_url": "https://elsewhere.example"})
        assert {"api_key": TYPED} == kept(config)

    def test_the_admin_asks_too(self, admin_client: Client, connection: ATSConfig, filled: dict[str, str]) -> None:
        moved = {**filled, "api_key": "", "base_url": "https://elsewhere.example"}
        response = admin_client.post(change_path(connection), moved)
        assert ["api_key"] == list(response.context["adminform"].form.errors)


class TestUnreadable:
    @pytest.fixture
    def lost_key(self, connection: ATSConfig) -> None:
        ATSConfig.objects.filter(pk=connection.pk).update(credentials=sealed_elsewhere())

    def test_asks_for_the_secret_again_and_says_why(
        self, pages: Client, connection: ATSConfig, lost_key: None, filled: dict[str, str]
    ) -> None:
        shown = pages.get(update_path(connection)).context["form"]["api_key"]
        assert "cannot be opened any more: enter it again" in shown.help_text
        response = pages.post(update_path(connection), {**filled, "api_key": ""})
        assert ["api_key"] == list(response.context["form"].errors)

    def test_stores_the_one_that_is_entered_again(
        self, pages: Client, connection: ATSConfig, lost_key: None, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), filled)
        assert {"api_key": TYPED} == kept(connection)

    @pytest.mark.parametrize("name", ["list", "delete"])
    def test_other_pages_work(self, pages: Client, connection: ATSConfig, lost_key: None, name: str) -> None:
        args = [] if name == "list" else [connection.pk]
        assert 200 == pages.get(reverse(f"ats_integration:{name}", args=args)).status_code

    def test_the_admin_works(
        self, admin_client: Client, connection: ATSConfig, lost_key: None, admin_paths: list[str]
    ) -> None:
        assert [200] * 4 == [admin_client.get(path).status_code for path in admin_paths]


def sealed_elsewhere() -> object:
    """Return credentials that none of our keys opens."""
    from ats_integration.credentials import Credentials

    other = {**django_settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": ["a-key-of-another-installation"]}
    with override_settings(ATS_INTEGRATION=other):
        return Credentials.seal({"api_key": SECRET})


class TestAuditTrail:
    def test_names_fields_and_never_values(
        self, pages: Client, admin_client: Client, connection: ATSConfig, filled: dict[str, str]
    ) -> None:
        pages.post(update_path(connection), {**filled, "account": "other"})
        admin_client.post(change_path(connection), {**filled, "api_key": "another-secret-9"})
        log = " ".join(LogEntry.objects.values_list("change_message", flat=True))
        assert (2, True) == (LogEntry.objects.count(), "API key" in log)
        assert [] == [text for text in (SECRET, TYPED, "another-secret-9", "other", "hr@acme") if text in log]
