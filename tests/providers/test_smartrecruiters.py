"""SmartRecruiters, as docs and clients describe it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
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
from ats_integration.providers import transport
from ats_integration.providers.base import Rate, Response, Submission
from ats_integration.providers.calls import Request
from ats_integration.providers.job_forms import JobForm, Question
from ats_integration.providers.smartrecruiters import SmartRecruiters
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import EMAIL, ProviderContract
from .interrupted import handed_in_twice
from .judged import Verdict, verdict

CREATED = b'{"id":"71e300c3-0001","createdOn":"2026-11-20T10:00:00+0000","candidatePortalUrl":"https://my.example.org"}'
KEY = "DCRA1-0123456789abcdef0123456789abcdef"


def refused(code: str, words: str = "No.") -> bytes:
    return json.dumps({"id": "e1", "code": code, "message": words}).encode()


class TestSmartRecruiters(ProviderContract):
    """SmartRecruiters keeps the contract, and has habits of its own."""

    provider = SmartRecruiters()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": KEY}
    production_address = "https://api.smartrecruiters.com/postings/4000001/candidates"
    accepted = (201, CREATED, "71e300c3-0001")
    dropped = ("address", "marketing_consent", "source")

    def sent(self, form: JobForm | None = None, **changes: Any) -> dict[str, Any]:
        """Return the body that is sent."""
        body: dict[str, Any] = self.provider.build(self.asked(form, **changes)).json
        return body

    def asked(self, form: JobForm | None, **changes: Any) -> Submission:
        return replace(self.submission(**changes), job_form=form)

    def test_sends_exactly_the_documented_fields(self) -> None:
        assert {
            "firstName": "Sanne",
            "lastName": "de Vries",
            "email": EMAIL,
            "phoneNumber": "+31612345678",
            "location": {"city": "Ede", "countryCode": "NL"},
            "web": {"linkedIn": "https://www.linkedin.com/in/sannedevries", "website": "https://sanne.example.org"},
            "resume": {
                "fileName": "cv-sanne.pdf",
                "mimeType": "application/pdf",
                "fileContent": base64.b64encode(PDF).decode(),
            },
            "messageToHiringManager": "Beste team,\n\nGraag kom ik bij jullie werken.",
            "answers": [{"id": "7001", "records": [{"fields": {"value": ["1"]}}]}],
            "consentDecisions": {"SINGLE": True},
        } == self.sent()

    def test_sends_the_key_in_the_header_of_every_call(self) -> None:
        submission = self.submission()
        probes = self.provider.ping({"company_identifier": "AcmeBV"}, self.credentials, ["1"])
        requests = [self.provider.build(submission), self.provider.form_request(submission)]
        requests += [probe.request for probe in probes]
        assert {KEY} == {request.headers["X-SmartToken"] for request in requests}
        assert ["/v1"] == [request.path[:3] for request in requests if request.path.startswith("/v1")]

    def test_asks_for_the_configuration_of_the_posting(self) -> None:
        request = self.provider.form_request(self.submission())
        assert ("GET", "/postings/4000001/configuration") == (request.method, request.path)
        assert (("conditionalsIncluded", "false"),) == request.params

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("Sukarno", " ")])
    def test_fills_a_missing_last_name(self, first: str, last: str) -> None:
        assert "-" == self.sent(candidate={"first_name": first, "last_name": last})["lastName"]

    @pytest.mark.parametrize(
        ("country", "location"),
        [("NL", {"city": "Ede", "countryCode": "NL"}), ("Nederland", {"city": "Ede", "country": "Nederland"})],
    )
    def test_tells_a_countrys_code_from_its_name(self, country: str, location: dict[str, str]) -> None:
        assert location == self.sent(candidate={"address": {"city": "Ede", "country": country}})["location"]

    def test_carries_an_address_that_is_only_a_town(self, hand_in: Callable[..., Any]) -> None:
        assert "address" not in hand_in(candidate={"address": {"city": "Ede"}}).receipt.dropped

    @pytest.mark.parametrize("email", ["zoë@example.org", "a&b@example.org", "zoe@bücher.example", "zoe@example"])
    def test_refuses_an_email_address_that_it_does_not_take_before_any_call(
        self, email: str, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as failed:
            hand_in(candidate={"email": email})
        assert "email_refused" == failed.value.code
        assert 0 == ats.stats()["smartrecruiters"]["calls"]

    @pytest.mark.parametrize("email", ["o'neil+jobs@example.org", "a.b_c%d#e@mail.example.co"])
    def test_takes_every_email_address_of_the_documented_pattern(self, email: str, hand_in: Callable[..., Any]) -> None:
        assert 201 == hand_in(candidate={"email": email}).status

    @pytest.mark.parametrize(
        ("changes", "content", "code"),
        [
            ({"filename": "cv.txt"}, PDF, "resume_type"),
            ({"filename": "cv.odt"}, PDF, "resume_type"),
            ({"filename": "cv"}, PDF, "resume_type"),
            ({}, b"x" * (2 * 1024 * 1024 + 1), "resume_too_large"),
            ({}, b"", "resume_empty"),
        ],
    )
    def test_refuses_a_cv_that_it_does_not_take_before_any_call(
        self, changes: dict[str, str], content: bytes, code: str, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as failed:
            hand_in(resume=changes, content=content)
        assert code == failed.value.code
        assert 0 == ats.stats()["smartrecruiters"]["calls"]

    def test_says_how_large_a_cv_may_be(self, hand_in: Callable[..., Any]) -> None:
        with pytest.raises(Rejected) as failed:
            hand_in(content=b"x" * 3_000_000)
        assert "SmartRecruiters takes CVs of at most 2 MB." == failed.value.detail

    @pytest.mark.parametrize("name", ["cv.PDF", "cv.docx", "cv.doc", "cv.rtf", "foto.jpg", "foto.jpeg", "foto.png"])
    def test_delivers_a_cv_of_two_megabytes_in_every_documented_type(
        self, name: str, arrived: Callable[..., Reception]
    ) -> None:
        resume = arrived(resume={"filename": name}, content=b"x" * (2 * 1024 * 1024)).resume
        assert resume is not None
        assert (name, 2 * 1024 * 1024) == (resume.filename, resume.size)

    @pytest.mark.parametrize(
        ("kind", "answer", "values"),
        [
            ("INPUT_TEXT", "tekst", ["tekst"]),
            ("INPUT_TEXT", 3, ["3"]),
            ("INPUT_TEXT", True, ["yes"]),
            ("INPUT_TEXT", False, ["no"]),
            ("DATE", "2026-12-01", ["2026-12-01"]),
            ("RADIO", True, ["1"]),
            ("RADIO", "No", ["0"]),
            ("SINGLE_SELECT", "yes", ["1"]),
            ("MULTI_SELECT", ["Yes", "0"], ["1", "0"]),
            ("CHECKBOX", True, ["1"]),
            ("CHECKBOX", "ja", ["1"]),
            ("INPUT_TEXT", ["nl", "en"], ["nl, en"]),
        ],
    )
    def test_answers_in_records_of_fields(
        self, kind: str, answer: Any, values: list[str], arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("smartrecruiters", account="", key=KEY, jobs={"77": {"q1": kind}})
        answers = [{"question_id": "q1", "question": "Vraag", "answer": answer}]
        reception = arrived(application={"answers": answers}, vacancy={"external_id": "77"})
        assert [{"id": "q1", "records": [{"fields": {"value": values}}]}] == reception.fields["answers"]

    @pytest.mark.parametrize(
        ("kind", "answer", "line"),
        [
            ("SINGLE_SELECT", "maybe", "\n\nVraag: maybe"),
            ("SINGLE_SELECT", ["Yes", "No"], "\n\nVraag: Yes, No"),
            ("RADIO", ["Yes", "No"], "\n\nVraag: Yes, No"),
            ("MULTI_SELECT", ["Yes", "maybe"], "\n\nVraag: Yes, maybe"),
            ("DATE", "1 december 2026", "\n\nVraag: 1 december 2026"),
            ("DATE", "2026-02-31", "\n\nVraag: 2026-02-31"),
            ("DATE", True, "\n\nVraag: yes"),
            ("CHECKBOX", "maybe", "\n\nVraag: maybe"),
            ("CHECKBOX", False, ""),
            ("INPUT_TEXT", "é" * 2001, "\n\nVraag: " + "é" * 2001),
        ],
    )
    def test_tells_answers_that_do_not_fit_in_the_message(
        self, kind: str, answer: Any, line: str, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("smartrecruiters", account="", key=KEY, jobs={"77": {"q1": kind}})
        answers = [{"question_id": "q1", "question": "Vraag", "answer": answer}]
        reception = arrived(application={"answers": answers, "cover_letter": "Hoi"}, vacancy={"external_id": "77"})
        assert f"Hoi{line}" == reception.cover_letter
        assert "answers" not in reception.fields

    def test_tells_answers_to_unknown_questions_in_the_message(self, arrived: Callable[..., Reception]) -> None:
        answers = [{"question_id": "", "question": "Rijbewijs?", "answer": True}]
        assert arrived(application={"answers": answers}).cover_letter.endswith("\n\nRijbewijs?: yes")

    def test_reads_what_a_posting_asks(self) -> None:
        body = json.dumps(
            {
                "questions": [
                    {"id": "q1", "label": "Permit?", "fields": [
                        {"id": "value", "label": "", "type": "RADIO", "required": True,
                         "values": [{"id": "0", "label": "No"}, {"id": "1", "label": "Yes"}]}]},
                    {"id": "q2", "label": "Language", "repeatable": True, "fields": [
                        {"id": "name", "label": "Which", "type": "INPUT_TEXT", "required": False},
                        {"id": "level", "label": "Level", "type": "INPUT_TEXT", "required": False}]},
                    {"id": "q3", "label": "Read this", "fields": [{"id": "x", "type": "INFORMATION"}]},
                ],
                "settings": {"avatarUploadAvailable": False},
                "consentDetails": {"consents": [{"scope": "SMART_RECRUIT"}, {"scope": "SMART_CRM"}]},
            }
        ).encode()  # fmt: skip
        form = self.provider.read_form(Response(status=200, body=body))
        yes_no = (("0", "No"), ("1", "Yes"))
        assert (
            Question(id="q1", label="Permit?", is_required=True, kind="RADIO", choices=yes_no, field="value"),
            Question(id="q2/name", label="Language: Which", kind="INPUT_TEXT", field="name"),
            Question(id="q2/level", label="Language: Level", kind="INPUT_TEXT", field="level"),
        ) == form.questions[:3]
        assert ["SMART_RECRUIT", "SMART_CRM"] == [question.id for question in form.questions[3:]]
        assert form == JobForm.from_json(form.to_json())

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>Back soon</html>", refused("?"), b'{"questions":"none"}'])
    def test_does_not_take_just_any_answer_for_a_posting_that_asks_nothing(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.provider.read_form(Response(status=200, body=body))

    @pytest.mark.parametrize("body", [b'{"questions":[]}', b'{"settings":{"avatarUploadAvailable":false}}'])
    def test_finds_nothing_asked_in_a_configuration_without_questions(self, body: bytes) -> None:
        assert JobForm() == self.provider.read_form(Response(status=200, body=body))

    @pytest.mark.parametrize(
        ("kind", "sent"),
        [("RADIO", "1"), ("SINGLE_SELECT", "1"), ("MULTI_SELECT", "1"), ("", "1"), ("TEXTAREA", "yes")],
    )
    def test_says_yes_by_the_id_of_a_choice_only_where_one_chooses(self, kind: str, sent: str) -> None:
        """Given no list of choices; a question of no known kind may be one of yes and no."""
        form = JobForm(questions=(Question(id="7001", label="Rijbewijs B?", kind=kind, field="value"),))
        assert [{"fields": {"value": [sent]}}] == self.sent(form)["answers"][0]["records"]

    def test_puts_the_fields_of_one_question_together(self) -> None:
        fields = ("name", "level")
        form = JobForm(questions=tuple(Question(id=f"q2/{f}", label=f"Language: {f}", field=f) for f in fields))
        answers = [
            {"question_id": "q2/name", "question": "Which", "answer": "Frans"},
            {"question_id": "q2/level", "question": "Level", "answer": "B2"},
        ]
        records = [{"fields": {"name": ["Frans"], "level": ["B2"]}}]
        assert [{"id": "q2", "records": records}] == self.sent(form, application={"answers": answers})["answers"]

    def test_gives_each_answer_to_a_repeatable_question_a_record(
        self, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("smartrecruiters", account="", key=KEY, jobs={"77": {"q1": "INPUT_TEXT[]"}})
        answers = [{"question_id": "q1", "question": "Taal", "answer": f"Taal {number}"} for number in range(101)]
        reception = arrived(application={"answers": answers}, vacancy={"external_id": "77"})
        records = [{"fields": {"value": [f"Taal {number}"]}} for number in range(100)]
        assert [{"id": "q1", "records": records}] == reception.fields["answers"]
        assert reception.cover_letter.endswith("\n\nTaal: Taal 100")

    def test_repeats_no_question_of_several_fields(self) -> None:
        """Given that an answer to one of them may be missing, nobody could tell which belong together."""
        fields = [{"id": id, "label": id, "type": "INPUT_TEXT"} for id in ("name", "level")]
        asked = [{"id": "q2", "label": "Language", "repeatable": True, "fields": fields}]
        form = self.provider.read_form(Response(status=200, body=json.dumps({"questions": asked}).encode()))
        said = (("name", "Frans"), ("name", "Duits"), ("level", "B2"))
        answers = [{"question_id": f"q2/{field}", "question": field, "answer": text} for field, text in said]
        sent = self.sent(form, application={"answers": answers})
        assert [{"id": "q2", "records": [{"fields": {"name": ["Frans"], "level": ["B2"]}}]}] == sent["answers"]
        assert sent["messageToHiringManager"].endswith("\n\nname: Duits")

    @pytest.mark.parametrize("form", [JobForm(questions=(Question(id="q1", label="Taal", field="value"),)), None])
    def test_tells_the_second_answer_to_one_question_in_the_message(self, form: JobForm | None) -> None:
        """Given a second record, only questions that may be repeated would take it, and the others be refused."""
        answers = [{"question_id": "q1", "question": "Taal", "answer": said} for said in ("Frans", "Duits")]
        sent = self.sent(form, application={"answers": answers})
        assert [{"id": "q1", "records": [{"fields": {"value": ["Frans"]}}]}] == sent["answers"]
        assert sent["messageToHiringManager"].endswith("\n\nTaal: Duits")

    def test_tells_a_box_that_was_ticked_at_the_second_asking(self) -> None:
        form = JobForm(questions=(Question(id="q1", label="Akkoord", kind="CHECKBOX", field="value"),))
        answers = [{"question_id": "q1", "question": "Akkoord", "answer": said} for said in (False, True)]
        assert self.sent(form, application={"answers": answers})["messageToHiringManager"].endswith("Akkoord: yes")

    @pytest.mark.parametrize(
        ("scopes", "consent", "decisions"),
        [
            ((), {"processing": True}, {"SINGLE": True}),
            ((), {"retention": True}, {"SINGLE": True}),
            ((), {"marketing": True}, {"SINGLE": False}),
            ((), {"given_at": "2026-11-24T09:30:00Z"}, {"SINGLE": False}),
            ((), {}, None),
            (("SMART_RECRUIT",), {"processing": True}, {"SMART_RECRUIT": True}),
            (("SMART_RECRUIT", "SMART_CRM"), {"processing": True}, {"SMART_RECRUIT": True, "SMART_CRM": False}),
            (("SMART_RECRUIT", "SMART_CRM"), {"marketing": True}, {"SMART_RECRUIT": False, "SMART_CRM": True}),
        ],
    )
    def test_sends_the_candidates_decisions(
        self, scopes: tuple[str, ...], consent: dict[str, Any], decisions: dict[str, bool] | None
    ) -> None:
        form = JobForm(questions=tuple(Question(id=scope, label="", kind="consent") for scope in scopes))
        given = {"processing": False, "retention": False, "marketing": False, "given_at": None, **consent}
        assert decisions == self.sent(form, application={"consent": given}).get("consentDecisions")

    def test_carries_the_marketing_consent_where_it_is_asked_for(self) -> None:
        form = JobForm(questions=(Question(id="SMART_CRM", label="", kind="consent"),))
        assert ("address", "source") == self.provider.lost(self.asked(form))

    @pytest.mark.parametrize(
        ("status", "headers", "body", "expected"),
        [
            (200, {}, b"", (Uncertain, "uncertain", None)),
            (200, {}, b"<html>Welcome</html>", (Uncertain, "uncertain", None)),
            (200, {}, refused("APPLY_API_ERROR"), (Uncertain, "uncertain", None)),
            (201, {}, b'{"id":"71e300c3"}', (Uncertain, "uncertain", None)),
            (201, {}, b'{"createdOn":"2026-11-20T10:00:00+0000"}', (Uncertain, "uncertain", None)),
            (202, {}, b"", (Uncertain, "uncertain", None)),
            (400, {}, b"", (Rejected, "rejected", None)),
            (400, {}, b"{}", (Rejected, "rejected", None)),
            (400, {}, b'{"id":"e1","code":null,"message":{}}', (Rejected, "rejected", None)),
            (400, {}, refused("INVALID_REQUEST"), (Rejected, "rejected", None)),
            (400, {}, refused("INVALID_INPUT"), (Rejected, "rejected", None)),
            (400, {}, refused("DATA_VALIDATION_ERROR", "email does not match"), (Rejected, "rejected", None)),
            (400, {}, refused("INVALID_REQUEST", "screening questions are required"), (Rejected, "rejected", None)),
            (422, {}, refused("DATA_VALIDATION_ERROR", "incorrect answers: q1"), (Rejected, "rejected", None)),
            (400, {}, refused("FILE_UPLOAD_ERROR"), (Rejected, "rejected", None)),
            (400, {}, refused("APPLY_API_ERROR"), (Rejected, "rejected", None)),
            (401, {}, b"Authentication data missing", (Unauthorized, "unauthorized", None)),
            (401, {}, refused("INVALID_API_KEY_ERROR"), (Unauthorized, "unauthorized", None)),
            (403, {}, refused("INVALID_API_KEY_ERROR"), (Unauthorized, "unauthorized", None)),
            (401, {}, refused("UNAUTHORIZED"), (Unauthorized, "unauthorized", None)),
            (403, {}, refused("UNAUTHORIZED"), (Unauthorized, "unauthorized", None)),
            (400, {}, refused("UNAUTHORIZED"), (Unauthorized, "unauthorized", None)),
            (404, {}, refused("RESOURCE_NOT_FOUND_ERROR", "Not Found"), (JobClosed, "job_closed", None)),
            (404, {}, b"Not Found", (JobClosed, "job_closed", None)),
            (400, {}, refused("RESOURCE_NOT_FOUND_ERROR", "Not Found"), (JobClosed, "job_closed", None)),
            (400, {}, refused("COMPANY_NOT_FOUND_ERROR"), (JobClosed, "job_closed", None)),
            (400, {}, refused("REST_CALL_TIMEOUT"), (Uncertain, "read_timeout", None)),
            (504, {}, refused("REST_CALL_TIMEOUT"), (Uncertain, "read_timeout", None)),
            (429, {}, refused("REST_CALL_TIMEOUT"), (RateLimited, "rate_limited", None)),
            (400, {}, refused("FILE_API_ERROR"), (Unavailable, "http_400", None)),
            (500, {}, refused("COMPANY_RETRIEVAL_ERROR"), (Unavailable, "http_500", None)),
            (400, {}, refused("COMPANY_RETRIEVAL_ERROR"), (Unavailable, "http_400", None)),
            (500, {}, refused("APPLY_API_ERROR"), (Unavailable, "http_500", None)),
            (429, {}, b"", (RateLimited, "rate_limited", None)),
            (429, {}, refused("UNAUTHORIZED"), (RateLimited, "rate_limited", None)),
            (429, {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0"}, b"", (RateLimited, "rate_limited", None)),
            (429, {"x-ratelimit-concurrent-remaining": "0"}, b"", (RateLimited, "rate_limited", None)),
            (429, {"retry-after": "3"}, refused("TOO_MANY_REQUESTS"), (RateLimited, "rate_limited", 3)),
            (500, {}, b"", (Unavailable, "http_500", None)),
            (502, {}, b"<html>Bad Gateway</html>", (Unavailable, "http_502", None)),
            (503, {}, b"", (Unavailable, "http_503", None)),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, headers: dict[str, str], body: bytes, expected: Verdict
    ) -> None:
        assert expected == verdict(self.provider, status, headers, body)

    @pytest.mark.parametrize("status", [400, 504])
    def test_leaves_no_doubt_when_only_a_question_timed_out(self, status: int) -> None:
        expected = (Unavailable, f"http_{status}", None)
        assert expected == verdict(self.provider, status, {}, refused("REST_CALL_TIMEOUT"), self.provider.form_of)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (refused("INVALID_INPUT", "email is wrong"), "email is wrong"),
            (b'{"id":"e1","code":"INVALID_INPUT"}', "INVALID_INPUT"),
            (b"Authentication data missing", "Authentication data missing"),
        ],
    )
    def test_repeats_smartrecruiters_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=400, body=body))

    def test_keeps_to_ten_calls_a_second(self) -> None:
        assert Rate(calls=10, per=timedelta(seconds=1)) == self.provider.rate

    def test_cannot_ask_whether_an_application_arrived(self, base_url: str, ats: Sandbox) -> None:
        """Given a lost answer, the call is repeated, and nobody is told that it arrived only once."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        assert (False, False) == (accepted.is_certain, accepted.was_there)
        assert 2 == len(ats.received("smartrecruiters"))

    def test_proves_the_company_where_it_is_named(self, base_url: str) -> None:
        report = check_connection(self.config(base_url, settings={"company_identifier": "AcmeBV"}))
        assert "SmartRecruiters has a company called AcmeBV." in report.proven


class TestStandIn:
    """The played SmartRecruiters takes what is documented, and nothing else."""

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, 201),
            ({"phone": "06 12345678"}, 400),
            ({"lastName": " "}, 400),
            ({"email": "zoë@example.org"}, 400),
            ({"web": {"linkedin": "https://x.nl"}}, 400),
            ({"location": {"street": "Dorpsstraat 1"}}, 400),
            ({"consentDecisions": {"SINGLE": "true"}}, 400),
            ({"resume": {"fileName": "cv.txt", "mimeType": "text/plain", "fileContent": "eA=="}}, 400),
            ({"resume": {"fileName": "cv.pdf", "mimeType": "application/pdf", "fileContent": "%"}}, 400),
            ({"answers": [{"id": "7001", "records": [{"fields": {"value": "1"}}]}]}, 400),
            ({"answers": [{"id": "7001", "records": [{"fields": {"value": ["2"]}}]}]}, 400),
            ({"answers": [{"id": "7001", "records": [{"fields": {"value": ["1"]}}] * 2}]}, 400),
            ({"answers": [{"id": "9", "records": [{"fields": {"value": ["1"]}}]}]}, 400),
        ],
    )
    def test_checks_a_candidate(self, changes: dict[str, Any], status: int, ats: Sandbox) -> None:
        body = {"firstName": "Sanne", "lastName": "de Vries", "email": EMAIL, **changes}
        request = Request(method="POST", path="/postings/1/candidates", headers={"X-SmartToken": "k"}, json=body)
        assert status == transport.call(ats.url("smartrecruiters"), request).status

    @pytest.mark.parametrize("path", ["/v1/postings/1/candidates", "/v1/postings/1/configuration"])
    def test_knows_no_v1_before_a_posting(self, path: str, ats: Sandbox) -> None:
        request = Request(method="POST", path=path, headers={"X-SmartToken": "k"}, json={"firstName": "S"})
        assert 404 == transport.call(ats.url("smartrecruiters"), request).status


CHOICES = (("0", "No"), ("1", "Yes"))
SAID = st.one_of(
    st.booleans(), st.sampled_from(["Yes", "no", "2026-12-01", "morgen", "é" * 2001]), st.lists(st.text(min_size=1))
)


@given(kind=st.sampled_from(["INPUT_TEXT", "DATE", "RADIO", "MULTI_SELECT", "CHECKBOX", "OTHER"]), said=SAID)
def test_tells_every_answer_in_its_field_or_in_the_message(kind: str, said: Any) -> None:
    """Given any question and any answer, it arrives in one of two places; only a box that was not ticked in none."""
    choices = CHOICES if kind in ("RADIO", "MULTI_SELECT") else ()
    asked = JobForm(questions=(Question(id="q1", label="Vraag", kind=kind, choices=choices, field="value"),))
    answer = {"question_id": "q1", "question": "Vraag", "answer": said}
    sent = TestSmartRecruiters().sent(asked, application={"answers": [answer]})
    places = ["answers" in sent, "Vraag: " in sent["messageToHiringManager"]]
    is_unticked = kind == "CHECKBOX" and said in (False, "no")
    is_blank = isinstance(said, list) and not any(map(str.strip, said))
    assert (0 if is_unticked or is_blank else 1) == sum(places)
