"""BambooHR, as docs and clients describe it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from ats_integration.providers.bamboohr import BambooHR
from ats_integration.providers.base import Response
from ats_integration.providers.calls import TextFile
from ats_integration.providers.exchange import Accepted
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract
from .interrupted import handed_in_twice
from .tiny_servers import listening, ok, saying

REASON = "x-bamboohr-error-message"


class TestBambooHR(ProviderContract):
    """BambooHR keeps the contract, and has habits of its own."""

    provider = BambooHR()
    settings = {"company_domain": "acme"}
    credentials = {"api_key": "0123456789abcdef0123456789abcdef01234567"}
    production_address = "https://acme.bamboohr.com/api/v1/applicant_tracking/application"
    accepted = (200, b'{"result":"success","candidateId":4711}', "4711")
    dropped = ("consent", "marketing_consent")
    numbers_jobs = True

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        assert {
            "firstName": "Sanne",
            "lastName": "de Vries",
            "email": "sanne.devries@example.org",
            "phoneNumber": "+31612345678",
            "jobId": "4000001",
            "source": "Jobbird",
            "linkedinUrl": "https://www.linkedin.com/in/sannedevries",
            "websiteUrl": "https://sanne.example.org",
            "address": "Dorpsstraat 1",
            "city": "Ede",
            "zip": "1234 AB",
            "country": "NL",
        } == {name: value for name, value in request.form if isinstance(value, str)}
        letter = "Beste team,\n\nGraag kom ik bij jullie werken.\n\nRijbewijs B?: yes"
        assert TextFile("motivatie.txt", letter) == dict(request.form)["coverLetter"]
        assert "resume" in dict(request.form)

    def test_asks_for_json_with_the_key_as_user_name(self) -> None:
        probes = self.provider.ping(self.settings, self.credentials, ["1"])
        lookup = self.provider.lookup(self.submission())
        requests = [self.provider.build(self.submission()), lookup.build(self.submission())]
        for request in [*requests, *(probe.request for probe in probes)]:
            assert (self.credentials["api_key"], "x") == request.auth
            assert {"Accept": "application/json"} == request.headers

    def test_sends_no_empty_field(self) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        form = self.provider.build(self.submission(**bare)).form
        assert ["firstName", "lastName", "email", "jobId"] == [name for name, _ in form]

    @pytest.mark.parametrize(
        ("part", "url", "name", "line"),
        [
            ("linkedin_url", "linkedin.com/in/sanne", "linkedinUrl", "LinkedIn: linkedin.com/in/sanne"),
            ("linkedin_url", "https://example.org/sanne", "linkedinUrl", "LinkedIn: https://example.org/sanne"),
            ("website_url", "www.sanne.example", "websiteUrl", "Website: www.sanne.example"),
        ],
    )
    def test_tells_a_link_that_no_field_takes_in_the_cover_letter(
        self, part: str, url: str, name: str, line: str, arrived: Callable[..., Reception]
    ) -> None:
        fields = arrived(candidate={part: url}).fields
        assert name not in fields
        assert line in fields["coverLetter"]

    @pytest.mark.parametrize(
        "url", ["https://www.linkedin.com/in/sanne", "http://nl.linkedin.com/in/a-b", "https://linkedin.com/in/x"]
    )
    def test_knows_a_linkedin_address(self, url: str) -> None:
        form = self.provider.build(self.submission(candidate={"linkedin_url": url})).form
        assert url == dict(form)["linkedinUrl"]

    def test_delivers_the_cover_letter_as_a_text_file(self, arrived: Callable[..., Reception]) -> None:
        letter = "Beste Zoë,\nik ben „gemotiveerd” 😀"
        assert letter == arrived(application={"cover_letter": letter, "answers": []}).cover_letter

    @pytest.mark.parametrize("name", ["cv.pages", "cv.odt", "cv", "cv.exe"])
    def test_refuses_other_kinds_of_cv_before_any_call(
        self, name: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(resume={"filename": name})
        assert "resume_type" == refused.value.code
        assert 0 == ats.stats()["bamboohr"]["calls"]

    @pytest.mark.parametrize(
        ("status", "headers", "failure", "code"),
        [
            (400, {REASON: "Malformed request"}, Rejected, "rejected"),
            (401, {}, Unauthorized, "unauthorized"),
            (403, {REASON: "Too many invalid keys"}, Unauthorized, "unauthorized"),
            (404, {}, JobClosed, "job_closed"),
            (422, {REASON: "desiredSalary is required for this job"}, Rejected, "rejected"),
            (422, {REASON: "The job opening is closed"}, JobClosed, "job_closed"),
            (422, {REASON: "Job 21 does not exist"}, JobClosed, "job_closed"),
            (429, {}, RateLimited, "rate_limited"),
            (503, {"retry-after": "30"}, RateLimited, "rate_limited"),
            (503, {}, Unavailable, "http_503"),
            (500, {}, Uncertain, "http_500"),
            (502, {}, Uncertain, "http_502"),
            (504, {}, Uncertain, "http_504"),
            (598, {}, Uncertain, "http_598"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, headers=headers))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize("body", [b"", b'{"result":"success"}', b'{"candidateId":null}', b"<candidate/>"])
    def test_is_uncertain_without_a_candidate(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.provider.judge(Response(status=200, body=body))

    def test_repeats_the_reason_in_the_header(self) -> None:
        assert "email is invalid" == self.provider.explain(Response(status=422, headers={REASON: "email is invalid"}))
        assert "oops" == self.provider.explain(Response(status=400, body=b"oops"))

    def test_waits_as_long_as_a_503_says(self) -> None:
        answer = ok(b"", b"Retry-After: 30", status=b"503 Service Unavailable")
        with listening(saying(answer)) as port, pytest.raises(RateLimited) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert failed.value.retry_after is not None
        assert 30 == failed.value.retry_after.total_seconds()

    def test_sends_nothing_twice_when_the_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        (reception,) = ats.received("bamboohr")
        assert accepted.was_there
        assert accepted.is_certain
        assert accepted.receipt.reference.isdigit()
        assert "4000001" == reception.job_id

    def test_sends_again_what_is_not_there(self, base_url: str, hurry: None, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "blackhole", after=0)
        assert (False, True) == (accepted.was_there, accepted.is_certain)
        assert 1 == len(ats.received("bamboohr"))

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            (b'{"applications":[{"id":7,"applicant":{"id":9,"email":"Sanne.deVries@example.org"}}]}', "9"),
            (b'{"applications":[{"id":7,"applicant":{"id":9,"email":"other@example.org"}}]}', None),
            (b'{"applications":[{"id":7},{"applicant":null},5]}', None),
            (b'{"applications":[]}', None),
        ],
    )
    def test_finds_only_the_same_person(self, body: bytes, found: str | None) -> None:
        kept = self.provider.found(self.submission(), Response(status=200, body=body))
        assert ({"application": {"reference": found, "dropped": []}} if found else {}) == kept

    def test_does_not_take_a_strange_list_for_an_empty_one(self) -> None:
        with pytest.raises(Uncertain):
            self.provider.found(self.submission(), Response(status=200, body=b"[]"))

    def test_proves_the_account_and_the_jobs(self, base_url: str, ats: Sandbox) -> None:  # type: ignore[override]
        key = self.credentials["api_key"]
        ats.register("bamboohr", account="", key=key, jobs=["4000001", "4000002"])
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert (
            "BambooHR has a company called acme, and takes the key.",
            "Job 4000001 is open.",
            "Job 4000002 is open.",
        ) == report.proven

    def test_reports_a_wrong_key(self, base_url: str, ats: Sandbox) -> None:
        ats.register("bamboohr", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "BambooHR refused the API key: Invalid API key" == problem

    @pytest.mark.parametrize("company", ["acme.bamboohr.com", "https://acme", "-acme", "a" * 64])
    def test_refuses_what_is_no_company_domain(self, company: Any) -> None:
        assert {"company_domain"} == set(self.provider.problems({"company_domain": company}, self.credentials))
