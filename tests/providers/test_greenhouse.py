"""Greenhouse, as docs and clients describe it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers import exchange
from ats_integration.providers.base import Response
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.greenhouse import Greenhouse
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import message_of, submission_of

from .contract import ProviderContract

SAVED = b'{"success":"Candidate saved successfully"}'


class TestGreenhouse(ProviderContract):
    """Greenhouse keeps the contract, and has habits of its own."""

    provider = Greenhouse()
    settings = {"board_token": "acmebv"}
    credentials = {"api_key": "gh-key-0815-4711"}
    production_address = "https://boards-api.greenhouse.io/v1/boards/acmebv/jobs/4000001"
    accepted = (200, SAVED, "")
    dropped = ("address", "linkedin_url", "website_url", "marketing_consent", "source")

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission(settings={**self.settings, "source_token": "abc123"}))
        form = {name: value for name, value in request.form if isinstance(value, str)}
        assert {
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "cover_letter_text": "Beste team,\n\nGraag kom ik bij jullie werken.",
            "mapped_url_token": "abc123",
            "question_7001": "1",
            "data_compliance[gdpr_consent_given]": "true",
            "data_compliance[gdpr_processing_consent_given]": "true",
            "data_compliance[gdpr_retention_consent_given]": "true",
        } == form
        assert "resume" in dict(request.form)

    def test_signs_with_the_key_and_an_empty_password(self) -> None:
        assert ("gh-key-0815-4711", "") == self.provider.build(self.submission()).auth

    def test_sends_the_key_in_no_other_place(self) -> None:
        request = self.provider.build(self.submission())
        assert () == request.params
        assert "gh-key" not in str(request.headers) + request.path + str(request.form)

    def test_asks_without_the_key(self) -> None:
        assert [None, None] == [probe.request.auth for probe in self.provider.ping(self.settings, {}, ["1"])]

    def test_gives_one_name_a_dash_as_the_other(self, arrived: Callable[..., Reception]) -> None:
        fields = arrived(candidate={"first_name": "Sukarno", "last_name": " "}).fields
        assert ("Sukarno", "-") == (fields["first_name"], fields["last_name"])

    @pytest.mark.parametrize(
        ("question", "answer", "field", "value"),
        [
            ("7001", "Ja", "question_7001", "Ja"),
            ("question_7001", "Ja", "question_7001", "Ja"),
            ("7001", True, "question_7001", "1"),
            ("7001", False, "question_7001", "0"),
            ("7001", 3, "question_7001", "3"),
            ("7001", ("10", "11"), "question_7001[]", ["10", "11"]),
            ("question_7001[]", ("10",), "question_7001[]", "10"),
            ("question_7001[]", "10", "question_7001[]", "10"),
        ],
    )
    def test_answers_in_the_type_of_the_question(
        self, question: str, answer: Any, field: str, value: Any, arrived: Callable[..., Reception]
    ) -> None:
        answers = [{"question_id": question, "question": "?", "answer": answer}]
        assert value == arrived(application={"answers": answers}).fields[field]

    @pytest.mark.parametrize("question", ["", "gender", "question_", "7001x", "\u0667"])
    def test_names_answers_without_a_question_as_dropped(self, question: str) -> None:
        answers = [{"question_id": question, "question": "?", "answer": "x"}]
        message = message_of("greenhouse", settings=self.settings, application={"answers": answers})
        assert "answers" in self.provider.dropped(message)

    def test_tells_the_source_by_a_tracking_link_only(self) -> None:
        tracked = {**self.settings, "source_token": "abc123"}
        assert "source" in self.provider.dropped(message_of("greenhouse", settings=self.settings))
        assert "source" not in self.provider.dropped(message_of("greenhouse", settings=tracked))

    @pytest.mark.parametrize(
        ("consent", "sent"),
        [
            ({}, set()),
            ({"marketing": True}, set()),
            ({"processing": True}, {"gdpr_consent_given", "gdpr_processing_consent_given"}),
            ({"retention": True}, {"gdpr_retention_consent_given"}),
        ],
    )
    def test_sends_the_consent_that_was_given(self, consent: dict[str, bool], sent: set[str]) -> None:
        given = {"processing": False, "retention": False, "marketing": False, **consent}
        request = self.provider.build(self.submission(application={"consent": given}))
        assert {f"data_compliance[{name}]" for name in sent} == {n for n, _ in request.form if "compliance" in n}

    @pytest.mark.parametrize(
        ("status", "body", "failure"),
        [
            (200, b'{"error":"Failed to save person","reason":"Job application not live"}', JobClosed),
            (200, b'{"error":"Failed to save person"}', Rejected),
            (200, b'{"status":422,"error":"Invalid attributes: email,first_name"}', Rejected),
            (200, b'{"success":"Candidate saved successfully","error":"Bad"}', Rejected),
            (200, b"{}", Uncertain),
            (200, b'{"succ', Uncertain),
            (201, SAVED, Uncertain),
            (204, b"", Uncertain),
            (400, b'{"status":400,"error":"Bad Request"}', Rejected),
            (400, b'{"error":"Uploaded resume has an unsupported file type."}', Rejected),
            (401, b"HTTP Basic: Access denied.\n", Unauthorized),
            (401, b'{"status":401,"error":"Failed to save person"}', JobClosed),
            (403, b"", Unauthorized),
            (404, b'{"status":404,"error":"Job not found"}', JobClosed),
            (413, b"", Rejected),
            (422, b'{"status":422,"error":"Invalid attributes: email,first_name"}', Rejected),
            (429, b"", RateLimited),
            (500, b"", Unavailable),
            (502, b"<html>Bad Gateway</html>", Unavailable),
        ],
    )
    def test_reads_every_documented_failure(self, status: int, body: bytes, failure: type[DeliveryError]) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert failure is type(failed.value)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"HTTP Basic: Access denied.\n", "HTTP Basic: Access denied."),
            (b'{"error":"Invalid attributes: email"}', "Invalid attributes: email"),
            (b'{"error":"Failed","reason":"Not live"}', "Failed: Not live"),
            (b"<html>Oops</html>", ""),
        ],
    )
    def test_repeats_greenhouses_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=400, body=body))

    def test_puts_the_colon_inside_the_base64(self) -> None:
        from ats_integration.providers import transport
        from tests.providers.tiny_servers import listening, ok, received

        heads = []

        def behave(connection: Any) -> None:
            heads.append(received(connection).partition(b"\r\n\r\n")[0])
            connection.sendall(ok(SAVED))

        with listening(behave) as port:
            transport.call(f"http://127.0.0.1:{port}", self.provider.build(self.submission()))
        assert b"Authorization: Basic " + base64.b64encode(b"gh-key-0815-4711:") in heads[0]


class TestWhatTheJobAsks:
    """Greenhouse takes an application without required answers, so we look first."""

    account, job = "acmebv", "4000001"

    @pytest.fixture(autouse=True)
    def fresh_cache(self) -> None:
        cache.clear()

    def hand_in(self, ats: Sandbox, **changes: Any) -> Accepted:
        values = {"settings": {"board_token": self.account}, "credentials": {"api_key": "gh-key"}, **changes}
        submission = submission_of(Greenhouse(), base_url=ats.url("greenhouse"), **values)
        return exchange.hand_in(Greenhouse(), submission)

    def ask(self, ats: Sandbox, **questions: str) -> None:
        asked = {name.removeprefix("q"): kind for name, kind in questions.items()}
        ats.register("greenhouse", account=self.account, key="gh-key", jobs={self.job: asked})

    def test_sends_nothing_that_lacks_a_required_answer(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7002="input_text!|Why us?")
        with pytest.raises(Rejected, match=r"Why us\?") as refused:
            self.hand_in(ats)
        assert "answers_missing" == refused.value.code
        assert [] == ats.received()

    def test_sends_what_answers_everything_required(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean!")
        self.hand_in(ats)
        assert 1 == len(ats.received())

    def test_puts_the_links_into_the_questions_for_them(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7003="input_text!|LinkedIn Profile", q7004="input_text|Website or portfolio")
        dropped = self.hand_in(ats).receipt.dropped
        fields = ats.received()[0].fields
        assert "https://www.linkedin.com/in/sannedevries" == fields["question_7003"]
        assert "https://sanne.example.org" == fields["question_7004"]
        assert {"linkedin_url", "website_url"}.isdisjoint(dropped)

    def test_asks_about_a_job_once_for_many_applications(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean")
        self.hand_in(ats)
        ats.register("greenhouse", account=self.account, key="gh-key", jobs={self.job: {"7001": "boolean!"}})
        self.hand_in(ats, application={"answers": []})
        assert 2 == len(ats.received())

    def test_knows_a_closed_job_before_anything_is_sent(self, ats: Sandbox) -> None:
        ats.register("greenhouse", account=self.account, key="gh-key", jobs=["1"])
        with pytest.raises(JobClosed):
            self.hand_in(ats)
        assert 0 == ats.stats()["greenhouse"]["calls"]
