"""Ashby, as docs and clients describe it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers import exchange, transport
from ats_integration.providers.ashby import Ashby
from ats_integration.providers.ashby_parts import RESUME_PART, submissions
from ats_integration.providers.base import PARTS, Response, Submission
from ats_integration.providers.calls import Request
from ats_integration.providers.job_forms import JobForm, Question
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import message

from .contract import EMAIL, ProviderContract
from .interrupted import Memory, handed_in_twice
from .judged import Verdict, verdict
from .tiny_servers import listening, ok, received, saying

TAKEN = {
    "success": True,
    "results": {"submittedFormInstance": {"id": "6f1d-77"}, "formMessages": {"blocked": False}},
    "warnings": ["A field was left out."],
}
UNKNOWN_JOB: dict[str, Any] = {"vacancy": {"external_id": "another"}}
LINKEDIN = "6dd7d493-5687-4ffd-b7f3-ee9fd8f87b04"
SYSTEM = ("_systemfield_name", "_systemfield_email", "_systemfield_resume")


def refused(code: str, words: str = "No.") -> bytes:
    info = {"code": code, "message": words, "requestId": "01J"}
    return json.dumps({"success": False, "errors": [code], "errorInfo": info}).encode()


def blocked(**messages: str) -> bytes:
    form = {"submittedFormInstance": {"id": "1"}, "formMessages": {"blocked": True, **messages}}
    return json.dumps({"success": True, "results": form}).encode()


def field(path: str, kind: str, title: str, *, choices: tuple[tuple[str, str], ...] = ()) -> Question:
    return Question(id=path, label=title, kind=kind, choices=choices)


def form(*questions: Question) -> JobForm:
    return JobForm(questions=(*(field(path, "String", "") for path in SYSTEM), *questions))


def answer_next(connection: socket.socket, answers: list[bytes]) -> None:
    """Read a call and give the next of the answers."""
    received(connection)
    connection.sendall(answers.pop(0))


class TestAshby(ProviderContract):
    """Ashby keeps the contract, and has habits of its own."""

    provider = Ashby()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": "ashby-key-0815"}
    production_address = "https://api.ashbyhq.com/applicationForm.submit"
    accepted = (200, json.dumps(TAKEN).encode(), "6f1d-77")
    dropped = ("address",)
    asks_by = "POST"

    def sent(self, asked: JobForm | None = None, **changes: Any) -> dict[str, Any]:
        """Return the values that are sent, by path."""
        return submissions(message(**changes), asked)

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        request = self.provider.build(self.submission(vacancy={"external_id": "a/b?c#d&e"}))
        assert "/applicationForm.submit" == request.path
        assert "a/b?c#d&e" == dict(request.form)["jobPostingId"]

    def test_sends_exactly_the_documented_parts(self) -> None:
        request = self.provider.build(self.submission())
        parts = dict(request.form)
        entries = [
            {"path": "_systemfield_name", "value": "Sanne de Vries"},
            {"path": "_systemfield_email", "value": EMAIL},
            {"path": "_systemfield_resume", "value": RESUME_PART},
        ]
        assert {"fieldSubmissions": entries} == json.loads(str(parts.pop("applicationForm")))
        assert {"utm_source": "Jobbird"} == json.loads(str(parts.pop("utmData")))
        assert "cv-sanne.pdf" == parts.pop(RESUME_PART).filename  # type: ignore[union-attr]
        assert {"jobPostingId": "4000001", "allowSubmissionForUnpublishedJobPosting": "false"} == parts
        assert ("ashby-key-0815", "") == request.auth
        assert {"Accept": "application/json; version=1"} == request.headers

    def test_asks_with_posts_of_json(self) -> None:
        request = self.provider.form_request(self.submission())
        assert ("POST", "/jobPosting.info", {"jobPostingId": "4000001"}) == (request.method, request.path, request.json)
        assert ("ashby-key-0815", "") == request.auth

    def test_fills_the_whole_form_of_the_stand_in(self, arrived: Callable[..., Reception]) -> None:
        assert {
            "Name": "Sanne de Vries",
            "Email": EMAIL,
            "Resume": RESUME_PART,
            "Phone number": "+31612345678",
            "LinkedIn profile": "https://www.linkedin.com/in/sannedevries",
            "Your website": "https://sanne.example.org",
            "Cover letter": "Beste team,\n\nGraag kom ik bij jullie werken.",
            "Where do you live?": {"city": "Ede", "country": "NL"},
            "I have read the privacy policy": True,
            "Keep my data for future openings": True,
            "Send me the newsletter": True,
            "Rijbewijs B?": True,
            "utmData": '{"utm_source": "Jobbird"}',
        } == arrived().fields

    def test_carries_an_address_that_is_only_a_town(self, hand_in: Callable[..., Any]) -> None:
        town = {"street": "", "postal_code": "", "city": "Ede", "country": "NL"}
        assert () == hand_in(candidate={"address": town}).receipt.dropped

    def test_submits_only_what_is_on_the_form(self) -> None:
        assert set(SYSTEM) == set(self.sent(form()))
        assert {*SYSTEM[:2]} == set(self.sent(form(), resume=None))

    def test_names_what_the_form_has_no_field_for(self) -> None:
        lost = self.provider.lost(self.submission_with(form()))
        assert set(PARTS) - {"resume", "source"} == set(lost)

    def submission_with(self, asked: JobForm, **changes: Any) -> Submission:
        return replace(self.submission(**changes), job_form=asked)

    @pytest.mark.parametrize(
        ("question", "value"),
        [
            (field(LINKEDIN, "String", "LinkedIn Profile"), "https://www.linkedin.com/in/sannedevries"),
            (field(LINKEDIN, "SocialLink", "Linked In"), "https://www.linkedin.com/in/sannedevries"),
            (field("w", "String", "Website or portfolio"), "https://sanne.example.org"),
            (field("_systemfield_phone", "Phone", "Phone"), "+31612345678"),
            (field("p", "Phone", "How can we reach you?"), "+31612345678"),
            (field("p", "String", "Telefoonnummer"), "+31612345678"),
            (field("_systemfield_location", "Location", "City"), {"city": "Ede", "country": "NL"}),
            (field("b", "Boolean", "I consent to the processing of my data (GDPR)"), True),
            (field("b", "Boolean", "I agree to the processing of my data"), True),
            (field("b", "Boolean", "Ik ga akkoord met de verwerking van mijn gegevens"), True),
            (field("b", "Boolean", "Keep me in your talent community"), True),
            (field("b", "Boolean", "Newsletter?"), True),
        ],
    )
    def test_finds_fields_by_type_and_title(self, question: Question, value: Any) -> None:
        assert value == self.sent(form(question))[question.id]

    @pytest.mark.parametrize(
        "question",
        [
            field("b", "Boolean", "Do you consent to a background screening?"),
            field("b", "Boolean", "I consent to text messages (SMS)"),
            field("b", "Boolean", "Do you have a LinkedIn profile?"),
            field("b", "Boolean", "Do you have experience with privacy law (GDPR)?"),
            field("b", "Boolean", "Heb je kennis van de AVG?"),
            field("v", "ValueSelect", "Preferred phone brand"),
            field("f", "File", "Cover letter"),
        ],
    )
    def test_puts_no_words_into_a_candidates_mouth(self, question: Question) -> None:
        assert question.id not in self.sent(form(question))

    def test_tells_what_has_no_field_in_the_cover_letter(self) -> None:
        asked = form(field("l", "RichText", "Cover letter"))
        text = (
            "Beste team,\n\nGraag kom ik bij jullie werken.\n\nLinkedIn: https://www.linkedin.com/in/sannedevries\n"
            "Website: https://sanne.example.org\n\nRijbewijs B?: yes"
        )
        assert {"type": "PlainText", "value": text} == self.sent(asked)["l"]
        lost = self.provider.lost(self.submission_with(asked))
        assert ("phone", "address", "consent", "marketing_consent") == lost

    def test_joins_an_answer_and_the_cover_letter_where_they_share_a_field(self) -> None:
        """Given a field for the letter that the host asked as a question, too, nothing of either is lost."""
        asked = form(field("m", "LongText", "Motivation"))
        answers = [
            {"question_id": "m", "question": "Motivation", "answer": "Om de techniek."},
            {"question_id": "", "question": "Rijbewijs B?", "answer": True},
        ]
        text = (
            "Om de techniek.\n\nBeste team,\n\nGraag kom ik bij jullie werken.\n\n"
            "LinkedIn: https://www.linkedin.com/in/sannedevries\nWebsite: https://sanne.example.org\n\n"
            "Rijbewijs B?: yes"
        )
        assert text == self.sent(asked, application={"answers": answers})["m"]
        lost = self.provider.lost(self.submission_with(asked, application={"answers": answers}))
        assert {"cover_letter", "linkedin_url", "website_url", "answers"}.isdisjoint(lost)

    def test_shapes_an_answer_and_the_cover_letter_as_one_text(self) -> None:
        asked = form(field("m", "RichText", "Motivation"))
        answers = [{"question_id": "m", "question": "Motivation", "answer": "Om de techniek."}]
        only = {"linkedin_url": "", "website_url": ""}
        sent = self.sent(asked, application={"answers": answers, "cover_letter": "Hoi"}, candidate=only)
        assert {"type": "PlainText", "value": "Om de techniek.\n\nHoi"} == sent["m"]

    @pytest.mark.parametrize("has_letter", [True, False])
    def test_tells_or_names_a_part_whose_field_an_answer_takes(self, has_letter: bool) -> None:
        fields = [field("p", "Phone", "Phone"), field("l", "String", "LinkedIn")]
        asked = form(*fields, *([field("c", "LongText", "Cover letter")] if has_letter else []))
        answers = [
            {"question_id": "p", "question": "Phone", "answer": "0318 123456"},
            {"question_id": "l", "question": "LinkedIn", "answer": "geen"},
        ]
        sent = self.sent(asked, application={"answers": answers})
        lost = self.provider.lost(self.submission_with(asked, application={"answers": answers}))
        assert ("0318 123456", "geen") == (sent["p"], sent["l"])
        assert "phone" in lost
        assert (has_letter, not has_letter) == ("sannedevries" in str(sent), "linkedin_url" in lost)

    def test_drops_no_part_that_an_answer_tells_in_its_field(self) -> None:
        asked = form(
            field("p", "Phone", "Phone"), field("b", "Boolean", "Privacy"), field("f", "Boolean", "Talent pool")
        )
        said = {"p": "+31612345678", "b": "ja", "f": True}
        answers = [{"question_id": id, "question": "?", "answer": answer} for id, answer in said.items()]
        lost = self.provider.lost(self.submission_with(asked, application={"answers": answers}))
        assert {"phone", "consent", "answers"}.isdisjoint(lost)

    def test_lets_no_answer_stand_for_who_applies(self) -> None:
        answers = [{"question_id": path, "question": "?", "answer": "niemand"} for path in SYSTEM]
        told = {SYSTEM[0]: "Sanne de Vries", SYSTEM[1]: EMAIL, SYSTEM[2]: RESUME_PART}
        assert told == self.sent(form(), application={"answers": answers})
        assert "answers" in self.provider.lost(self.submission_with(form(), application={"answers": answers}))

    @pytest.mark.parametrize("has_letter", [True, False])
    def test_tells_or_names_the_second_answer_to_one_question(self, has_letter: bool) -> None:
        letter = [field("c", "LongText", "Cover letter")] if has_letter else []
        asked = form(field("q1", "String", "Talen"), *letter)
        answers = [{"question_id": "q1", "question": "Talen", "answer": said} for said in ("Frans", "Duits")]
        sent = self.sent(asked, application={"answers": answers})
        lost = self.provider.lost(self.submission_with(asked, application={"answers": answers}))
        assert "Frans" == sent["q1"]
        assert (has_letter, not has_letter) == ("Talen: Duits" in str(sent), "answers" in lost)

    def test_gives_the_field_to_the_first_answer_that_fits(self) -> None:
        asked = form(field("q1", "Number", "Jaren"), field("c", "LongText", "Cover letter"))
        answers = [{"question_id": "q1", "question": "Jaren", "answer": said} for said in ("veel", "7")]
        sent = self.sent(asked, application={"answers": answers})
        assert 7 == sent["q1"]
        assert sent["c"].endswith("Jaren: veel")

    @pytest.mark.parametrize(
        ("kind", "answer", "sent"),
        [
            ("Boolean", True, True),
            ("Boolean", "nee", False),
            ("Number", "3", 3),
            ("Date", "2026-12-01", "2026-12-01"),
            ("Email", "baas@example.org", "baas@example.org"),
            ("Phone", "06 12345678", "06 12345678"),
            ("ValueSelect", "HBO", "hbo"),
            ("MultiValueSelect", ["mbo", "HBO"], ["mbo", "hbo"]),
            ("Score", 4, {"score": 4}),
            ("RichText", "tekst", {"type": "PlainText", "value": "tekst"}),
            ("LongText", "tekst", "tekst"),
            ("String", 2.5, "2.5"),
        ],
    )
    def test_answers_each_type_of_field_as_it_wants(
        self, kind: str, answer: Any, sent: Any, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("ashby", account="", key="ashby-key-0815", jobs={"77": {"q1": kind}})
        answers = [{"question_id": "q1", "question": "Vraag", "answer": answer}]
        assert sent == arrived(application={"answers": answers}, vacancy={"external_id": "77"}).fields["q1"]

    @pytest.mark.parametrize(
        ("kind", "answer"),
        [
            ("Boolean", "misschien"),
            ("Number", "2.5"),
            ("Score", 5),
            ("Date", "1 december 2026"),
            ("Date", "2026-02-31"),
            ("Email", "geen"),
            ("ValueSelect", "WO"),
            ("ValueSelect", ["mbo", "hbo"]),
            ("MultiValueSelect", ["mbo", "WO"]),
            ("File", "diploma.pdf"),
        ],
    )
    def test_sends_no_answer_of_another_type(self, kind: str, answer: Any) -> None:
        asked = form(field("q1", kind, "Vraag", choices=(("mbo", "MBO"), ("hbo", "HBO"))))
        answers = [{"question_id": "q1", "question": "Vraag", "answer": answer}]
        assert "q1" not in self.sent(asked, application={"answers": answers})
        lost = self.provider.lost(self.submission_with(asked, application={"answers": answers}))
        assert "answers" in lost

    def test_sends_a_refused_consent_as_refused_and_an_unasked_one_not_at_all(self) -> None:
        asked = form(field("b", "Boolean", "Privacy"))
        given = {"processing": False, "retention": False, "marketing": False}
        refused = self.sent(asked, application={"consent": {**given, "given_at": "2026-11-24T09:30:00Z"}})
        assert refused["b"] is False
        assert "b" not in self.sent(asked, application={"consent": {**given, "given_at": None}})

    @pytest.mark.parametrize("in_sections", [True, False])
    def test_reads_the_form_of_a_posting(self, in_sections: bool) -> None:
        entry = {"isRequired": True, "field": {"path": LINKEDIN, "type": "ValueSelect", "title": "Level"}}
        entry["field"]["selectableValues"] = [{"value": "mbo", "label": "MBO"}]  # type: ignore[index]
        definition = {"sections": [{"fields": [entry]}]} if in_sections else {"fields": [entry]}
        body = json.dumps({"success": True, "results": {"applicationFormDefinition": definition}}).encode()
        read = self.provider.read_form(Response(status=200, body=body))
        question = Question(id=LINKEDIN, label="Level", is_required=True, kind="ValueSelect", choices=(("mbo", "MBO"),))
        assert JobForm(questions=(question,)) == read

    @pytest.mark.parametrize(
        "results",
        [{}, [], {"applicationFormDefinition": {}}, {"applicationFormDefinition": {"sections": [{"fields": [7]}]}}],
    )
    def test_sends_name_email_and_cv_where_the_form_shows_no_fields(self, results: Any) -> None:
        """Given a form that nobody can read, what every form has is sent; an empty one would lose the person."""
        body = json.dumps({"success": True, "results": results}).encode()
        assert {*SYSTEM} == set(self.sent(self.provider.read_form(Response(status=200, body=body))))

    def test_reads_fields_of_any_shape(self) -> None:
        """Given fields that are not as documented, those without a path are left out."""
        strange = {"path": "p", "type": [], "title": {}, "isRequired": "no", "selectableValues": 3}
        results = {"applicationFormDefinition": {"sections": [{"fields": [strange, {}, {"field": None}]}]}}
        body = json.dumps({"success": True, "results": results}).encode()
        assert JobForm(questions=(Question(id="p", label=""),)) == self.provider.read_form(
            Response(status=200, body=body)
        )

    def test_takes_no_page_for_a_form(self) -> None:
        page = saying(ok(b"<html>Welcome</html>"))
        with listening(page) as port, pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}", **UNKNOWN_JOB))
        assert "send_failed" == failed.value.code

    def test_counts_what_the_parts_answer(self) -> None:
        fields = tuple(
            Question(id=path, label=label, is_required=True, kind=kind)
            for path, label, kind in ((LINKEDIN, "LinkedIn", "String"), ("x", "Salary", "Number"))
        )
        asked, told = form(*fields), message()
        assert ("Salary",) == asked.missing(told, self.provider.told(told, asked))

    def test_stops_where_the_form_says_that_the_job_is_closed(self, hand_in: Callable[..., Any], ats: Sandbox) -> None:
        cache.clear()
        ats.register("ashby", account="", key="ashby-key-0815", jobs=["77"])
        with pytest.raises(JobClosed):
            hand_in()
        assert [] == ats.received("ashby")

    @pytest.mark.parametrize(
        ("status", "headers", "body", "expected"),
        [
            (200, {}, b"", (Uncertain, "uncertain", None)),
            (200, {}, b"{}", (Uncertain, "uncertain", None)),
            (200, {}, b"<html>Welcome</html>", (Uncertain, "uncertain", None)),
            (200, {}, b'{"success":tr', (Uncertain, "uncertain", None)),
            (200, {}, b'{"success":"yes"}', (Uncertain, "uncertain", None)),
            (200, {}, refused("invalid_input"), (Rejected, "rejected", None)),
            (200, {}, b'{"success":false,"errors":["invalid_input"]}', (Rejected, "rejected", None)),
            (200, {}, b'{"success":false}', (Rejected, "rejected", None)),
            (200, {}, b'{"success":false,"errors":[],"errorInfo":{}}', (Rejected, "rejected", None)),
            (200, {}, b'{"success":false,"errorInfo":null}', (Rejected, "rejected", None)),
            (200, {}, refused("job_posting_not_published"), (JobClosed, "job_closed", None)),
            (200, {}, b'{"success":false,"errors":["job_posting_not_published"]}', (JobClosed, "job_closed", None)),
            (200, {}, refused("job_posting_not_found"), (JobClosed, "job_closed", None)),
            (200, {}, refused("not_found"), (JobClosed, "job_closed", None)),
            (200, {}, refused("jobPostingNotFound"), (JobClosed, "job_closed", None)),
            (200, {}, refused("missing_endpoint_permission"), (Unauthorized, "unauthorized", None)),
            (200, {}, refused("rate_limit_exceeded"), (RateLimited, "rate_limited", None)),
            (200, {}, blocked(), (Rejected, "blocked", None)),
            (200, {}, blocked(blockMessageForCandidateHtml="<p>No</p>"), (Rejected, "blocked", None)),
            (401, {}, b"Authentication is needed.", (Unauthorized, "unauthorized", None)),
            (403, {}, refused("missing_endpoint_permission"), (Unauthorized, "unauthorized", None)),
            (403, {}, b'{"success":false,"errors":["The key is off."]}', (Unauthorized, "unauthorized", None)),
            (403, {}, b"Forbidden", (Unauthorized, "unauthorized", None)),
            (429, {}, b"", (RateLimited, "rate_limited", None)),
            (429, {"retry-after": "60"}, refused("rate_limit_exceeded"), (RateLimited, "rate_limited", 60)),
            (500, {}, b"", (Unavailable, "http_500", None)),
            (502, {}, b"<html>Bad Gateway</html>", (Unavailable, "http_502", None)),
            (503, {"retry-after": "5"}, b"", (Unavailable, "http_503", 5)),
            (504, {}, b"<html></html>", (Unavailable, "http_504", None)),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], body: bytes, expected: Verdict
    ) -> None:
        assert expected == verdict(self.provider, status, headers, body)

    def test_delivers_with_warnings(self) -> None:
        body = json.dumps({**TAKEN, "warnings": ["A field was left out."]}).encode()
        assert "6f1d-77" == self.provider.judge(Response(status=200, body=body)).reference

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (refused("invalid_input", "Name is needed"), "Name is needed (request 01J)"),
            (b'{"success":false,"errors":["invalid_input"]}', "invalid_input"),
            (b"Authentication is needed.", "Authentication is needed."),
        ],
    )
    def test_repeats_ashbys_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=200, body=body))

    def test_delivers_without_an_id_when_none_comes(self) -> None:
        assert "" == self.provider.judge(Response(status=200, body=b'{"success":true}')).reference

    def test_leaves_no_doubt_when_only_the_form_was_asked_for(self, hand_in: Callable[..., Any], ats: Sandbox) -> None:
        cache.clear()
        ats.behave("ashby", "drop_answer", times=1)
        with pytest.raises(Unavailable) as failed:
            hand_in()
        assert "send_failed" == failed.value.code
        assert 200 == hand_in().status
        assert 1 == len(ats.received("ashby"))

    def test_cannot_ask_whether_an_application_arrived(self, base_url: str, ats: Sandbox) -> None:
        """Given a lost answer, the call is repeated, and nobody is told that it arrived only once."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        assert (False, False) == (accepted.is_certain, accepted.was_there)
        assert 2 == len(ats.received("ashby"))

    @pytest.mark.parametrize(
        ("is_doubtful", "body", "code"),
        [
            (False, blocked(), "blocked"),
            (True, blocked(), "blocked_repeat"),
            (True, refused("invalid_input"), "rejected"),
        ],
    )
    def test_says_of_a_blocked_repeat_that_an_earlier_try_may_have_arrived(
        self, is_doubtful: bool, body: bytes, code: str
    ) -> None:
        submission = replace(self.submission(), is_doubtful=is_doubtful)
        (step,) = self.provider.steps(submission)
        with pytest.raises(Rejected) as stopped:
            step.read(submission, Response(status=200, body=body))
        assert code == stopped.value.code
        assert (code == "blocked_repeat") == ("may have arrived" in stopped.value.detail)

    def test_knows_a_blocked_repeat_after_a_lost_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Ashby, "wants_form", lambda _ashby, _message: False)
        answers = [b"", ok(blocked())]
        memory = Memory(self.provider)
        with listening(lambda connection: answer_next(connection, answers)) as port:
            submission = self.submission(base_url=f"http://127.0.0.1:{port}")
            with pytest.raises(Uncertain):
                memory.hand_in(submission)
            with pytest.raises(Rejected) as stopped:
                memory.hand_in(submission)
        assert "blocked_repeat" == stopped.value.code

    # Testing the connection -----------------------------------------------------------------------

    def test_takes_a_missing_permission_for_a_known_key(self) -> None:
        answer = ok(refused("missing_endpoint_permission"), status=b"403 Forbidden")
        with listening(saying(answer)) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"))
        assert report.ok
        assert ("Ashby has a customer with this key.",) == report.proven

    @pytest.mark.parametrize(
        ("scopes", "lacking"),
        [
            (["candidatesWrite", "jobsRead"], ""),
            (["candidates:write", "jobs:read", "apiKeys:read"], ""),
            ([], ""),
            (None, ""),
            (["jobsRead", "apiKeysRead"], "candidatesWrite"),
            (["candidatesRead"], "candidatesWrite, jobsRead"),
        ],
    )
    def test_names_the_permissions_that_a_key_lacks(self, scopes: list[str] | None, lacking: str) -> None:
        answer = ok(json.dumps({"success": True, "results": {"title": "Jobbird", "scopes": scopes}}).encode())
        with listening(saying(answer)) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"))
        problems = (f"Ashby refused the API key: The key lacks a permission: {lacking}.",) if lacking else ()
        assert problems == report.problems

    def test_names_a_key_that_ashby_does_not_know(self, base_url: str, ats: Sandbox) -> None:
        ats.register("ashby", account="", key="another-key")
        report = check_connection(self.config(base_url), ["4000001"])
        assert not report.ok
        assert report.problems[0].startswith("Ashby refused")


def submit(ats: Sandbox, entries: list[dict[str, Any]], **parts: str) -> Any:
    """Hand a form in, past our own adapter."""
    given = {"jobPostingId": "1", "applicationForm": json.dumps({"fieldSubmissions": entries}), **parts}
    request = Request(
        method="POST",
        path="/applicationForm.submit",
        auth=("k", ""),
        headers={"Accept": "application/json"},
        form=tuple(given.items()),
    )
    return json.loads(transport.call(ats.url("ashby"), request).body)


NAME, MAIL = {"path": SYSTEM[0], "value": "Sanne"}, {"path": SYSTEM[1], "value": EMAIL}


class TestStandIn:
    """The played Ashby takes what is documented, and nothing else."""

    def test_takes_a_good_form(self, ats: Sandbox) -> None:
        assert submit(ats, [NAME, MAIL])["success"] is True

    @pytest.mark.parametrize(
        ("entries", "parts"),
        [
            ([NAME], {}),
            ([NAME, {"path": SYSTEM[1], "value": "sanne"}], {}),
            ([NAME, {"path": SYSTEM[1], "value": "testing-fail-validation@example.com"}], {}),
            ([NAME, MAIL, {"path": "_systemfield_linkedin", "value": "x"}], {}),
            ([NAME, MAIL, {"path": SYSTEM[2], "value": "resume_file"}], {}),
            ([NAME, MAIL, NAME], {}),
            ([NAME, MAIL], {"favourite": "blue"}),
            ([NAME, MAIL], {"allowSubmissionForUnpublishedJobPosting": "no"}),
            ([NAME, MAIL], {"applicationForm": "nonsense"}),
            ([NAME, MAIL], {"jobPostingId": ""}),
        ],
    )
    def test_refuses_with_200(self, entries: list[dict[str, Any]], parts: dict[str, str], ats: Sandbox) -> None:
        refused = submit(ats, entries, **parts)
        assert (False, "invalid_input") == (refused["success"], refused["errorInfo"]["code"])
        assert [] == ats.received("ashby")


def test_hands_in_through_the_exchange_with_the_form_of_the_job(ats: Sandbox) -> None:
    """The form is asked for once and remembered."""
    contract = TestAshby()
    for _ in range(2):
        exchange.hand_in(contract.provider, contract.submission(base_url=ats.url("ashby")))
    assert 3 == ats.stats()["ashby"]["calls"]


TITLES = {
    "phone": "Telefoonnummer",
    "linkedin_url": "LinkedIn",
    "website_url": "Your website",
    "cover_letter": "Motivation",
    "answers": "Rijbewijs B?",
}
KINDS = {"answers": "Boolean"}


@given(parts=st.sets(st.sampled_from(sorted(TITLES))), asked_again=st.sets(st.sampled_from(sorted(TITLES))))
def test_tells_or_names_every_part_whatever_the_form_has(parts: set[str], asked_again: set[str]) -> None:
    """Given any form, what the candidate said is in one of its fields or in `dropped`, never in both."""
    asked = form(*(field(part, KINDS.get(part, "String"), TITLES[part]) for part in sorted(parts)))
    others = [{"question_id": part, "question": "?", "answer": "iets"} for part in asked_again - {"answers"}]
    answers = [*message().model_dump()["application"]["answers"], *others]
    full, contract = message(application={"answers": answers}), TestAshby()
    sent = json.dumps(submissions(full, asked), ensure_ascii=False)
    lost = contract.provider.lost(contract.submission_with(asked, application={"answers": answers}))
    texts = {
        "phone": full.candidate.phone,
        "linkedin_url": full.candidate.linkedin_url,
        "website_url": full.candidate.website_url,
        "cover_letter": "Graag kom ik bij jullie werken.",
    }
    for part, text in texts.items():
        assert (text in sent) != (part in lost), part
    told = ["Rijbewijs B?" in sent or '"answers": true' in sent]
    told += ["?: iets" in sent or f'"{one["question_id"]}": "iets' in sent for one in others]
    assert all(told) != ("answers" in lost)
