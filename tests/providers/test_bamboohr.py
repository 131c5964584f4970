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
from .interrupted import Memory, handed_in_twice
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
    calls_before = 1

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.application_call(self.submission())
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
        steps = [step.build(self.submission()) for step in self.provider.steps(self.submission())]
        for request in [*steps, lookup.build(self.submission()), *(probe.request for probe in probes)]:
            assert request is not None
            assert (self.credentials["api_key"], "x") == request.auth
            assert {"Accept": "application/json"} == request.headers

    def test_sends_no_empty_field(self) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        form = self.application_call(self.submission(**bare)).form
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
        form = self.application_call(self.submission(candidate={"linkedin_url": url})).form
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
            (400, {}, Rejected, "rejected"),
            (408, {}, Uncertain, "http_408"),
            (401, {}, Unauthorized, "unauthorized"),
            (403, {REASON: "Too many invalid keys"}, Unauthorized, "unauthorized"),
            (403, {}, Unauthorized, "unauthorized"),
            (404, {}, JobClosed, "job_closed"),
            (404, {REASON: "The job opening was not found"}, JobClosed, "job_closed"),
            (422, {}, Rejected, "rejected"),
            (422, {REASON: "desiredSalary is required for this job"}, Rejected, "rejected"),
            (422, {REASON: "The job opening is closed"}, JobClosed, "job_closed"),
            (422, {REASON: "Job 21 does not exist"}, JobClosed, "job_closed"),
            (429, {}, RateLimited, "rate_limited"),
            (429, {"retry-after": "30"}, RateLimited, "rate_limited"),
            (503, {"retry-after": "30"}, RateLimited, "rate_limited"),
            (503, {}, Unavailable, "http_503"),
            (500, {}, Uncertain, "http_500"),
            (502, {}, Uncertain, "http_502"),
            (504, {}, Uncertain, "http_504"),
            (598, {}, Uncertain, "http_598"),
        ],
    )
    @pytest.mark.parametrize("body", [b"", b"{}", b'{"errors":{}}', b"<error>job closed</error>"])
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], failure: type[DeliveryError], code: str, body: bytes
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, headers=headers, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize("status", [408, 500, 502, 504, 598])
    def test_does_not_take_a_fault_for_uncertain_where_it_only_asked(self, status: int) -> None:
        with pytest.raises(Unavailable):
            self.provider.steps(self.submission())[0].read(self.submission(), Response(status=status))

    def test_hands_nothing_in_for_a_job_that_is_not_open(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.register("bamboohr", account="", key=self.credentials["api_key"], jobs=["4000002"])
        with pytest.raises(JobClosed):
            hand_in()
        assert 0 == ats.stats()["bamboohr"]["calls"]

    @pytest.mark.parametrize(
        ("body", "is_closed"),
        [
            (b'[{"id":4000001}]', False),
            (b'[{"id":"4000001"},{"id":5}]', False),
            (b'[{"id":5},{"id":40000011}]', True),
            (b"[]", True),
            (b"{}", False),
            (b"<jobs/>", False),
            (b'[{"id":5},{"id":', False),
            (b"[5]", False),
            (b'[{"title":"Monteur"}]', False),
        ],
    )
    def test_is_stopped_only_by_a_list_without_the_job(self, body: bytes, is_closed: bool) -> None:
        step, response = self.provider.steps(self.submission())[0], Response(status=200, body=body)
        if is_closed:
            with pytest.raises(JobClosed):
                step.read(self.submission(), response)
        else:
            assert step.read(self.submission(), response)

    def test_asks_for_the_open_jobs_only(self) -> None:
        request = self.provider.steps(self.submission())[0].build(self.submission())
        assert request is not None
        assert ("GET", "/api/v1/applicant_tracking/jobs") == (request.method, request.path)
        assert (("statusGroups", "Open"),) == request.params

    def test_sends_the_phone_number_as_it_was_entered(self, arrived: Callable[..., Reception]) -> None:
        assert "06 - 12 34 56 78" == arrived(candidate={"phone": "06 - 12 34 56 78"}).phone

    def test_fills_in_for_a_missing_name(self) -> None:
        form = dict(self.application_call(self.submission(candidate={"first_name": "Sukarno", "last_name": " "})).form)
        assert ("Sukarno", "-") == (form["firstName"], form["lastName"])

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
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=1)
        (reception,) = ats.received("bamboohr")
        assert accepted.was_there
        assert accepted.is_certain
        assert accepted.receipt.reference.isdigit()
        assert "4000001" == reception.job_id

    def test_takes_for_delivered_what_arrived_before_the_job_was_closed(self, base_url: str, ats: Sandbox) -> None:
        memory, submission = Memory(self.provider), self.submission(base_url=base_url)
        ats.behave("bamboohr", "drop_answer", after=1, times=1)
        with pytest.raises(Uncertain):
            memory.hand_in(submission)
        ats.register("bamboohr", account="", key=self.credentials["api_key"], jobs=["4000002"])
        assert memory.hand_in(submission).was_there
        assert 1 == len(ats.received("bamboohr"))

    def test_sends_again_what_is_not_there(self, base_url: str, hurry: None, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "blackhole", after=1)
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
