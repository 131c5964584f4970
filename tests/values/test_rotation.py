"""Rotation: every connection ends under the first key, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from ats_integration import rotation
from ats_integration.encryption import is_current
from ats_integration.management.commands import rotate_ats_keys
from ats_integration.models import ATSConfig, Delivery
from ats_integration.providers.calls import Session
from ats_integration.rotation import (
    Report,
    drop_sessions,
    dropped,
    emptied,
    empty_messages,
    old_on_their_way,
    rotate,
)
from ats_integration.sessions import StoredSessions
from jobbird.board.models import Application, Vacancy

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = (f"{name}-key-0123456789-0123456789-0123456789" for name in ("old", "new", "lost"))

Sent = Callable[..., Delivery]
NONE_LOST = "0 message(s) of deliveries that are done lost their credentials\n"


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
        assert f"3 rotated, 0 current already, 0 unreadable\n{NONE_LOST}" == command()
        assert f"0 rotated, 3 current already, 0 unreadable\n{NONE_LOST}" == command()

    def test_tells_a_log_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rotate_ats_keys, "LINE_EVERY", 2)
        told = StringIO()
        call_command("rotate_ats_keys", stdout=StringIO(), stderr=told, no_color=True)

        assert "2 of 3\n" == told.getvalue()

    def test_counts_in_a_dry_run(self) -> None:
        tokens = stored()

        assert command(dry_run=True).startswith(
            "3 would be rotated, 0 current already, 0 unreadable\n0 message(s) of deliveries"
        )
        assert tokens == stored()

    def test_ends_with_status_1_and_the_ids_of_what_is_unreadable(
        self, connections: list[ATSConfig], keys: Callable[..., None]
    ) -> None:
        keys(NEW)
        printed, complained = StringIO(), StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("rotate_ats_keys", stdout=printed, stderr=complained, no_color=True)

        assert 1 == ended.value.code
        assert f"0 rotated, 0 current already, 3 unreadable\n{NONE_LOST}" == printed.getvalue()
        assert ", ".join(str(config.pk) for config in connections) in complained.getvalue()


@pytest.fixture
def sent(connections: list[ATSConfig], vacancy: Vacancy) -> Callable[..., Delivery]:
    """Give a function that makes a delivery with the message it had under the old key."""

    def sent(status: str) -> Delivery:
        token = connections[0].credentials.token
        message = {"application": {"id": "1"}, "ats": {"provider": "lever", "credentials": token}}
        application = Application.objects.bulk_create([Application(vacancy=vacancy, email="sanne@example.org")])[0]
        return Delivery.objects.create(config=connections[0], application=application, status=status, message=message)

    return sent


class TestMessages:
    @pytest.mark.parametrize("status", ["delivered", "dead"])
    def test_of_what_is_done_lose_their_credentials_and_nothing_else(self, sent: Sent, status: str) -> None:
        done = sent(status)

        assert 1 == empty_messages()
        done.refresh_from_db()
        assert {"application": {"id": "1"}, "ats": {"provider": "lever", "credentials": None}} == done.message
        assert 0 == empty_messages()

    @pytest.mark.parametrize("status", ["pending", "queued", "retrying", "held"])
    def test_of_what_is_on_its_way_keep_theirs_and_are_counted(self, sent: Sent, status: str) -> None:
        before = sent(status).message

        assert (0, 1) == (empty_messages(), old_on_their_way())
        assert before == Delivery.objects.get().message

    def test_under_the_first_key_need_not_be_waited_for(self, sent: Sent, keys: Callable[..., None]) -> None:
        sent("queued")
        keys(OLD)

        assert 0 == old_on_their_way()

    def test_are_emptied_in_batches(self, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rotation, "BATCH", 2)
        told: list[int] = []
        for _ in range(5):
            sent("delivered")

        assert 5 == empty_messages(on_batch=told.append)
        assert [2, 4, 5] == told

    def test_are_only_counted_in_a_dry_run(self, sent: Sent) -> None:
        before = sent("delivered").message

        assert 1 == empty_messages(dry_run=True)
        assert before == Delivery.objects.get().message

    def test_that_are_none_are_left_alone(self, sent: Sent) -> None:
        sent("delivered")
        for garbage in ({}, [], "gAAAAA", {"ats": "gAAAAA"}, {"ats": {}}, {"ats": {"credentials": None}}):
            Delivery.objects.update(message=garbage)
            assert 0 == empty_messages()

    def test_of_what_was_sent_again_meanwhile_stay_as_they_are(self, sent: Sent) -> None:
        letter = sent("dead")
        Delivery.objects.update(status="queued", updated_at=timezone.now())

        assert 0 == emptied([letter])
        assert letter.message == Delivery.objects.get().message

    def test_are_told_of_by_the_command(self, sent: Sent) -> None:
        sent("delivered")
        sent("queued")
        printed = command(stderr=StringIO())

        assert "1 message(s) of deliveries that are done lost their credentials\n" in printed
        assert "1 on their way hold some of an older key: run this again once they are done\n" in printed


@pytest.fixture
def logged_in(connections: list[ATSConfig], keys: Callable[..., None]) -> ATSConfig:
    """Log two connections in, the first under the old key, and return it."""
    for config, names in ((connections[0], [OLD]), (connections[1], [NEW, OLD])):
        keys(*names)
        log_in(config)
    return connections[0]


def log_in(config: ATSConfig, number: int = 1) -> None:
    """Store a session as a delivery does."""
    session = Session(values={"token": f"token-{number}"}, lifetime=timedelta(minutes=30))
    StoredSessions(ATSConfig.objects.get(pk=config.pk)).renewed(lambda: session)


class TestSessions:
    def test_of_an_older_key_are_dropped(self, logged_in: ATSConfig, connections: list[ATSConfig]) -> None:
        current = ATSConfig.objects.get(pk=connections[1].pk).session.token

        assert 1 == drop_sessions()
        left = {config.pk: (config.session.token, config.session_until) for config in ATSConfig.objects.all()}
        assert ("", None) == left[logged_in.pk]
        assert current == left[connections[1].pk][0]
        assert 0 == drop_sessions()

    def test_that_no_key_opens_are_dropped(self, logged_in: ATSConfig, keys: Callable[..., None]) -> None:
        keys(LOST)

        assert 2 == drop_sessions()

    def test_are_made_anew_by_the_next_delivery(self, logged_in: ATSConfig, keys: Callable[..., None]) -> None:
        call_command("rotate_ats_keys", stdout=StringIO())
        keys(NEW)
        fresh = StoredSessions(ATSConfig.objects.get(pk=logged_in.pk))

        made = Session(values={"token": "token-2"}, lifetime=timedelta(minutes=30))
        assert {"token": "token-2"} == fresh.get(lambda: made)

    def test_are_only_counted_in_a_dry_run(self, logged_in: ATSConfig) -> None:
        before = ATSConfig.objects.get(pk=logged_in.pk).session.token

        assert "1 session(s) of an older key would be dropped: the next delivery logs in again\n" in command(
            dry_run=True
        )
        assert before == ATSConfig.objects.get(pk=logged_in.pk).session.token

    def test_that_were_made_meanwhile_stay(self, logged_in: ATSConfig) -> None:
        old = ATSConfig.objects.get(pk=logged_in.pk).session
        log_in(logged_in, 2)

        assert 0 == dropped(logged_in.pk, old)
        assert {"token": "token-2"} == ATSConfig.objects.get(pk=logged_in.pk).session["values"]

    def test_are_told_of_by_the_command(self, logged_in: ATSConfig) -> None:
        assert "1 session(s) of an older key dropped: the next delivery logs in again\n" in command()
        assert "session" not in command()
