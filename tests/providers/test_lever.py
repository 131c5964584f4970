"""Lever, as docs and clients describe it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers.base import Rate, Response
from ats_integration.providers.lever import Lever
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract

REFERENCE = "0c1f5e2a-7a6c-4a9e-8a53-3a4f1d1f8c55"


class TestLever(ProviderContract):
    """Lever keeps the contract, and has habits of its own."""

    provider = Lever()
    settings = {"site": "acmebv"}
    credentials = {"api_key": "lever+key/0815=="}
    production_address = "https://api.lever.co/v0/postings/acmebv/4000001"
    accepted = (200, b'{"ok":true,"applicationId":"%s"}' % REFERENCE.encode(), REFERENCE)
    dropped = ("address",)

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        assert {
            "name": "Sanne de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "urls[LinkedIn]": "https://www.linkedin.com/in/sannedevries",
            "urls[Portfolio]": "https://sanne.example.org",
            "comments": "Beste team,\n\nGraag kom ik bij jullie werken.\n\nRijbewijs B?: yes",
            "source": "Jobbird",
            "silent": "false",
            "consent[store]": "true",
            "consent[marketing]": "true",
        } == {name: value for name, value in request.form if isinstance(value, str)}
        assert "resume" in dict(request.form)
        assert "application/json" == request.headers["Accept"]

    def test_puts_the_key_into_the_query_only(self) -> None:
        request = self.provider.build(self.submission())
        assert (("key", "lever+key/0815=="),) == request.params
        assert request.auth is None
        assert "lever+key" not in str(request.headers) + request.path + str(request.form)

    def test_asks_without_the_key(self) -> None:
        asked = [dict(probe.request.params) for probe in self.provider.ping(self.settings, self.credentials, ["1"])]
        assert [{"mode": "json", "limit": "1"}, {}] == asked

    @pytest.mark.parametrize(
        ("region", "home"),
        [("global", "https://api.lever.co"), ("eu", "https://api.eu.lever.co"), ("", "https://api.lever.co")],
    )
    def test_knows_where_each_region_lives(self, region: str, home: str) -> None:
        assert home == self.provider.home({"site": "acmebv", "region": region})

    def test_refuses_an_unknown_region(self) -> None:
        assert {"region"} == set(self.provider.problems({"site": "acmebv", "region": "moon"}, self.credentials))

    def test_keeps_to_two_calls_a_second(self) -> None:
        assert Rate(calls=2, per=timedelta(seconds=1)) == self.provider.rate

    @pytest.mark.parametrize(
        ("answer", "line"),
        [("B, C", "B, C"), (True, "yes"), (False, "no"), (3, "3"), (2.5, "2.5"), (("a", "b"), "a, b")],
    )
    def test_tells_answers_in_the_comments(self, answer: Any, line: str, arrived: Callable[..., Reception]) -> None:
        answers = [{"question_id": "", "question": "Rijbewijs?", "answer": answer}]
        letter = arrived(application={"answers": answers, "cover_letter": "Hallo"}).cover_letter
        assert f"Hallo\n\nRijbewijs?: {line}" == letter

    @pytest.mark.parametrize(
        ("consent", "sent"),
        [
            ({"given_at": None}, {}),
            ({}, {"store": "false", "marketing": "false"}),
            ({"processing": True}, {"store": "true", "marketing": "false"}),
            ({"marketing": True, "given_at": None}, {"store": "false", "marketing": "true"}),
        ],
    )
    def test_sends_the_candidates_choices(self, consent: dict[str, Any], sent: dict[str, str]) -> None:
        given = {"given_at": "2026-11-24T09:30:00Z", **consent}
        request = self.provider.build(self.submission(application={"consent": given}))
        fields = {name: value for name, value in request.form if name.startswith("consent")}
        assert {f"consent[{name}]": value for name, value in sent.items()} == fields

    def test_is_slowed_down_by_a_limit_of_the_site(self, hand_in: Callable[..., Any], ats: Sandbox) -> None:
        ats.behave("lever", "throttle", limit={"calls": 2, "per_seconds": 60})
        hand_in()
        hand_in()
        with pytest.raises(RateLimited):
            hand_in()

    @pytest.mark.parametrize(("chosen", "sent"), [("", "false"), ("false", "false"), ("true", "true")])
    def test_lets_the_customer_decide_about_the_confirmation_mail(
        self, chosen: str, sent: str, arrived: Callable[..., Reception]
    ) -> None:
        assert sent == arrived(settings={**self.settings, "silent": chosen}).fields["silent"]

    def test_finds_an_unlisted_posting_closed(self, ats: Sandbox, hand_in: Callable[..., Any]) -> None:
        """Lever answers "not found" to open postings that are unlisted: nobody can tell them from closed ones."""
        ats.register("lever", account="acmebv", key="lever+key/0815==", jobs=["another"])
        with pytest.raises(JobClosed, match="Document not found"):
            hand_in()

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b'{"ok":false,"error":"Missing name"}', Rejected, "rejected"),
            (200, b'{"ok":false,"error":{}}', Rejected, "rejected"),
            (200, b'{"ok":false}', Rejected, "rejected"),
            (200, b'{"ok":tr', Uncertain, "uncertain"),
            (200, b"<html>Thank you</html>", Uncertain, "uncertain"),
            (200, b'{"ok":"yes"}', Uncertain, "uncertain"),
            (200, b'{"error":{}}', Uncertain, "uncertain"),
            (204, b"", Uncertain, "uncertain"),
            (302, b"", Unavailable, "http_302"),
            (400, b'{"ok":false,"error":{}}', Rejected, "rejected"),
            (400, b'{"ok":false,"error":"Missing name"}', Rejected, "rejected"),
            (400, b'{"ok":false,"error":"Invalid email"}', Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (422, b'{"ok":false,"error":"Missing org"}', Rejected, "rejected"),
            (401, b'{"ok":false,"error":"Unauthorized"}', Unauthorized, "unauthorized"),
            (401, b"Unauthorized", Unauthorized, "unauthorized"),
            (403, b'{"ok":false,"error":"Forbidden"}', Unauthorized, "unauthorized"),
            (403, b'{"ok":false,"error":{}}', Unauthorized, "unauthorized"),
            (404, b'{"ok":false,"error":"Document not found"}', JobClosed, "job_closed"),
            (404, b"<html>Not found</html>", JobClosed, "job_closed"),
            (413, b"<html>Too large</html>", Rejected, "rejected"),
            (429, b'{"ok":false,"error":"Too many requests"}', RateLimited, "rate_limited"),
            (429, b'{"ok":false,"error":{}}', RateLimited, "rate_limited"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b'{"ok":false,"error":{}}', Unavailable, "http_500"),
            (502, b"<html>Bad Gateway</html>", Unavailable, "http_502"),
            (503, b"", Unavailable, "http_503"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(("asked", "seconds"), [("17", 17), ("soon", None), ("", None)])
    def test_waits_as_long_as_it_is_told(self, asked: str, seconds: int | None) -> None:
        wait = self.provider.wait(Response(status=429, headers={"retry-after": asked}))
        assert seconds == (wait.total_seconds() if wait else None)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b'{"ok":false,"error":"Missing name"}', "Missing name"),
            (b'{"ok":false,"error":{}}', "Lever gave no reason."),
            (b"", "Lever gave no reason."),
        ],
    )
    def test_repeats_levers_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=400, body=body))

    def test_delivers_without_an_id_when_none_comes(self) -> None:
        assert "" == self.provider.judge(Response(status=200, body=b'{"ok":true}')).reference
