"""The stand-in misbehaves as told: to whom, how, and for how long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.behaviours import Behaviour, Behaviours, Limit

from .calls import apply, look

CALL = b"POST /lever/v0/postings/a/b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"


def wait_for(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; fail where it does not within some seconds."""
    ends = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


class TestModes:
    """Each mode is one way in which an ATS can fail."""

    def test_down_is_503(self, ats: Sandbox) -> None:
        ats.behave("lever", "down")
        assert 503 == apply(ats, "lever").status_code
        assert 503 == look(ats, "lever", "/v0/postings/acmebv").status_code
        assert apply(ats, "greenhouse").ok

    def test_slow_answers_in_the_end(self, ats: Sandbox) -> None:
        ats.behave("lever", "slow", seconds=0.3)
        started = time.monotonic()
        assert apply(ats, "lever").ok
        assert 0.3 <= time.monotonic() - started

    @pytest.mark.parametrize(("after", "header"), [(7, "7"), (None, None)])
    def test_throttle_is_429(self, after: int | None, header: str | None, ats: Sandbox) -> None:
        ats.behave("lever", "throttle", retry_after=after)
        answer = apply(ats, "lever")
        assert (429, header) == (answer.status_code, answer.headers.get("Retry-After"))

    def test_drop_answer_takes_the_application_and_hangs_up(self, ats: Sandbox) -> None:
        ats.behave("lever", "drop_answer")
        with pytest.raises(requests.ConnectionError):
            apply(ats, "lever")
        assert 1 == len(ats.received("lever"))

    def test_half_answer_takes_the_application_and_hangs_up_in_the_middle(self, ats: Sandbox) -> None:
        ats.behave("lever", "half_answer")
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            apply(ats, "lever")
        assert 1 == len(ats.received("lever"))

    def test_redirect_takes_nothing_and_names_another_address(self, ats: Sandbox) -> None:
        ats.behave("lever", "redirect", to=f"{ats.url()}/_sandbox/")
        answer = apply(ats, "lever")
        assert (302, f"{ats.url()}/_sandbox/") == (answer.status_code, answer.headers["Location"])
        assert [] == ats.received()

    def test_reset_takes_nothing(self, ats: Sandbox) -> None:
        ats.behave("lever", "reset")
        with pytest.raises(requests.ConnectionError):
            apply(ats, "lever")
        assert [] == ats.received()

    def test_blackhole_never_answers_and_takes_nothing(self, ats: Sandbox) -> None:
        ats.behave("lever", "blackhole")
        with pytest.raises(requests.ReadTimeout):
            apply(ats, "lever", timeout=0.3)
        assert [] == ats.received()

    def test_blackhole_lets_go_of_a_client_that_leaves(self, ats: Sandbox) -> None:
        ats.behave("lever", "blackhole")
        before = threading.active_count()
        for _ in range(5):
            with pytest.raises(requests.ReadTimeout):
                apply(ats, "lever", timeout=0.1)
        ends = time.monotonic() + 5
        while threading.active_count() > before and time.monotonic() < ends:
            time.sleep(0.05)
        assert before >= threading.active_count()

    def test_blackhole_counts_a_call_while_its_client_still_waits(self, ats: Sandbox) -> None:
        ats.behave("lever", "blackhole")
        with socket.create_connection(("127.0.0.1", ats.port), timeout=5) as client:
            client.sendall(CALL)
            wait_for(lambda: 1 == ats.stats()["lever"]["calls"])
            client.shutdown(socket.SHUT_WR)
            assert b"" == client.recv(100)
        assert (1, 1) == (ats.stats()["lever"]["calls"], ats.stats()["lever"]["refused"])

    @pytest.mark.parametrize(
        ("provider", "mode", "status"),
        [
            ("greenhouse", "refuse_key", 401),
            ("lever", "refuse_key", 401),
            ("recruitee", "refuse_key", 401),
            ("greenhouse", "closed", 401),
            ("lever", "closed", 404),
            ("recruitee", "closed", 404),
            ("greenhouse", "reject", 422),
            ("lever", "reject", 400),
            ("recruitee", "reject", 422),
        ],
    )
    def test_refuses_in_the_vendors_own_words(self, provider: str, mode: str, status: int, ats: Sandbox) -> None:
        ats.behave(provider, mode)
        assert status == apply(ats, provider).status_code
        assert [] == ats.received()

    def test_closed_jobs_are_not_shown(self, ats: Sandbox) -> None:
        ats.behave("greenhouse", "closed")
        assert 404 == look(ats, "greenhouse", "/v1/boards/acmebv/jobs/1").status_code

    def test_counts_every_application_that_failed(self, ats: Sandbox) -> None:
        for mode in ("down", "reject", "reset"):
            ats.behave("lever", mode)
            try:
                apply(ats, "lever")
            except requests.ConnectionError:
                continue
        assert (3, 0, 3) == tuple(ats.stats()["lever"][key] for key in ("calls", "accepted", "refused"))


class TestScope:
    """An instruction is for one vendor or all, one account or all, some calls or all."""

    def take(self, behaviours: Behaviours, provider: str = "lever", account: str = "acme") -> str:
        return behaviours.take(provider, account).mode

    def told(self, *instructions: dict[str, Any]) -> Behaviours:
        behaviours = Behaviours()
        for values in instructions:
            behaviours.set(Behaviour.of(values))
        return behaviours

    def test_nothing_told_is_usual(self) -> None:
        assert "ok" == self.take(self.told())

    def test_the_narrowest_counts(self) -> None:
        behaviours = self.told(
            {"mode": "down"},
            {"provider": "lever", "mode": "slow"},
            {"provider": "lever", "account": "acme", "mode": "closed"},
        )
        assert "closed" == self.take(behaviours)
        assert "slow" == self.take(behaviours, account="rival")
        assert "down" == self.take(behaviours, provider="greenhouse")

    def test_a_wider_one_takes_the_place_of_narrower_ones(self) -> None:
        behaviours = self.told({"provider": "lever", "account": "acme", "mode": "down"}, {"mode": "ok"})
        assert "ok" == self.take(behaviours)
        assert [] == behaviours.to_list()

    def test_one_vendor_can_be_well_while_all_others_are_down(self) -> None:
        behaviours = self.told({"mode": "down"}, {"provider": "lever", "mode": "ok"})
        assert ("ok", "down") == (self.take(behaviours), self.take(behaviours, provider="recruitee"))

    def test_ends_after_so_many_calls(self) -> None:
        behaviours = self.told({"mode": "down", "times": 2})
        assert ["down", "down", "ok", "ok"] == [self.take(behaviours) for _ in range(4)]

    def test_lets_so_many_calls_pass_first(self) -> None:
        behaviours = self.told({"mode": "down", "after": 2, "times": 1})
        assert ["ok", "ok", "down", "ok"] == [self.take(behaviours) for _ in range(4)]

    def test_a_limit_is_for_each_account(self) -> None:
        behaviours = self.told({"provider": "lever", "limit": {"calls": 2, "per_seconds": 60}})
        assert ["ok", "ok", "throttle"] == [self.take(behaviours) for _ in range(3)]
        assert "ok" == self.take(behaviours, account="rival")

    def test_a_limit_is_over_after_its_time(self) -> None:
        behaviours = self.told({"mode": "throttle", "limit": {"calls": 1, "per_seconds": 0.05}})
        assert ["ok", "throttle"] == [self.take(behaviours), self.take(behaviours)]
        time.sleep(0.06)
        assert "ok" == self.take(behaviours)

    def test_is_for_one_account_of_a_running_stand_in(self, ats: Sandbox) -> None:
        ats.behave("greenhouse", "down", account="acmebv")
        assert 503 == apply(ats, "greenhouse").status_code
        assert apply(ats, "greenhouse", path="/v1/boards/rival/jobs/1").ok

    @pytest.mark.parametrize(
        "values", [{"mode": "nosuch"}, {"modus": "down"}, {"mode": "down", "limit": {"calls": 1, "each": 2}}]
    )
    def test_nonsense_is_refused(self, values: dict[str, Any]) -> None:
        with pytest.raises((ValueError, TypeError)):
            Behaviour.of(values)

    def test_reads_a_limit(self) -> None:
        assert Limit(calls=2, per_seconds=1.5) == Behaviour.of({"limit": {"calls": 2, "per_seconds": 1.5}}).limit


def test_a_reset_is_a_real_one(ats: Sandbox) -> None:
    """Not a polite end of the connection."""
    ats.behave("*", "reset")
    with socket.create_connection(("127.0.0.1", ats.port)) as client:
        client.sendall(b"POST /lever/v0/postings/a/b HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
