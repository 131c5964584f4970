"""JazzHR, as clients describe it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
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
from ats_integration.providers import exchange, jazzhr_calls, transport
from ats_integration.providers.base import Rate, Request, Response, Submission
from ats_integration.providers.calls import get
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.jazzhr import JazzHR
from ats_integration.providers.jazzhr_lookup import MOST_NAMESAKES, Search
from ats_integration.providers.jazzhr_parts import answer_values
from ats_integration.providers.steps import Lookup
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .judged import Verdict, verdict
from .tiny_servers import listening, ok, saying_to

ANSWERS = [
    {"question_id": "questionnaire_2026_ABC/1", "question": "Rijbewijs B?", "answer": True},
    {"question_id": "questionnaire_2026_ABC/12", "question": "Talen?", "answer": ["nl", "en"]},
    {"question_id": "7001", "question": "Waarom?", "answer": "Daarom"},
]
CONSENT = (
    "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
    "to have it kept for other jobs, to be contacted later. The words were: Akkoord."
)


class PromptJazzHR(JazzHR):
    """JazzHR that needs no moment to know a new applicant."""

    settling = timedelta(0)


class TestJazzHR(ProviderContract):
    """JazzHR keeps the contract, and has habits of its own."""

    provider = PromptJazzHR()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": "jazz0123456789abcdef0123456789ab"}
    production_address = "https://api.resumatorapi.com/v1/applicants"
    accepted = (200, b'{"prospect_id":"prospect_20261120_ABC"}', "prospect_20261120_ABC")
    dropped = ()
    calls_before = 1
    heaviest: ClassVar[dict[str, Any]] = {"application": {"answers": ANSWERS}}

    def with_applicant(self, seconds: int = 0, **changes: Any) -> Submission:
        """Return a submission whose first step was done so many seconds ago."""
        submission = self.submission(**changes)
        at = (submission.at - timedelta(seconds=seconds)).isoformat()
        return replace(submission, kept={"application": {"reference": "prospect_1", "dropped": [], "at": at}})

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.application_call(self.submission())
        body = dict(request.json)
        assert PDF == base64.b64decode(body.pop("base64-resume"))
        assert {
            "apikey": "jazz0123456789abcdef0123456789ab",
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "job": "4000001",
            "linkedin": "https://www.linkedin.com/in/sannedevries",
            "website": "https://sanne.example.org",
            "coverletter": "Beste team,\n\nGraag kom ik bij jullie werken.\n\nRijbewijs B?: yes",
            "source": "Jobbird",
            "apply_date": "2026-11-24",
            "address": "Dorpsstraat 1, NL",
            "city": "Ede",
            "postal": "1234 AB",
        } == body
        assert ((), None) == (request.params, request.auth)

    def test_fills_in_the_questionnaire_by_the_positions_of_its_questions(self) -> None:
        submission = self.with_applicant(application={"answers": ANSWERS})
        *_, form = self.provider.steps(submission)
        request = form.build(submission)
        assert request is not None
        assert "/v1/questionnaire_answers" == request.path
        assert {
            "apikey": "jazz0123456789abcdef0123456789ab",
            "applicant_id": "prospect_1",
            "job_id": "4000001",
            "questionnaire_id": "questionnaire_2026_ABC",
            "answer_value_01": "yes",
            "answer_value_12": "nl, en",
        } == request.json

    @pytest.mark.parametrize(
        ("positions", "values"),
        [
            (["3", "03"], {"answer_value_03": "ja, nee"}),
            (["3", "3"], {"answer_value_03": "ja, nee"}),
            (["3", "4"], {"answer_value_03": "ja", "answer_value_04": "nee"}),
        ],
    )
    def test_loses_no_answer_to_the_same_question(self, positions: list[str], values: dict[str, str]) -> None:
        pairs = zip(positions, ("ja", "nee"), strict=True)
        answers = [{"question_id": f"q/{at}", "question": "Talen?", "answer": said} for at, said in pairs]
        assert values == answer_values(self.submission(application={"answers": answers}).message, "q")

    def test_notes_the_consent(self) -> None:
        submission = self.with_applicant()
        request = jazzhr_calls.note(submission)
        assert "/v1/notes" == request.path
        assert {
            "apikey": "jazz0123456789abcdef0123456789ab",
            "applicant_id": "prospect_1",
            "user_id": "usr_anonymous",
            "security": 1,
            "contents": CONSENT,
        } == request.json

    def test_delivers_answers_and_consent(self, arrived: Callable[..., Reception]) -> None:
        fields = arrived(application={"answers": ANSWERS}).fields
        assert ("yes", "nl, en") == tuple(
            fields[f"questionnaire_answers.answer_value_{position}"] for position in ("01", "12")
        )
        assert CONSENT == fields["notes.contents"]
        assert fields["coverletter"].endswith("\n\nWaarom?: Daarom")

    def test_makes_one_call_where_nothing_follows(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in(application={"answers": [], "consent": {}})
        assert 1 == ats.stats()["jazzhr"]["calls"]

    def test_gives_jazzhr_a_moment_before_the_first_addition_only(self) -> None:
        steps = JazzHR().steps(self.submission(application={"answers": ANSWERS}))
        assert [0, 0, 2, 0] == [step.pause.total_seconds() for step in steps]

    def test_notes_the_consent_before_it_fills_in_questionnaires(self) -> None:
        answers = [*ANSWERS, {"question_id": "other/1", "question": "Waar?", "answer": "Ede"}]
        steps = self.provider.steps(self.submission(application={"answers": answers}))
        names = ["job", "application", "consent", "questionnaire questionnaire_2026_ABC", "questionnaire other"]
        assert names == [step.name for step in steps]

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given that the id goes into the body, it is not touched there; a question about it escapes it."""
        assert "a/b?c" == self.application_call(self.submission(vacancy={"external_id": "a/b?c"})).json["job"]
        asked = self.provider.ping({}, self.credentials, ["a/b?c"])[-1]
        assert "/v1/jobs/a%2Fb%3Fc" == asked.request.path

    def test_delivers_the_cv_byte_by_byte(self, arrived: Callable[..., Reception]) -> None:
        resume = arrived().resume
        assert resume is not None
        assert (hashlib.sha256(PDF).hexdigest(), len(PDF)) == (resume.sha256, resume.size)

    @pytest.mark.parametrize("given", ['Mijn "CV" 😀 ñ.pdf', "cv\r\nX-Evil: 1.pdf", "../../etc/cv.pdf", "a" * 300])
    def test_delivers_file_names_in_a_safe_form(self, given: str, arrived: Callable[..., Reception]) -> None:
        """Given that JazzHR takes no file name, none is sent, and no name stands in the way."""
        reception = arrived(resume={"filename": given})
        assert reception.resume is not None
        assert given not in json.dumps(dict(reception.fields), ensure_ascii=False)

    def test_stays_below_eighty_calls_a_minute(self) -> None:
        assert Rate(calls=80, per=timedelta(minutes=1)) == self.provider.rate

    @pytest.mark.parametrize(
        ("status", "headers", "body", "expected"),
        [
            (200, {}, b"", (Uncertain, "uncertain", None)),
            (200, {}, b"{}", (Uncertain, "uncertain", None)),
            (200, {}, b"<html>Welcome</html>", (Uncertain, "uncertain", None)),
            (200, {}, b'{"prospect_id":""}', (Uncertain, "uncertain", None)),
            (200, {}, b'{"error":"Something"}', (Uncertain, "uncertain", None)),
            (200, {}, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (400, {}, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (422, {}, b'{"error":"The apikey is not valid"}', (Unauthorized, "unauthorized", None)),
            (400, {}, b'{"_error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (400, {}, b'{"error":"email is missing"}', (Rejected, "rejected", None)),
            (400, {}, b'{"error":{}}', (Rejected, "rejected", None)),
            (400, {}, b"Bad Request", (Rejected, "rejected", None)),
            (401, {}, b'{"error":"Unauthorized"}', (Unauthorized, "unauthorized", None)),
            (403, {}, b'{"error":"Forbidden"}', (Unauthorized, "unauthorized", None)),
            (403, {}, b"", (Unauthorized, "unauthorized", None)),
            (404, {}, b'{"error":"Job not found"}', (JobClosed, "job_closed", None)),
            (429, {}, b"", (RateLimited, "rate_limited", None)),
            (429, {"retry-after": "30"}, b'{"error":"API key: too many calls"}', (RateLimited, "rate_limited", 30)),
            (500, {}, b"", (Uncertain, "http_500", None)),
            (502, {}, b"<html>Bad Gateway</html>", (Uncertain, "http_502", None)),
            (503, {}, b"", (Unavailable, "http_503", None)),
            (504, {}, b"", (Uncertain, "http_504", None)),
        ],
    )
    def test_reads_every_known_failure(
        self, status: int, headers: dict[str, str], body: bytes, expected: Verdict
    ) -> None:
        assert expected == verdict(self.provider, status, headers, body)

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, b'{"error":"Unknown questionnaire"}', (Rejected, "rejected", None)),
            (200, b'{"_error":"contents is missing"}', (Rejected, "rejected", None)),
            (200, b'{"error":"","_error":"contents is missing"}', (Rejected, "rejected", None)),
            (200, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (200, b'{"error":"The applicant was not found"}', (Unavailable, "record_not_ready", None)),
            (200, b'{"_error":"The applicant was not found"}', (Unavailable, "record_not_ready", None)),
            (400, b'{"error":"Prospect not found"}', (Unavailable, "record_not_ready", None)),
            (400, b'{"error":"contents is missing"}', (Rejected, "rejected", None)),
            (401, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (404, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (404, b'{"error":"not found"}', (Unavailable, "record_not_ready", None)),
            (404, b'{"error":"Questionnaire not found"}', (Rejected, "rejected", None)),
            (404, b'{"error":"The questionnaire was not found"}', (Rejected, "rejected", None)),
            (404, b"", (Unavailable, "record_not_ready", None)),
            (429, b"", (RateLimited, "rate_limited", None)),
            (500, b"", (Unavailable, "http_500", None)),
        ],
    )
    def test_reads_every_known_failure_of_an_addition(self, status: int, body: bytes, expected: Verdict) -> None:
        """Given that the new applicant may not be known at once, "not found" is tried again."""
        assert expected == self.verdict_of_addition(status, body, seconds=59)

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, b'{"error":"The applicant was not found"}', (Rejected, "rejected", None)),
            (400, b'{"error":"Prospect not found"}', (Rejected, "rejected", None)),
            (404, b'{"error":"not found"}', (Rejected, "rejected", None)),
            (404, b"", (Rejected, "rejected", None)),
            (404, b'{"error":"Invalid API key"}', (Unauthorized, "unauthorized", None)),
            (500, b"", (Unavailable, "http_500", None)),
        ],
    )
    def test_waits_a_minute_for_a_new_applicant(self, status: int, body: bytes, expected: Verdict) -> None:
        """Given an applicant who must be known by now, "not found" is about what is added."""
        assert expected == self.verdict_of_addition(status, body, seconds=60)

    def verdict_of_addition(self, status: int, body: bytes, seconds: int) -> Verdict:
        """Let the adapter judge an answer about an applicant who was made so many seconds ago."""
        return verdict(self.provider, status, {}, body, partial(self.provider.added, self.with_applicant(seconds)))

    @pytest.mark.parametrize("after", [2, 3])
    def test_delivers_where_what_is_added_to_stays_unknown(self, after: int, base_url: str, ats: Sandbox) -> None:
        """Given an answer "not found" that lasts, the part is named once the applicant must be known."""
        memory, submission = Memory(self.provider), self.submission(base_url=base_url, **self.heaviest)
        ats.behave("jazzhr", "closed", after=after)
        with pytest.raises(Unavailable) as failed:
            memory.hand_in(submission)
        assert "record_not_ready" == failed.value.code
        later = replace(submission, at=submission.at + timedelta(minutes=2))
        lost = ("consent", "marketing_consent") if after == 2 else ()
        assert {*lost, "answers"} == {*memory.hand_in(later).receipt.dropped}
        assert 1 == len(ats.received("jazzhr"))

    @pytest.mark.parametrize("body", [b'{"status":"Closed"}', b'{"status":"On Hold"}', b"{}", b"[]", b""])
    def test_makes_no_applicant_for_a_job_that_is_not_open(self, body: bytes) -> None:
        with listening(saying_to({b"GET": ok(body)})) as port, pytest.raises(JobClosed) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "job_closed" == failed.value.code

    def test_takes_no_page_for_a_job(self) -> None:
        """Given that something else answers at the base address, nobody calls the job closed."""
        answer = ok(b"<html>Welcome</html>")
        with listening(saying_to({b"GET": answer})) as port, pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "send_failed" == failed.value.code

    def test_looks_at_the_job_on_every_try_until_the_applicant_is_made(self) -> None:
        look, *_ = self.provider.steps(self.submission())
        asked = look.build(self.submission())
        assert asked is not None
        assert ("GET", "/v1/jobs/4000001") == (asked.method, asked.path)
        assert (("apikey", self.credentials["api_key"]),) == asked.params
        assert (True, None) == (look.fresh, look.build(self.with_applicant()))

    @pytest.mark.parametrize("after", [2, 3])
    @pytest.mark.parametrize("mode", ["drop_answer", "down", "reset"])
    def test_repeats_only_what_is_missing(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        submission = self.submission(base_url=base_url, application={"answers": ANSWERS})
        accepted = handed_in_twice(self.provider, submission, ats, mode, after=after)
        (reception,) = ats.received("jazzhr")
        assert (reception.id, ()) == (accepted.receipt.reference, accepted.receipt.dropped)
        assert {"notes.contents", "questionnaire_answers.answer_value_01"} <= set(reception.fields)
        assert 4 == ats.stats()["jazzhr"]["calls"]

    def test_finds_the_applicant_whose_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=1)
        (reception,) = ats.received("jazzhr")
        assert accepted.was_there
        assert accepted.is_certain
        assert reception.id == accepted.receipt.reference
        assert "notes.contents" in reception.fields

    @pytest.mark.parametrize(
        "other",
        [
            {"candidate": {"email": "other@example.org"}},
            {"candidate": {"first_name": "Noor"}},
            {"vacancy": {"external_id": "job_2"}},
        ],
    )
    def test_is_not_misled_by_namesakes(self, other: dict[str, Any], base_url: str, ats: Sandbox) -> None:
        Memory(self.provider).hand_in(self.submission(base_url=base_url, **other))
        memory = Memory(self.provider)
        memory.is_doubtful = True
        accepted = memory.hand_in(self.submission(base_url=base_url))
        assert (False, True) == (accepted.was_there, accepted.is_certain)
        assert 2 == len(ats.received("jazzhr"))

    def test_finds_the_applicant_among_hundreds(self, base_url: str, ats: Sandbox) -> None:
        for number in range(101):
            self.fill(base_url, number)
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=1)
        assert (True, True) == (accepted.was_there, accepted.is_certain)
        assert 102 == len(ats.received("jazzhr"))

    def fill(self, base_url: str, number: int) -> None:
        """Make one more applicant, every tenth of the same name, past our own adapter."""
        name = "Noor" if number % 10 else "Sanne"
        body = {"apikey": "k", "first_name": name, "last_name": "de Vries", "job": "4000001"}
        person = {**body, "email": f"sanne{number}@example.org"}
        transport.call(base_url, Request(method="POST", path="/v1/applicants", json=person))

    @pytest.mark.parametrize(
        ("number", "status", "body", "found"),
        [
            (1, 200, b"[]", {}),
            (1, 200, b'[{"id":"p1","first_name":"Noor","last_name":"de Vries"}]', {}),
            (1, 200, b"{}", None),
            (1, 200, b"oops", None),
            (1, 404, b"", None),
            (2, 404, b"", {}),
            (21, 200, b"[]", None),
        ],
    )
    def test_reads_lists_of_applicants(self, number: int, status: int, body: bytes, found: Any) -> None:
        search = Search(self.provider.success)
        assert found == search.listed(number, self.submission(), Response(status=status, body=body))

    def test_asks_for_the_next_page_of_a_full_list(self) -> None:
        full = json.dumps([{"id": str(n), "first_name": "Noor", "last_name": "Bakker"} for n in range(100)]).encode()
        question = Search(self.provider.success).listed(1, self.submission(), Response(status=200, body=full))
        assert isinstance(question, Lookup)
        assert "/v1/applicants/job_id/4000001/page/2" == question.build(self.submission()).path

    @pytest.mark.parametrize(("count", "asks"), [(MOST_NAMESAKES, True), (MOST_NAMESAKES + 1, False), (8_000, False)])
    def test_asks_nobody_where_too_many_have_the_name(self, count: int, asks: bool) -> None:
        same = [{"id": str(number), "first_name": "Sanne", "last_name": "de Vries"} for number in range(count)]
        answer = Response(status=200, body=json.dumps(same).encode())
        assert asks == (Search(self.provider.success).listed(1, self.submission(), answer) is not None)

    @pytest.mark.parametrize("form", ["[%s]", "%s"])
    def test_asks_for_the_email_address_of_a_namesake(self, form: str) -> None:
        body = form % '{"id":"p1","first_name":"sanne","last_name":"De Vries","job_id":"4000001"}'
        search = self.provider.lookup(self.submission())
        assert "/v1/applicants/job_id/4000001" == search.build(self.submission()).path
        question = search.read(self.submission(), Response(status=200, body=body.encode()))
        assert isinstance(question, Lookup)
        request = question.build(self.submission())
        assert ("/v1/applicants/p1", (("apikey", self.credentials["api_key"]),)) == (request.path, request.params)
        answer = Response(status=200, body=b'{"email":"Sanne.deVries@example.org"}')
        submission = self.submission()
        found = {"reference": "p1", "dropped": [], "at": submission.at.isoformat()}
        assert {"application": found} == question.read(submission, answer)

    def test_names_both_consents_where_the_note_is_refused(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave("jazzhr", "reject", after=2)
        assert ("consent", "marketing_consent") == hand_in().receipt.dropped

    def test_names_the_answers_where_the_questionnaire_is_refused(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave("jazzhr", "reject", after=3, times=1)
        assert ("answers",) == hand_in(application={"answers": ANSWERS}).receipt.dropped

    @pytest.mark.parametrize(
        ("body", "failure"),
        [
            (b'{"status":"Open"}', None),
            (b'[{"id":"job_1","status":"Open"}]', None),
            (b'{"status":"Closed"}', JobClosed),
            (b'{"status":"Filled"}', JobClosed),
            (b'[{"id":"job_1","status":"Closed"}]', JobClosed),
            (b'[{"id":"job_1","status":"Open"},{"id":"job_2","status":"Open"}]', JobClosed),
            (b"[]", JobClosed),
            (b"{}", JobClosed),
            (b"", JobClosed),
            (b'{"error":"Job not found"}', JobClosed),
            (b'{"_error":"Invalid API key"}', Unauthorized),
            (b'{"error":"Invalid API key"}', Unauthorized),
            (b'{"error":"Something went wrong"}', Unavailable),
            (b"<html>Welcome</html>", Unavailable),
        ],
    )
    def test_calls_only_open_jobs_open(self, body: bytes, failure: type[DeliveryError] | None) -> None:
        """Given an error about something else, no job is called closed for it."""
        response = Response(status=200, body=body)
        if failure is None:
            self.provider.require_open(response)
            return
        with pytest.raises(failure):
            self.provider.require_open(response)

    @pytest.mark.parametrize("name", ["error", "_error"])
    def test_repeats_the_words_of_an_error_under_either_name(self, name: str) -> None:
        assert "email is missing" == self.provider.explain(
            Response(status=400, body=b'{"%s":"email is missing"}' % name.encode())
        )

    def test_reports_a_wrong_key(self, base_url: str, ats: Sandbox) -> None:
        ats.register("jazzhr", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "JazzHR refused the API key: Invalid API key" == problem


class TestStandIn:
    """The played JazzHR takes what clients send, and nothing else."""

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, 200),
            ({"apikey": None}, 401),
            ({"last_name": ""}, 400),
            ({"email": "sanne"}, 400),
            ({"job_id": "4000001"}, 400),
            ({"cover_letter": "Beste"}, 400),
            ({"base64_resume": "JVBERi0="}, 400),
            ({"base64-resume": "%"}, 400),
            ({"apply_date": "20-11-2026"}, 400),
            ({"phone": 31612345678}, 400),
        ],
    )
    def test_checks_an_applicant(self, changes: dict[str, Any], status: int, ats: Sandbox) -> None:
        body = {"apikey": "k", "first_name": "Sanne", "last_name": "de Vries", "email": "s@example.org", **changes}
        request = Request(method="POST", path="/v1/applicants", json=body)
        assert status == transport.call(ats.url("jazzhr"), request).status

    @pytest.mark.parametrize(
        ("path", "changes", "status"),
        [
            ("/v1/notes", {"user_id": "usr_anonymous", "security": 1, "contents": "x"}, 404),
            ("/v1/questionnaire_answers", {"job_id": "1", "questionnaire_id": "q", "answer_value_01": "yes"}, 404),
            ("/v1/comments", {}, 404),
        ],
    )
    def test_adds_nothing_to_somebody_unknown(
        self, path: str, changes: dict[str, Any], status: int, ats: Sandbox
    ) -> None:
        request = Request(method="POST", path=path, json={"apikey": "k", "applicant_id": "prospect_0", **changes})
        assert status == transport.call(ats.url("jazzhr"), request).status

    @pytest.mark.parametrize("end", ["/page/0", "/page/x", "/page", "/x"])
    def test_knows_no_other_ends_of_a_list(self, end: str, ats: Sandbox) -> None:
        request = get(f"/v1/applicants/job_id/1{end}", apikey="k")
        assert 404 == transport.call(ats.url("jazzhr"), request).status
