"""Breezy HR, as docs and clients describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ats_integration.connection_check import check_connection
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
from ats_integration.providers.base import Rate, Response
from ats_integration.providers.breezy import PENDING, Breezy
from ats_integration.providers.exchange import Accepted
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import listening, ok, saying


def error(kind: str) -> bytes:
    """Return an error as Breezy writes it."""
    return f'{{"error":{{"type":"{kind}","message":"words"}}}}'.encode()


class TestBreezy(ProviderContract):
    """Breezy keeps the contract, and has habits of its own."""

    provider = Breezy()
    settings = {"company_id": "1a2b3c4d5e6f"}
    credentials = {"api_token": "breezy_pat_0815"}
    production_address = "https://api.breezy.hr/v3/company/1a2b3c4d5e6f/position/4000001/candidates"
    accepted = (200, b'{"_id":"0c1d2e3f4a5b","name":"Sanne de Vries"}', "0c1d2e3f4a5b")
    dropped = ()
    account = "1a2b3c4d5e6f"

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        assert {"Accept": "application/json", "Authorization": "breezy_pat_0815"} == request.headers
        assert {
            "name": "Sanne de Vries",
            "email_address": "sanne.devries@example.org",
            "phone_number": "+31612345678",
            "origin": "applied",
            "source": "Jobbird",
            "cover_letter": "Beste team,\n\nGraag kom ik bij jullie werken.",
            "address": "Dorpsstraat 1, 1234 AB Ede, NL",
            "social_profiles": {
                "linkedin": "https://www.linkedin.com/in/sannedevries",
                "globe": "https://sanne.example.org",
            },
            "custom_attributes": [
                {"name": "Rijbewijs B?", "value": "yes", "secure": False},
                {
                    "name": "Consent",
                    "value": "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
                    "to have it kept for other jobs, to be contacted later. The words were: Akkoord.",
                    "secure": False,
                },
            ],
        } == request.json

    def test_attaches_the_cv_to_the_candidate_of_the_first_call(self) -> None:
        submission = self.submission()
        request = self.provider.attach(replace(submission, kept={"application": {"reference": "0c1d", "dropped": []}}))
        assert request is not None
        assert "/v3/company/1a2b3c4d5e6f/position/4000001/candidate/0c1d/resume" == request.path
        assert (("file", submission.resume),) == request.form

    def test_reads_the_reference(self, hand_in: Callable[..., Accepted]) -> None:
        """Given that the CV comes last, the status is that of its call."""
        status, body, reference = self.accepted
        assert reference == self.provider.judge(Response(status=status, body=body)).reference
        assert 204 == hand_in().status

    def test_gives_the_candidates_id_back(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        reference = hand_in().receipt.reference
        assert ats.received("breezy")[0].id == reference

    def test_keeps_to_a_hundred_calls_a_minute(self) -> None:
        assert Rate(calls=100, per=timedelta(seconds=60)) == self.provider.rate

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b"{}", Uncertain, "uncertain"),
            (200, b"[]", Uncertain, "uncertain"),
            (202, b"{}", Uncertain, "uncertain"),
            (202, b'{"_id":"0c1d"}', Uncertain, "uncertain"),
            (400, error("missingAccessToken"), Unauthorized, "unauthorized"),
            (400, error("invalidAccessToken"), Unauthorized, "unauthorized"),
            (400, error("addCandidateMissingName"), Rejected, "rejected"),
            (401, error("invalidAccessToken"), Unauthorized, "unauthorized"),
            (403, error("planWithoutApi"), Unauthorized, "unauthorized"),
            (404, error("notFound"), JobClosed, "job_closed"),
            (409, error("somethingElse"), Rejected, "rejected"),
            (412, error("candidateNotInPosition"), Rejected, "rejected"),
            (429, error("rateLimited"), RateLimited, "rate_limited"),
            (500, error("addCandidateError"), Uncertain, "http_500"),
            (500, error("uploadResumeError"), Unavailable, "http_500"),
            (503, b"", Unavailable, "http_503"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_takes_a_duplicate_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        accepted = hand_in()
        assert (409, "", ("resume",)) == (accepted.status, accepted.receipt.reference, accepted.receipt.dropped)
        assert 1 == len(ats.received("breezy"))

    def test_takes_a_partial_candidate_for_delivered_and_says_that_it_waits(self) -> None:
        answer = ok(error("partialCandidateCreated"), status=b"202 Accepted")
        with listening(saying(answer)) as port:
            accepted = exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert (202, PENDING, ("resume",)) == (accepted.status, accepted.receipt.reference, accepted.receipt.dropped)

    def test_has_no_cv_to_lose_where_there_is_none(self) -> None:
        answer = ok(error("partialCandidateCreated"), status=b"202 Accepted")
        with listening(saying(answer)) as port:
            bare = self.submission(base_url=f"http://127.0.0.1:{port}", resume=None)
            assert () == exchange.hand_in(self.provider, bare).receipt.dropped

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 60),
            ({"retry-after": "17"}, 17),
            ({"retry-after": "600"}, 60),
            ({"x-ratelimit-reset": "12"}, 12),
            ({"x-ratelimit-reset": "1795420800"}, 60),
        ],
    )
    def test_waits_for_the_next_window_at_most(self, headers: dict[str, str], seconds: int) -> None:
        assert timedelta(seconds=seconds) == self.provider.wait(Response(status=429, headers=headers))

    def test_does_not_wait_after_other_answers(self) -> None:
        assert self.provider.wait(Response(status=500, headers={"x-ratelimit-reset": "12"})) is None

    @pytest.mark.parametrize("mode", ["drop_answer", "down", "reset"])
    def test_goes_on_with_the_cv_where_the_candidate_was_made(self, mode: str, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=1)
        (reception,) = ats.received("breezy")
        assert reception.resume is not None
        assert (reception.id, ()) == (accepted.receipt.reference, accepted.receipt.dropped)
        assert accepted.is_certain or mode != "drop_answer"
        assert 3 == ats.stats()["breezy"]["calls"]

    def test_finds_the_candidate_whose_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        (reception,) = ats.received("breezy")
        assert accepted.was_there
        assert accepted.is_certain
        assert reception.id == accepted.receipt.reference
        assert reception.resume is not None

    def test_is_not_misled_by_an_application_for_another_position(self, base_url: str, ats: Sandbox) -> None:
        exchange.hand_in(self.provider, self.submission(base_url=base_url, vacancy={"external_id": "9f8e7d6c5b4a"}))
        memory = Memory(self.provider)
        memory.is_doubtful = True
        assert not memory.hand_in(self.submission(base_url=base_url)).was_there
        assert ["9f8e7d6c5b4a", "4000001"] == [reception.job_id for reception in ats.received("breezy")]

    def test_does_not_take_a_strange_list_for_an_empty_one(self) -> None:
        with pytest.raises(Uncertain):
            self.provider.found(self.submission(), Response(status=200, body=b"{}"))

    def test_goes_without_a_cv_that_breezy_refuses(self, arrived: Callable[..., Reception], ats: Sandbox) -> None:
        ats.behave("breezy", "reject", after=1)
        assert arrived().resume is None

    def test_names_a_cv_that_breezy_refuses(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.behave("breezy", "reject", after=1)
        assert ("resume",) == hand_in().receipt.dropped

    def test_reports_a_token_of_another_company(self, ats: Sandbox, base_url: str) -> None:
        ats.register("breezy", account="aaaaaaaaaaaa", key=self.credentials["api_token"])
        (problem,) = check_connection(self.config(base_url)).problems
        assert "Breezy HR knows no company with the id 1a2b3c4d5e6f." == problem

    @pytest.mark.parametrize(("state", "is_open"), [("published", True), ("draft", False), ("closed", False)])
    def test_calls_only_published_positions_open(self, state: str, is_open: bool) -> None:
        response = Response(status=200, body=f'{{"_id":"1","state":"{state}"}}'.encode())
        if is_open:
            self.provider.require_published(response)
            return
        with pytest.raises(JobClosed):
            self.provider.require_published(response)

    @pytest.mark.parametrize("company", ["acme", "1a2b3c4d5e6", "1a2b3c4d5e6f7a8", "1a2b3c4d5e6g"])
    def test_refuses_what_is_no_company_id(self, company: str) -> None:
        assert {"company_id"} == set(self.provider.problems({"company_id": company}, self.credentials))
