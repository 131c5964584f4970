"""Homerun, as docs and clients describe it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

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
from ats_integration.providers.base import Rate, Request, Response, Submission
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.homerun import Homerun
from ats_integration.providers.homerun_parts import application, file, note
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import FULL

from .contract import EMAIL, ProviderContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import listening, ok, saying

REFERENCE = "ap_D3kCkoClbG6n6KlqD0ob"
HEADERS = {"Authorization": "Bearer homerun-key-0815", "Accept": "application/json"}
LETTER = FULL["application"]["cover_letter"]
#: A key that may hand in, but not read applications.
WRITER = "homerun-key-0815|job-applications:write,job-application-files:write,job-application-notes:write"


def says(message: str, *details: dict[str, str], code: int = 400) -> bytes:
    """Return a refusal as Homerun writes it."""
    return json.dumps({"code": code, "error": True, "message": message, "details": list(details)}).encode()


def wrong(param: str) -> dict[str, str]:
    """Return what Homerun says about one parameter."""
    return {"param": param, "message": f"{param} is not a valid value"}


def known(id: str, email: Any) -> dict[str, Any]:
    """Return an application as a list shows it."""
    return {"id": id, "vacancy_id": "4000001", "personal_info": {"first_name": "Sanne", "email": email}}


class TestHomerun(ProviderContract):
    """Homerun keeps the contract, and has habits of its own."""

    provider = Homerun()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": "homerun-key-0815"}
    production_address = "https://api.homerun.co/v2/job-applications"
    accepted = (201, b'{"data":{"id":"%s"}}' % REFERENCE.encode(), REFERENCE)
    dropped = ("address", "consent", "marketing_consent")

    @pytest.fixture
    def hand_in(self, base_url: str) -> Callable[..., Accepted]:
        """Give a function that hands in for a new delivery."""
        return lambda **changes: Memory(self.provider).hand_in(self.submission(base_url=base_url, **changes))

    def kept(self, submission: Submission) -> Submission:
        """Return the submission after the application was taken."""
        return replace(submission, kept={"application": {"reference": REFERENCE, "dropped": []}})

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given an API that takes the vacancy in the body, it stands there as it is."""
        request = application(self.submission(vacancy={"external_id": "a/b?c#d&e"}))
        assert ("/job-applications", "a/b?c#d&e") == (request.path, request.json["vacancy_id"])

    def test_reads_the_reference(self, hand_in: Callable[..., Accepted]) -> None:
        """Given that the CV comes last, the status is that of its call."""
        status, body, reference = self.accepted
        assert reference == self.provider.judge(Response(status=status, body=body)).reference
        assert 200 == hand_in().status

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = application(self.submission())
        assert HEADERS == request.headers
        assert {
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "vacancy_id": "4000001",
            "sourced": False,
            "phone_number": "+31612345678",
            "linkedin": "https://www.linkedin.com/in/sannedevries",
            "website": "https://sanne.example.org",
            "city": "Ede",
            "country": "NL",
            "sources": ["Jobbird"],
            "custom_data": {"Rijbewijs B?": "yes"},
        } == request.json

    def test_adds_the_cv_as_resume(self) -> None:
        submission = self.kept(self.submission())
        request = file(submission)
        assert request is not None
        assert ("POST", f"/job-applications/{REFERENCE}/files", HEADERS) == (
            request.method,
            request.path,
            request.headers,
        )
        assert (("type", "resume"), ("file", submission.resume)) == request.form

    def test_adds_the_cover_letter_as_note(self) -> None:
        request = note(self.kept(self.submission()))
        assert request is not None
        assert ("POST", f"/job-applications/{REFERENCE}/notes", HEADERS) == (
            request.method,
            request.path,
            request.headers,
        )
        assert {"note": LETTER, "display_name": "Jobbird"} == request.json

    def test_makes_no_call_for_what_is_not_there(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in(resume=None, application={"cover_letter": ""})
        assert 1 == ats.stats()["homerun"]["calls"]

    def test_signs_a_note_without_a_source(self) -> None:
        request = note(self.kept(self.submission(application={"source": ""})))
        assert request is not None
        assert "Job board" == request.json["display_name"]

    def test_tells_both_answers_to_a_question_that_comes_twice(self, arrived: Callable[..., Reception]) -> None:
        answers = [
            {"question_id": "", "question": "Rijbewijs?", "answer": "B"},
            {"question_id": "", "question": "Rijbewijs?", "answer": ("C", "E")},
        ]
        arrived(application={"answers": answers})
        body = application(self.submission(application={"answers": answers})).json
        assert {"Rijbewijs?": "B; C, E"} == body["custom_data"]

    def test_carries_an_address_that_is_only_a_place(self, hand_in: Callable[..., Accepted]) -> None:
        place = {"city": "Ede", "country": "NL"}
        assert "address" not in hand_in(candidate={"address": place}).receipt.dropped

    def test_keeps_to_sixty_calls_a_minute(self) -> None:
        assert Rate(calls=60, per=timedelta(minutes=1)) == self.provider.rate

    # Several calls --------------------------------------------------------------------------------

    @pytest.mark.parametrize("after", [0, 1, 2])
    @pytest.mark.parametrize("mode", ["down", "throttle"])
    def test_repeats_no_call_that_succeeded(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after)
        (reception,) = ats.received("homerun")
        assert 3 + 1 == ats.stats()["homerun"]["calls"]
        assert ([LETTER], True) == (reception.fields["notes"], reception.resume is not None)
        assert accepted.receipt.reference.startswith("ap_")

    @pytest.mark.parametrize(("after", "calls"), [(0, 3), (1, 4), (2, 4)])
    def test_asks_after_a_lost_answer(self, after: int, calls: int, base_url: str, ats: Sandbox) -> None:
        submission = self.submission(base_url=base_url)
        accepted = handed_in_twice(self.provider, submission, ats, "drop_answer", after)
        assert 1 == len(ats.received("homerun"))
        assert calls == ats.stats()["homerun"]["calls"]
        assert accepted.is_certain

    def test_hands_in_again_what_never_arrived(self, hurry: None, base_url: str, ats: Sandbox) -> None:
        submission = self.submission(base_url=base_url)
        accepted = handed_in_twice(self.provider, submission, ats, "blackhole", after=0)
        assert 1 == len(ats.received("homerun"))
        assert (True, False) == (accepted.is_certain, accepted.was_there)

    def test_repeats_in_doubt_where_the_key_may_not_ask(self, base_url: str, ats: Sandbox) -> None:
        submission = self.submission(base_url=base_url, credentials={"api_key": WRITER})
        accepted = handed_in_twice(self.provider, submission, ats, "drop_answer", after=0)
        assert not accepted.is_certain
        assert 2 == len(ats.received("homerun"))

    def test_drops_the_letter_where_the_key_may_not_write_notes(self, hand_in: Callable[..., Accepted]) -> None:
        key = "homerun-key-0815|job-applications:write,job-application-files:write"
        accepted = hand_in(credentials={"api_key": key})
        assert ("address", "consent", "marketing_consent", "cover_letter") == accepted.receipt.dropped

    @pytest.mark.parametrize("mode", ["reject", "closed"])
    def test_keeps_the_letter_where_the_cv_is_refused(
        self, mode: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave("homerun", mode, after=2, times=1)
        accepted = hand_in()
        (reception,) = ats.received("homerun")
        assert ([LETTER], None) == (reception.fields["notes"], reception.resume)
        assert ("address", "consent", "marketing_consent", "resume") == accepted.receipt.dropped

    @pytest.mark.parametrize("scope", ["job-applications:write", "job-application-files:write"])
    def test_needs_the_other_scopes(self, scope: str, hand_in: Callable[..., Accepted]) -> None:
        with pytest.raises(Unauthorized):
            hand_in(credentials={"api_key": WRITER.replace(scope, "nothing")})

    # Looking up -----------------------------------------------------------------------------------

    def looked_up(self, body: Any, status: int = 200) -> Any:
        """Return what a lookup reads in an answer."""
        lookup = self.provider.lookup(self.submission())
        return lookup.read(self.submission(), Response(status=status, body=json.dumps(body).encode()))

    def test_asks_for_the_vacancys_applications(self) -> None:
        request: Request = self.provider.lookup(self.submission()).build(self.submission())
        assert ("GET", "/job-applications", HEADERS) == (request.method, request.path, request.headers)
        assert (("filter[vacancy_id]", "4000001"), ("perPage", "100")) == request.params

    def test_finds_a_person_by_email_address_in_capitals_or_not(self) -> None:
        listed = {"data": [known("ap_1", "x@example.org"), known("ap_2", EMAIL.upper())]}
        assert {"application": {"reference": "ap_2", "dropped": []}} == self.looked_up(listed)

    def test_finds_a_person_whose_address_stands_outside_of_the_personal_information(self) -> None:
        assert {"application": {"reference": "ap_2", "dropped": []}} == self.looked_up(
            {"data": [{"id": "ap_2", "email": EMAIL}]}
        )

    @pytest.mark.parametrize("rows", [[], [known("ap_1", "x@example.org")]])
    def test_finds_nobody(self, rows: list[Any]) -> None:
        assert {} == self.looked_up({"data": rows})

    @pytest.mark.parametrize("row", [{"id": "ap_1"}, {"id": "ap_1", "personal_info": []}, known("ap_1", None)])
    def test_is_not_sure_where_somebody_has_no_address(self, row: dict[str, Any]) -> None:
        assert self.looked_up({"data": [row]}) is None

    def test_is_not_sure_where_the_list_goes_on(self) -> None:
        assert self.looked_up({"data": [known("ap_1", "x@example.org")] * 100}) is None

    @pytest.mark.parametrize("body", [{}, [], "", {"data": None}, {"data": {"id": "ap_1"}}])
    def test_does_not_take_an_unreadable_list_for_an_empty_one(self, body: Any) -> None:
        assert self.looked_up(body) is None

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_is_not_sure_where_it_may_not_ask(self, status: int) -> None:
        assert self.looked_up({"code": status, "message": "Forbidden"}, status=status) is None

    @pytest.mark.parametrize("status", [401, 429, 500])
    def test_does_not_go_on_without_an_answer(self, status: int) -> None:
        with pytest.raises(DeliveryError):
            self.looked_up({}, status=status)

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (400, says("The given input was invalid", wrong("email")), Rejected, "rejected"),
            (400, says("The given input was invalid", wrong("vacancy_id")), JobClosed, "job_closed"),
            (400, says("The given input was invalid"), Rejected, "rejected"),
            (400, b'{"code":400,"error":true,"message":"","details":[]}', Rejected, "rejected"),
            (400, b'{"details":[{}]}', Rejected, "rejected"),
            (400, b"{}", Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (400, b"<html>Bad Request</html>", Rejected, "rejected"),
            (401, says("Unauthenticated", code=401), Unauthorized, "unauthorized"),
            (402, says("Your plan does not include public api access", code=402), Unauthorized, "unauthorized"),
            (403, says("Forbidden", code=403), Unauthorized, "unauthorized"),
            (404, says("Not found", code=404), JobClosed, "job_closed"),
            (413, b"", Rejected, "rejected"),
            (429, says("Too Many Requests", code=429), RateLimited, "rate_limited"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Uncertain, "http_500"),
            (502, b"<html>Bad Gateway</html>", Uncertain, "http_502"),
            (503, b"", Unavailable, "http_503"),
            (504, b"", Uncertain, "http_504"),
            (200, b'{"code":400,"error":true,"message":"The given input was invalid"}', Uncertain, "uncertain"),
            (201, b"", Uncertain, "uncertain"),
            (201, b'{"data":{}}', Uncertain, "uncertain"),
            (200, b'{"data":[]}', Uncertain, "uncertain"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(
        ("name", "status", "failure"),
        [
            ("file", 400, Rejected),
            ("file", 401, Unauthorized),
            ("file", 403, Unauthorized),
            ("file", 404, Rejected),
            ("file", 429, RateLimited),
            ("file", 500, Unavailable),
            ("note", 400, Rejected),
            ("note", 401, Unauthorized),
            ("note", 403, Rejected),
            ("note", 404, Rejected),
            ("note", 429, RateLimited),
            ("note", 500, Unavailable),
        ],
    )
    def test_reads_every_documented_failure_of_what_follows(
        self, name: str, status: int, failure: type[DeliveryError]
    ) -> None:
        """Given an application that is there, "not found" is about that one, and no closed job."""
        step = next(step for step in self.provider.steps(self.submission()) if step.name == name)
        with pytest.raises(DeliveryError) as failed:
            step.read(self.submission(), Response(status=status, body=says("Not found", code=status)))
        assert (failure, status) == (type(failed.value), failed.value.status)

    def test_repeats_homeruns_words(self) -> None:
        body = says("The given input was invalid", {"param": "email", "message": "email is not a valid value"})
        words = "The given input was invalid: param: email; message: email is not a valid value"
        assert words == self.provider.explain(Response(status=400, body=body))

    @pytest.mark.parametrize(
        ("status", "is_open"), [("public", True), ("private", True), ("closed", False), ("draft", False)]
    )
    def test_tells_an_open_vacancy_from_others(self, status: str, is_open: bool) -> None:
        body = b'{"pong":true,"data":{"id":"job_1","status":"%s"}}' % status.encode()
        with listening(saying(ok(body))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["job_1"])
        assert (() if is_open else ("job_1",)) == report.unknown_jobs
