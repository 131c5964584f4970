"""Breezy HR, as docs and clients describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers import breezy_calls, exchange, transport
from ats_integration.providers.base import Rate, Request, Response
from ats_integration.providers.breezy import Breezy
from ats_integration.providers.breezy_parts import PENDING, error_type, on_position, require_open
from ats_integration.providers.calls import get
from ats_integration.providers.exchange import Accepted
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .judged import Verdict, verdict
from .tiny_servers import listening, ok, saying_to

PUBLISHED = b'{"_id":"4000001","name":"Monteur","state":"published"}'
PARTIAL = b'{"error":{"type":"partialCandidateCreated","message":"The person was asked to complete the form."}}'


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
    calls_before = 1

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.application_call(self.submission())
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
        request = breezy_calls.attach(replace(submission, kept={"application": {"reference": "0c1d", "dropped": []}}))
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
        ("status", "headers", "body", "expected"),
        [
            (200, {}, b"{}", (Uncertain, "uncertain", None)),
            (200, {}, b"[]", (Uncertain, "uncertain", None)),
            (200, {}, b'{"error":{}}', (Uncertain, "uncertain", None)),
            (200, {}, b"<html>Welcome</html>", (Uncertain, "uncertain", None)),
            (202, {}, b"{}", (Uncertain, "uncertain", None)),
            (202, {}, b'{"_id":"0c1d"}', (Uncertain, "uncertain", None)),
            (204, {}, b"", (Uncertain, "uncertain", None)),
            (400, {}, error("missingAccessToken"), (Unauthorized, "unauthorized", None)),
            (400, {}, error("invalidAccessToken"), (Unauthorized, "unauthorized", None)),
            (400, {}, error("addCandidateMissingName"), (Rejected, "rejected", None)),
            (400, {}, error("addCandidateInvalidEmail"), (Rejected, "rejected", None)),
            (400, {}, b'{"error":{}}', (Rejected, "rejected", None)),
            (400, {}, b"Bad Request", (Rejected, "rejected", None)),
            (401, {}, error("invalidAccessToken"), (Unauthorized, "unauthorized", None)),
            (401, {}, b"", (Unauthorized, "unauthorized", None)),
            (403, {}, error("planWithoutApi"), (Unauthorized, "unauthorized", None)),
            (404, {}, error("notFound"), (JobClosed, "job_closed", None)),
            (404, {}, b"<html>Not Found</html>", (JobClosed, "job_closed", None)),
            (409, {}, error("somethingElse"), (Rejected, "rejected", None)),
            (412, {}, error("candidateNotInPosition"), (Rejected, "rejected", None)),
            (429, {}, error("rateLimited"), (RateLimited, "rate_limited", 60)),
            (429, {"retry-after": "17"}, b"", (RateLimited, "rate_limited", 17)),
            (429, {"retry-after": "600"}, b"", (RateLimited, "rate_limited", 60)),
            (429, {"x-ratelimit-reset": "12"}, b"", (RateLimited, "rate_limited", 12)),
            (429, {"x-ratelimit-reset": "1795420800"}, b"", (RateLimited, "rate_limited", 60)),
            (429, {"x-ratelimit-reset": "soon"}, b"", (RateLimited, "rate_limited", 60)),
            (500, {}, error("addCandidateError"), (Uncertain, "http_500", None)),
            (500, {"x-ratelimit-reset": "12"}, b"", (Uncertain, "http_500", None)),
            (502, {}, b"<html>Bad Gateway</html>", (Uncertain, "http_502", None)),
            (503, {}, b"", (Unavailable, "http_503", None)),
            (503, {"retry-after": "30"}, b"", (Unavailable, "http_503", 30)),
            (504, {}, b"", (Uncertain, "http_504", None)),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], body: bytes, expected: Verdict
    ) -> None:
        assert expected == verdict(self.provider, status, headers, body)

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (400, error("invalidAccessToken"), (Unauthorized, "unauthorized", None)),
            (404, error("notFound"), (JobClosed, "job_closed", None)),
            (412, error("candidateNotInPosition"), (Rejected, "rejected", None)),
            (413, b"", (Rejected, "rejected", None)),
            (429, b"", (RateLimited, "rate_limited", 60)),
            (500, error("uploadResumeError"), (Unavailable, "http_500", None)),
        ],
    )
    def test_reads_every_documented_failure_of_the_upload(self, status: int, body: bytes, expected: Verdict) -> None:
        """Given that a CV replaces the one before it, a fault leaves no doubt."""
        upload = self.provider.steps(self.submission())[-1]
        assert expected == verdict(self.provider, status, {}, body, lambda r: upload.read(self.submission(), r))

    def test_waits_until_the_moment_in_the_header(self) -> None:
        soon = str(int(timezone.now().timestamp()) + 20)
        wait = self.provider.wait(Response(status=429, headers={"x-ratelimit-reset": soon}))
        assert wait is not None
        assert 15 < wait.total_seconds() <= 20

    def test_takes_a_duplicate_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        accepted = hand_in()
        assert (409, "", ("resume",)) == (accepted.status, accepted.receipt.reference, accepted.receipt.dropped)
        assert 1 == len(ats.received("breezy"))

    @pytest.mark.parametrize(("changes", "dropped"), [({}, ("resume",)), ({"resume": None}, ())])
    def test_takes_a_partial_candidate_for_delivered_and_says_that_it_waits(
        self, changes: dict[str, Any], dropped: tuple[str, ...]
    ) -> None:
        """Given that Breezy asks the person to complete the form, there is nobody yet to attach a CV to."""
        answers = {b"GET": ok(PUBLISHED), b"POST": ok(PARTIAL, status=b"202 Accepted")}
        with listening(saying_to(answers)) as port:
            submission = self.submission(base_url=f"http://127.0.0.1:{port}", **changes)
            accepted = exchange.hand_in(self.provider, submission)
        assert (202, PENDING, dropped) == (accepted.status, accepted.receipt.reference, accepted.receipt.dropped)

    @pytest.mark.parametrize("state", ["draft", "closed", "archived"])
    def test_makes_no_candidate_for_a_position_that_is_not_published(self, state: str) -> None:
        answer = ok(b'{"_id":"4000001","state":"%s"}' % state.encode())
        with listening(saying_to({b"GET": answer})) as port, pytest.raises(JobClosed) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "job_closed" == failed.value.code

    def test_takes_no_page_for_a_job(self) -> None:
        """Given that something else answers at the base address, nobody calls the job closed."""
        answer = ok(b"<html>Welcome</html>")
        with listening(saying_to({b"GET": answer})) as port, pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "send_failed" == failed.value.code

    def test_looks_at_the_position_on_every_try_until_the_candidate_is_made(self) -> None:
        look, *_ = self.provider.steps(self.submission())
        made = {"application": {"reference": "0c1d", "dropped": []}}
        asked = look.build(self.submission())
        assert asked is not None
        assert ("GET", "/v3/company/1a2b3c4d5e6f/position/4000001") == (asked.method, asked.path)
        assert (True, None) == (look.fresh, look.build(replace(self.submission(), kept=made)))

    @pytest.mark.parametrize("mode", ["drop_answer", "down", "reset"])
    def test_goes_on_with_the_cv_where_the_candidate_was_made(self, mode: str, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=2)
        (reception,) = ats.received("breezy")
        assert reception.resume is not None
        assert (reception.id, ()) == (accepted.receipt.reference, accepted.receipt.dropped)
        assert accepted.is_certain or mode != "drop_answer"
        assert 3 == ats.stats()["breezy"]["calls"]

    def test_finds_the_candidate_whose_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=1)
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
            on_position("4000001", Response(status=200, body=b"{}"))

    def test_cannot_tell_who_applied_where_breezy_has_no_search(self) -> None:
        assert self.provider.found(self.submission(), Response(status=404)) is None

    def test_goes_without_a_cv_that_breezy_refuses(self, arrived: Callable[..., Reception], ats: Sandbox) -> None:
        ats.behave("breezy", "reject", after=2)
        assert arrived().resume is None

    def test_names_a_cv_that_breezy_refuses(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.behave("breezy", "reject", after=2)
        assert ("resume",) == hand_in().receipt.dropped

    def test_reports_a_token_of_another_company(self, ats: Sandbox, base_url: str) -> None:
        ats.register("breezy", account="aaaaaaaaaaaa", key=self.credentials["api_token"])
        (problem,) = check_connection(self.config(base_url)).problems
        assert "Breezy HR knows no company with the id 1a2b3c4d5e6f." == problem

    @pytest.mark.parametrize("state", ["draft", "closed", "archived", ""])
    def test_calls_only_published_positions_open(self, state: str) -> None:
        require_open(Response(status=200, body=PUBLISHED))
        with pytest.raises(JobClosed):
            require_open(Response(status=200, body=f'{{"_id":"1","state":"{state}"}}'.encode()))

    @pytest.mark.parametrize("company", ["acme", "1a2b3c4d5e6", "1a2b3c4d5e6f7a8", "1a2b3c4d5e6g"])
    def test_refuses_what_is_no_company_id(self, company: str) -> None:
        assert {"company_id"} == set(self.provider.problems({"company_id": company}, self.credentials))


class TestStandIn:
    """The played Breezy takes what is documented, and nothing else."""

    ADDRESS = "/v3/company/1a2b3c4d5e6f/position/1/candidates"

    @pytest.mark.parametrize(
        ("changes", "status", "kind"),
        [
            ({}, 200, ""),
            ({"name": " "}, 400, "addCandidateMissingName"),
            ({"email_address": "sanne"}, 400, "addCandidateInvalidEmail"),
            ({"origin": "sourced"}, 400, "addCandidateInvalidField"),
            ({"phone": "06 12345678"}, 400, "addCandidateInvalidField"),
            ({"social_profiles": {"website": "https://x.nl"}}, 400, "addCandidateInvalidField"),
            ({"custom_attributes": [{"name": "a"}]}, 400, "addCandidateInvalidField"),
            ({"tags": "a"}, 400, "addCandidateInvalidField"),
        ],
    )
    def test_checks_a_candidate(self, changes: dict[str, Any], status: int, kind: str, ats: Sandbox) -> None:
        body = {"name": "Sanne", "email_address": "s@example.org", "origin": "applied", **changes}
        request = Request(method="POST", path=self.ADDRESS, headers={"Authorization": "t"}, json=body)
        response = transport.call(ats.url("breezy"), request)
        assert (status, kind) == (response.status, error_type(response))

    def test_takes_a_token_with_or_without_a_scheme(self, ats: Sandbox) -> None:
        ats.register("breezy", account="1a2b3c4d5e6f", key="t")
        for given, status in (("t", 200), ("Bearer t", 200), ("Basic t", 400), ("", 400)):
            request = get("/v3/company/1a2b3c4d5e6f/position/1", headers={"Authorization": given} if given else {})
            assert status == transport.call(ats.url("breezy"), request).status
