"""JazzHR, as clients describe it."""

from __future__ import annotations

import base64
import hashlib
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
from ats_integration.providers.base import Rate, Response, Submission
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.jazzhr import JazzHR
from ats_integration.providers.steps import Lookup
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice

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

    def with_applicant(self, **changes: Any) -> Submission:
        """Return a submission whose first step is done."""
        return replace(self.submission(**changes), kept={"application": {"reference": "prospect_1", "dropped": []}})

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
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
        _, form, _ = self.provider.steps(submission)
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

    def test_notes_the_consent(self) -> None:
        submission = self.with_applicant()
        request = self.provider.note(submission)
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
        assert [0, 2, 0] == [step.pause.total_seconds() for step in steps]

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given that the id goes into the body, it is not touched there; a question about it escapes it."""
        assert "a/b?c" == self.provider.build(self.submission(vacancy={"external_id": "a/b?c"})).json["job"]
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
        ("status", "body", "failure", "code"),
        [
            (200, b"{}", Uncertain, "uncertain"),
            (200, b'{"prospect_id":""}', Uncertain, "uncertain"),
            (200, b'{"error":"Something"}', Uncertain, "uncertain"),
            (400, b'{"error":"Invalid API key"}', Unauthorized, "unauthorized"),
            (400, b'{"error":"email is missing"}', Rejected, "rejected"),
            (401, b'{"error":"Unauthorized"}', Unauthorized, "unauthorized"),
            (403, b'{"error":"Forbidden"}', Unauthorized, "unauthorized"),
            (404, b'{"error":"Job not found"}', JobClosed, "job_closed"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
        ],
    )
    def test_reads_every_known_failure(self, status: int, body: bytes, failure: type[DeliveryError], code: str) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_tries_an_addition_again_where_the_applicant_is_not_known_yet(self) -> None:
        with pytest.raises(Unavailable) as failed:
            self.provider.added(self.submission(), Response(status=404, body=b'{"error":"not found"}'))
        assert "record_not_ready" == failed.value.code

    @pytest.mark.parametrize("after", [1, 2])
    @pytest.mark.parametrize("mode", ["drop_answer", "down", "reset"])
    def test_repeats_only_what_is_missing(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        submission = self.submission(base_url=base_url, application={"answers": ANSWERS})
        accepted = handed_in_twice(self.provider, submission, ats, mode, after=after)
        (reception,) = ats.received("jazzhr")
        assert (reception.id, ()) == (accepted.receipt.reference, accepted.receipt.dropped)
        assert {"notes.contents", "questionnaire_answers.answer_value_01"} <= set(reception.fields)
        assert 4 == ats.stats()["jazzhr"]["calls"]

    def test_finds_the_applicant_whose_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
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

    @pytest.mark.parametrize(
        ("status", "body", "found"),
        [
            (200, b"[]", {}),
            (200, b'[{"id":"p1","first_name":"Noor","last_name":"de Vries"}]', {}),
            (200, b"{}", None),
            (200, b"oops", None),
            (404, b"", None),
        ],
    )
    def test_reads_lists_of_namesakes(self, status: int, body: bytes, found: Any) -> None:
        assert found == self.provider.namesakes(self.submission(), Response(status=status, body=body))

    @pytest.mark.parametrize("form", ["[%s]", "%s"])
    def test_asks_for_the_email_address_of_a_namesake(self, form: str) -> None:
        body = form % '{"id":"p1","first_name":"sanne","last_name":"De Vries","job_id":"4000001"}'
        question = self.provider.namesakes(self.submission(), Response(status=200, body=body.encode()))
        assert isinstance(question, Lookup)
        request = question.build(self.submission())
        assert ("/v1/applicants/p1", (("apikey", self.credentials["api_key"]),)) == (request.path, request.params)
        answer = Response(status=200, body=b'{"email":"Sanne.deVries@example.org"}')
        assert {"application": {"reference": "p1", "dropped": []}} == question.read(self.submission(), answer)

    def test_names_both_consents_where_the_note_is_refused(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave("jazzhr", "reject", after=1)
        assert ("consent", "marketing_consent") == hand_in().receipt.dropped

    def test_names_the_answers_where_the_questionnaire_is_refused(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave("jazzhr", "reject", after=1, times=1)
        assert ("answers",) == hand_in(application={"answers": ANSWERS}).receipt.dropped

    @pytest.mark.parametrize(
        ("body", "is_open"), [(b'{"status":"Open"}', True), (b'{"status":"Closed"}', False), (b"[]", False)]
    )
    def test_calls_only_open_jobs_open(self, body: bytes, is_open: bool) -> None:
        response = Response(status=200, body=body)
        if is_open:
            self.provider.require_open(response)
            return
        with pytest.raises(JobClosed):
            self.provider.require_open(response)

    def test_reports_a_wrong_key(self, base_url: str, ats: Sandbox) -> None:
        ats.register("jazzhr", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "JazzHR refused the API key: Invalid API key" == problem
