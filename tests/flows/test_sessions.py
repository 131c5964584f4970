"""Sessions with an ATS are made once for all threads and workers, and kept sealed in the connection's row."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from ats_integration import sessions
from ats_integration.connection_check import check_connection
from ats_integration.errors import Unauthorized
from ats_integration.models import ATSConfig, Delivery
from ats_integration.providers.calls import Session
from ats_integration.sandbox import Sandbox
from ats_integration.sessions import StoredSessions
from jobbird.board.models import Application, Vacancy
from tests.queue_steps import at_once, step

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


class Gate:
    """A login that counts; each one gives another token."""

    def __init__(self, *, takes: float = 0.0, lifetime: timedelta = timedelta(minutes=30)) -> None:
        self.takes, self.lifetime = takes, lifetime
        self.logins = 0
        self._lock = threading.Lock()

    def log_in(self) -> Session:
        with self._lock:
            self.logins += 1
            token = f"token-{self.logins}"
        time.sleep(self.takes)
        return Session(values={"token": token}, lifetime=self.lifetime)

    def refuse(self) -> Session:
        with self._lock:
            self.logins += 1
        raise Unauthorized("Invalid credentials.")


def fresh(config: ATSConfig) -> StoredSessions:
    """Return what another worker has: its own view of the same row."""
    return StoredSessions(ATSConfig.objects.get(pk=config.pk))


def getting(config: ATSConfig, login: Callable[[], Session], over: Any = None) -> Callable[[], Any]:
    """Return the wish for a session, as a thread has it."""
    return lambda: fresh(config).get(login, over=over)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often."""
    monkeypatch.setattr(sessions, "LOOK_EVERY", timedelta(milliseconds=5))


def test_many_threads_log_in_once(config: ATSConfig) -> None:
    gate = Gate(takes=0.1)
    assert [{"token": "token-1"}] * THREADS == at_once(*[getting(config, gate.log_in)] * THREADS)
    assert 1 == gate.logins


def test_a_later_worker_uses_the_same_session(config: ATSConfig) -> None:
    gate = Gate()
    fresh(config).get(gate.log_in)
    assert {"token": "token-1"} == fresh(config).get(gate.log_in)
    assert 1 == gate.logins


def test_many_threads_renew_an_expired_session_once(config: ATSConfig) -> None:
    gate = Gate(takes=0.1)
    fresh(config).get(gate.log_in)
    ATSConfig.objects.update(session_until=timezone.now() - timedelta(seconds=1))
    assert [{"token": "token-2"}] * THREADS == at_once(*[getting(config, gate.log_in)] * THREADS)


def test_a_session_is_not_used_in_its_last_moments(config: ATSConfig) -> None:
    gate = Gate()
    fresh(config).get(gate.log_in)
    ATSConfig.objects.update(session_until=timezone.now() + sessions.MARGIN / 2)
    assert {"token": "token-2"} == fresh(config).get(gate.log_in)


def test_many_threads_renew_a_session_that_is_over_once(config: ATSConfig) -> None:
    gate = Gate(takes=0.1)
    over = fresh(config).get(gate.log_in)
    assert [{"token": "token-2"}] * THREADS == at_once(*[getting(config, gate.log_in, over)] * THREADS)
    assert 2 == gate.logins


def test_who_comes_late_with_an_old_session_gets_the_renewed_one(config: ATSConfig) -> None:
    gate = Gate()
    over = fresh(config).get(gate.log_in)
    fresh(config).get(gate.log_in, over=over)
    assert {"token": "token-2"} == fresh(config).get(gate.log_in, over=over)
    assert 2 == gate.logins


def test_nobody_logs_in_right_after_somebody_did(config: ATSConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given that a session is stored between our look and our claim, the claim is given back."""
    gate, late = Gate(), fresh(config)
    look = late.stored

    def look_too_early(over: Any) -> Any:
        monkeypatch.setattr(late, "stored", look)
        fresh(config).get(gate.log_in)
        return None

    monkeypatch.setattr(late, "stored", look_too_early)
    assert {"token": "token-1"} == late.get(gate.log_in)
    assert 1 == gate.logins
    assert ATSConfig.objects.get().session_claimed_until is None


@pytest.mark.parametrize(
    "change",
    [
        {"credentials": {"careers_token": "another-token-5678"}},
        {"settings": {"company": "another"}},
        {"base_url": "https://another.example"},
    ],
)
def test_changed_values_need_a_new_login(change: dict[str, Any], config: ATSConfig) -> None:
    gate = Gate()
    fresh(config).get(gate.log_in)
    for name, value in change.items():
        setattr(config, name, value)
    config.save()
    assert {"token": "token-2"} == fresh(config).get(gate.log_in)


def test_another_name_needs_no_new_login(config: ATSConfig) -> None:
    gate = Gate()
    fresh(config).get(gate.log_in)
    ATSConfig.objects.update(name="Another name", notify_emails=[])
    assert {"token": "token-1"} == fresh(config).get(gate.log_in)


def test_a_failing_login_tells_why_and_lets_the_next_one_try(config: ATSConfig) -> None:
    gate = Gate()
    with pytest.raises(Unauthorized):
        fresh(config).get(gate.refuse)
    assert ATSConfig.objects.get().session_claimed_until is None
    assert {"token": "token-2"} == fresh(config).get(gate.log_in)


def test_whoever_waited_for_a_failing_login_tries_too(config: ATSConfig) -> None:
    gate = Gate()

    def try_it() -> str:
        try:
            fresh(config).get(gate.refuse)
        except Unauthorized:
            return "refused"
        return "in"

    assert ["refused"] * THREADS == at_once(*[try_it] * THREADS)
    assert THREADS == gate.logins


def test_a_worker_that_died_while_logging_in_holds_nobody_up_for_long(config: ATSConfig) -> None:
    gate = Gate()
    ATSConfig.objects.update(session_claimed_until=timezone.now() + timedelta(seconds=0.3))
    before = time.monotonic()
    assert {"token": "token-1"} == fresh(config).get(gate.log_in)
    assert time.monotonic() - before >= 0.2


def test_who_waited_long_enough_logs_in_alone(config: ATSConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    ATSConfig.objects.update(session_claimed_until=timezone.now() + timedelta(hours=1))
    monkeypatch.setattr(sessions, "LOGIN_LEASE", timedelta(seconds=0.2))
    assert {"token": "token-1"} == fresh(config).get(gate.log_in)


def test_a_slow_login_does_not_end_the_claim_of_another_worker(config: ATSConfig) -> None:
    other = timezone.now() + timedelta(hours=1)

    def log_in() -> Session:
        ATSConfig.objects.update(session_claimed_until=other)
        return Session(values={"token": "slow"}, lifetime=timedelta(minutes=30))

    fresh(config).get(log_in)
    assert other == ATSConfig.objects.get().session_claimed_until


def test_a_removed_connection_keeps_nobody_waiting(config: ATSConfig) -> None:
    gate, kept = Gate(), fresh(config)
    config.delete()
    before = time.monotonic()
    assert {"token": "token-1"} == kept.get(gate.log_in)
    assert time.monotonic() - before < 5


def test_the_row_holds_no_plain_token(config: ATSConfig) -> None:
    fresh(config).get(Gate().log_in)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ats_integration_atsconfig")
        (row,) = cursor.fetchall()
    assert "token-1" not in repr(row)
    assert "token-1" not in repr(ATSConfig.objects.get().session)


def test_a_session_under_a_lost_key_is_made_anew(config: ATSConfig, settings: Settings) -> None:
    gate, kept = Gate(), fresh(config)
    kept.get(gate.log_in)
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": ["a-third-key-0123456789abcdefghij"]}
    assert {"token": "token-2"} == kept.get(gate.log_in)


class TestBullhorn:
    """The whole way with an ATS that wants a login."""

    @pytest.fixture
    def config(self, config: ATSConfig, vacancy: Vacancy, ats: Sandbox) -> ATSConfig:
        """Connect the company with Bullhorn."""
        Vacancy.objects.update(external_id="5001")
        vacancy.refresh_from_db()
        config.provider, config.base_url = "bullhorn", ats.url("bullhorn")
        config.settings = {"client_id": "client-1", "username": "acme.api"}
        config.credentials = {"client_secret": "secret-4711", "password": "password-0815"}
        config.save()
        return config

    def test_eight_applications_at_once_need_one_login(
        self, config: ATSConfig, valkey: redis.Redis, apply: Callable[..., Application], ats: Sandbox
    ) -> None:
        for number in range(THREADS):
            apply(email=f"candidate-{number}@example.org")
        assert ["delivered"] * THREADS == at_once(*[lambda: step(valkey)] * THREADS)
        assert THREADS == len(ats.received("bullhorn"))
        assert 2 + 3 * THREADS == ats.stats()["bullhorn"]["calls"]  # a login posts twice, an application puts thrice

    def test_a_delivery_keeps_no_token(
        self, config: ATSConfig, valkey: redis.Redis, apply: Callable[..., Application]
    ) -> None:
        apply()
        step(valkey)
        kept = repr(Delivery.objects.values().get())
        session = ATSConfig.objects.get().session.reveal()["values"]
        assert [] == [secret for secret in session.values() if secret in kept]

    def test_a_session_that_is_over_is_renewed_in_the_same_try(
        self, config: ATSConfig, valkey: redis.Redis, apply: Callable[..., Application], ats: Sandbox
    ) -> None:
        stale = {"token": "bh-stale", "rest_url": f"{config.base_url}/rest-services/acme.api/"}
        StoredSessions(config).get(lambda: Session(values=stale, lifetime=timedelta(minutes=30)))
        apply()
        assert "delivered" == step(valkey)
        assert "bh-stale" != ATSConfig.objects.get().session.reveal()["values"]["token"]

    def test_a_connection_test_shares_no_session(self, config: ATSConfig) -> None:
        assert check_connection(config, ["5001"]).ok
        assert ATSConfig.objects.get().session_until is None
