"""Jobylon, as its page about the push API describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    OurFault,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers import exchange, transport
from ats_integration.providers.base import Request, Response
from ats_integration.providers.jobylon import Jobylon
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract
from .interrupted import handed_in_twice
from .judged import Verdict, verdict

NO_ADDRESS = "The connection has no base address: enter the one that Jobylon gave you."


class TestJobylon(ProviderContract):
    """Jobylon keeps the contract, and has habits of its own."""

    provider = Jobylon()
    settings = {"app_id": "0123456789123456"}
    credentials = {"app_key": "AbC123XyZ"}
    production_address = "/p1/applications/"
    accepted = (201, b'{"id": 123}', "123")
    dropped = ("address", "consent", "marketing_consent")
    numbers_jobs = True
    asks_by = "POST"

    def sent(self, **changes: Any) -> dict[str, Any]:
        """Return the fields of the form."""
        return dict(self.provider.build(self.submission(**changes)).form)

    # The address ----------------------------------------------------------------------------------

    def test_calls_the_documented_address(self) -> None:
        """Given that no host is documented, only the path is known."""
        request = self.provider.build(self.submission())
        assert ("POST", self.production_address) == (request.method, request.path)

    def test_is_incomplete_without_a_base_address(self) -> None:
        with pytest.raises(OurFault) as failed:
            exchange.hand_in(self.provider, self.submission())
        assert ("config_incomplete", NO_ADDRESS) == (failed.value.code, failed.value.detail)

    def test_asks_for_the_base_address_when_tested_without(self) -> None:
        report = check_connection(self.config(""), ["4000001"])
        assert (f"Jobylon: {NO_ADDRESS}",) == report.problems
        assert not report.ok

    # What is sent ---------------------------------------------------------------------------------

    def test_sends_exactly_the_documented_fields(self) -> None:
        sent = self.sent()
        assert {
            "partner_name": "Jobbird",
            "message": "Via Jobbird",
            "questions": [{"order": 1, "question": "Rijbewijs B?", "question_type": "text", "answer": "yes"}],
        } == json.loads(sent.pop("source_json"))
        assert "cv-sanne.pdf" == sent.pop("cv").filename
        assert {
            "job_id": "4000001",
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "ln_url": "https://www.linkedin.com/in/sannedevries",
            "message": "Beste team,\n\nGraag kom ik bij jullie werken.\n\nWebsite: https://sanne.example.org",
            "source_type": "applied",
            "original_referrer": "https://jobs.example.org/5",
        } == sent

    def test_sends_id_and_key_as_headers(self) -> None:
        (probe,) = self.provider.ping(self.settings, self.credentials, ["1"])
        for request in (self.provider.build(self.submission()), probe.request):
            assert {
                "X-App-Id": "0123456789123456",
                "X-App-Key": "AbC123XyZ",
                "Accept": "application/json",
            } == request.headers

    def test_sends_no_empty_field(self) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        sent = self.sent(**bare, vacancy={"url": ""})
        assert ["job_id", "first_name", "last_name", "email", "source_type", "source_json"] == list(sent)
        assert {"partner_name": "Job board", "message": "Via Job board", "questions": []} == json.loads(
            sent["source_json"]
        )

    def test_tells_every_answer_in_its_order(self, arrived: Callable[..., Reception]) -> None:
        answers = [
            {"question_id": "", "question": "Rijbewijs?", "answer": ("B", "C")},
            {"question_id": "", "question": "Niets?", "answer": ""},
            {"question_id": "", "question": "Jaren ervaring: hoeveel?", "answer": 5},
        ]
        told = arrived(application={"answers": answers}).fields["source_json"]["questions"]
        assert [(1, "Rijbewijs?", "B, C"), (2, "Jaren ervaring: hoeveel?", "5")] == [
            (question["order"], question["question"], question["answer"]) for question in told
        ]

    @pytest.mark.parametrize("link", ["linkedin.com/in/sanne", "sannedevries", "https://linkedin"])
    def test_tells_a_link_that_jobylon_would_refuse_in_the_message(
        self, link: str, arrived: Callable[..., Reception]
    ) -> None:
        reception = arrived(candidate={"linkedin_url": link})
        assert "ln_url" not in reception.fields
        assert f"LinkedIn: {link}\nWebsite: " in reception.cover_letter

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("", "Sukarno")])
    def test_sends_a_dash_for_a_missing_name(self, first: str, last: str) -> None:
        sent = self.sent(candidate={"first_name": first, "last_name": last})
        assert (first or "-", last or "-") == (sent["first_name"], sent["last_name"])

    def test_cannot_ask_after_a_lost_answer(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        assert not accepted.is_certain
        assert 2 == len(ats.received("jobylon"))

    # Failing --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "headers", "body", "expected"),
        [
            (200, {}, b"", (Uncertain, "uncertain", None)),
            (201, {}, b"{}", (Uncertain, "uncertain", None)),
            (201, {}, b"{'id': 123}", (Uncertain, "uncertain", None)),
            (201, {}, b"<html>Welcome</html>", (Uncertain, "uncertain", None)),
            (302, {}, b"", (Unavailable, "http_302", None)),
            (400, {}, b"", (Rejected, "rejected", None)),
            (400, {}, b"{}", (Rejected, "rejected", None)),
            (400, {}, b"<h1>Bad Request (400)</h1>", (Rejected, "rejected", None)),
            (400, {}, b'{"email":["Enter a valid email address."]}', (Rejected, "rejected", None)),
            (400, {}, b'{"ln_url":["Enter a valid URL."]}', (Rejected, "rejected", None)),
            (400, {}, b'{"job_id":["Not available to this app."]}', (JobClosed, "job_closed", None)),
            (400, {}, b'{"detail":"The job is not published."}', (JobClosed, "job_closed", None)),
            (400, {}, b"This job is closed.", (JobClosed, "job_closed", None)),
            (403, {}, b'{"detail":"Forbidden"}', (Unauthorized, "unauthorized", None)),
            (403, {}, b"", (Unauthorized, "unauthorized", None)),
            (404, {}, b"<h1>Not Found</h1>", (Unavailable, "invalid_address", None)),
            (405, {}, b'{"detail":"Method not allowed."}', (Rejected, "rejected", None)),
            (413, {}, b"", (Rejected, "rejected", None)),
            (429, {}, b"", (RateLimited, "rate_limited", None)),
            (429, {"retry-after": "30"}, b'{"detail":"Request was throttled."}', (RateLimited, "rate_limited", 30)),
            (500, {}, b"", (Unavailable, "http_500", None)),
            (502, {}, b"<html>Bad Gateway</html>", (Unavailable, "http_502", None)),
            (503, {"retry-after": "5"}, b"", (Unavailable, "http_503", 5)),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], body: bytes, expected: Verdict
    ) -> None:
        assert expected == verdict(self.provider, status, headers, body)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b'{"email":["Enter a valid email address."]}', "email: Enter a valid email address."),
            (b'{"detail":"Forbidden"}', "Forbidden"),
            (b"Bad request", "Bad request"),
            (b"<h1>Bad Request</h1>", ""),
        ],
    )
    def test_repeats_jobylons_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=400, body=body))

    # Testing the connection -----------------------------------------------------------------------

    def test_proves_the_account_and_the_jobs(self, base_url: str) -> None:
        """Given that no job can be asked for, only the address is proven."""
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ("Jobylon answers at the base address.",) == report.proven
        assert () == report.problems + report.unknown_jobs

    def test_names_unknown_jobs_when_tested(self, base_url: str, ats: Sandbox) -> None:
        """Given that no job can be asked for, none is called unknown."""
        ats.register("jobylon", account="", key="AbC123XyZ", jobs=["4000001"])
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ((), True) == (report.unknown_jobs, report.ok)

    def test_asks_with_an_application_that_has_nothing_in_it(self) -> None:
        (probe,) = self.provider.ping(self.settings, self.credentials, ["1"])
        assert ({}, ()) == (probe.request.json, probe.request.form)

    def test_finds_wrong_credentials(self, base_url: str, ats: Sandbox) -> None:
        ats.register("jobylon", account="", key="another", jobs=["4000001"])
        assert not check_connection(self.config(base_url)).ok

    @pytest.mark.parametrize("status", [200, 201, 204, 302, 401, 403, 404, 405, 429, 500])
    def test_takes_only_the_refusal_for_a_proof(self, status: int) -> None:
        with pytest.raises(DeliveryError):
            self.provider.require_refusal(Response(status=status, body=b"{}"))


class TestStandIn:
    """The played Jobylon takes what is documented, and nothing else."""

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({}, []),
            ({"job_id": ""}, ["job_id"]),
            ({"job_id": "job-1"}, ["job_id"]),
            ({"last_name": " "}, ["last_name"]),
            ({"email": "sanne"}, ["email"]),
            ({"ln_url": "sannedevries"}, ["ln_url"]),
            ({"source_type": "found"}, ["source_type"]),
            ({"source_json": "{"}, ["source_json"]),
            ({"source_json": '{"questions":[{"question":"?"}]}'}, ["source_json"]),
            ({"source_json": '{"partner":"Jobbird"}'}, ["source_json"]),
            ({"website_url": "https://x.nl"}, ["website_url"]),
        ],
    )
    def test_checks_a_form(self, changes: dict[str, str], wrong: list[str], ats: Sandbox) -> None:
        form = {"job_id": "1", "first_name": "Sanne", "last_name": "de Vries", "source_type": "applied"}
        form |= {"source_json": '{"partner_name":"Jobbird"}', **changes}
        headers = {"X-App-Id": "1", "X-App-Key": "k"}
        request = Request(method="POST", path="/p1/applications/", headers=headers, form=tuple(form.items()))
        response = transport.call(ats.url("jobylon"), request)
        assert (400 if wrong else 201) == response.status
        assert wrong == [name for name in response.json() if name != "id"]
