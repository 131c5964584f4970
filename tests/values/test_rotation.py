"""Rotation: every connection ends under the first key, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries, Settings

from ats_integration.encryption import is_current
from ats_integration.management.commands import rotate_ats_keys
from ats_integration.models import ATSConfig
from ats_integration.rotation import Report, rotate

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = (f"{name}-key-0123456789-0123456789-0123456789" for name in ("old", "new", "lost"))


@pytest.fixture
def keys(settings: Settings) -> Callable[..., None]:
    """Give a function that configures other keys."""

    def configure(*names: str) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": list(names)}

    return configure


@pytest.fixture
def connections(connect: Callable[..., ATSConfig], keys: Callable[..., None]) -> list[ATSConfig]:
    """Store three connections under the old key, and put a new one before it."""
    keys(OLD)
    made = [connect(credentials={"api_key": f"key-{number}"}) for number in range(3)]
    keys(NEW, OLD)
    return made


def stored() -> list[str]:
    """Return what the database holds of each connection."""
    return [config.credentials.token for config in ATSConfig.objects.order_by("pk")]


def command(**options: Any) -> str:
    """Return what the command prints."""
    printed = StringIO()
    call_command("rotate_ats_keys", stdout=printed, **options)
    return printed.getvalue()


class Interrupted(Exception):
    """Stands for Ctrl-C in the middle."""


@pytest.mark.usefixtures("connections")
class TestRotate:
    def test_puts_all_under_the_first_key(self, keys: Callable[..., None]) -> None:
        assert Report(rotated=3, current=0, unreadable=()) == rotate()

        keys(NEW)
        assert ["key-0", "key-1", "key-2"] == [each.credentials["api_key"] for each in ATSConfig.objects.order_by("pk")]

    def test_leaves_alone_what_is_under_it_already(self) -> None:
        rotate()
        tokens = stored()

        assert Report(rotated=0, current=3, unreadable=()) == rotate()
        assert tokens == stored()

    def test_leaves_alone_what_is_empty(self, connect: Callable[..., ATSConfig]) -> None:
        connect(credentials={})

        assert Report(rotated=3, current=1, unreadable=()) == rotate()
        assert "" == stored()[-1]

    def test_goes_on_where_it_was_interrupted(self) -> None:
        steps = iter([None, None, Interrupted()])

        def step() -> None:
            if error := next(steps):
                raise error

        with pytest.raises(Interrupted):
            rotate(on_each=step)

        assert [True, True, False] == [is_current(token) for token in stored()]
        assert Report(rotated=1, current=2, unreadable=()) == rotate()

    def test_only_counts_in_a_dry_run(self) -> None:
        tokens = stored()

        assert Report(rotated=3, current=0, unreadable=()) == rotate(dry_run=True)
        assert tokens == stored()

    def test_names_what_no_key_opens_and_does_the_others(
        self, connections: list[ATSConfig], keys: Callable[..., None]
    ) -> None:
        keys(LOST)
        ATSConfig.objects.filter(pk=connections[1].pk).update(credentials={"api_key": "lost"})
        lost = stored()[1]
        keys(NEW, OLD)

        assert Report(rotated=2, current=0, unreadable=(connections[1].pk,)) == rotate()
        assert lost == stored()[1]

    def test_never_overwrites_what_was_entered_meanwhile(self, connections: list[ATSConfig]) -> None:
        entered = {"api_key": "entered meanwhile"}

        def enter() -> None:
            ATSConfig.objects.filter(pk=connections[0].pk).update(credentials=entered)

        assert Report(rotated=2, current=1, unreadable=()) == rotate(on_each=enter)
        assert entered == ATSConfig.objects.get(pk=connections[0].pk).credentials

    def test_also_rotates_what_was_entered_meanwhile_under_the_old_key(
        self, connections: list[ATSConfig], keys: Callable[..., None]
    ) -> None:
        """A web process that still has the old settings stores what a customer enters."""
        keys(OLD)
        entered = ATSConfig(credentials={"api_key": "entered meanwhile"}).credentials
        keys(NEW, OLD)
        steps = iter([entered, None, None])

        def enter() -> None:
            if sealed := next(steps):
                ATSConfig.objects.filter(pk=connections[0].pk).update(credentials=sealed)

        assert Report(rotated=3, current=0, unreadable=()) == rotate(on_each=enter)
        keys(NEW)
        assert {"api_key": "entered meanwhile"} == ATSConfig.objects.get(pk=connections[0].pk).credentials

    def test_steps_over_what_was_deleted_meanwhile(self, connections: list[ATSConfig]) -> None:
        def delete() -> None:
            ATSConfig.objects.filter(pk=connections[0].pk).delete()

        assert Report(rotated=2, current=1, unreadable=()) == rotate(on_each=delete)

    def test_writes_one_row_at_a_time(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(4):
            rotate()


@pytest.mark.usefixtures("connections")
class TestCommand:
    def test_counts(self) -> None:
        assert "3 rotated, 0 current already, 0 unreadable\n" == command()
        assert "0 rotated, 3 current already, 0 unreadable\n" == command()

    def test_tells_a_log_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rotate_ats_keys, "LINE_EVERY", 2)
        told = StringIO()
        call_command("rotate_ats_keys", stdout=StringIO(), stderr=told, no_color=True)

        assert "2 of 3\n" == told.getvalue()

    def test_counts_in_a_dry_run(self) -> None:
        tokens = stored()

        assert "3 would be rotated, 0 current already, 0 unreadable\n" == command(dry_run=True)
        assert tokens == stored()

    def test_ends_with_status_1_and_the_ids_of_what_is_unreadable(
        self, connections: list[ATSConfig], keys: Callable[..., None]
    ) -> None:
        keys(NEW)
        printed, complained = StringIO(), StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("rotate_ats_keys", stdout=printed, stderr=complained, no_color=True)

        assert 1 == ended.value.code
        assert "0 rotated, 0 current already, 3 unreadable\n" == printed.getvalue()
        assert ", ".join(str(config.pk) for config in connections) in complained.getvalue()
