"""Greenhouse, as docs and clients describe it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers import exchange, transport
from ats_integration.providers.base import Response
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.greenhouse import Greenhouse
from ats_integration.providers.greenhouse_parts import PROCESSING
from ats_integration.providers.job_forms import JobForm
from ats_integration.providers.steps import OwnSessions
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import submission_of

from .contract import ProviderContract
from .tiny_servers import listening, ok, received

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SAVED = b'{"success":"Candidate saved successfully"}'
JOB_POST = b"""{"id": 4000001, "title": "Monteur", "questions": [
  {"required": true, "label": "First Name", "fields": [{"name": "first_name", "type": "input_text", "values": []}]},
  {"required": true, "label": "Resume/CV", "fields": [{"name": "resume", "type": "input_file", "values": []},
    {"name": "resume_text", "type": "textarea", "values": []}]},
  {"required": false, "label": "Cover Letter", "fields": [{"name": "cover_letter", "type": "input_file"}]},
  {"required": false, "label": "LinkedIn", "fields": [{"name": "question_7001", "type": "input_text", "values": []}]},
  {"required": true, "label": "Licence?", "fields": [{"name": "question_7002", "type": "multi_value_single_select",
    "values": [{"label": "No", "value": 0}, {"label": "Yes", "value": 1}]}]},
  {"required": null, "label": "Colours", "fields": [{"name": "question_7003[]", "type": "multi_value_multi_select",
    "values": [{"label": "Red", "value": 2}, {"label": "Orange", "value": 5}]}]}],
  "data_compliance": [{"type": "gdpr", "requires_consent": false, "requires_processing_consent": true,
    "requires_retention_consent": false, "retention_period": null, "demographic_data_consent_applies": false}]}"""


class TestGreenhouse(ProviderContract):
    """Greenhouse keeps the contract, and has habits of its own."""

    provider = Greenhouse()
    settings = {"board_token": "acmebv"}
    credentials = {"api_key": "gh-key-0815-4711"}
    production_address = "https://boards-api.greenhouse.io/v1/boards/acmebv/jobs/4000001"
    accepted = (200, SAVED, "")
    dropped = ("address", "linkedin_url", "website_url", "marketing_consent", "source")

    @pytest.fixture(autouse=True)
    def known_job(self, ats: Sandbox, base_url: str, forgotten_forms: None) -> None:
        """Let the job's question be known already: answers to others are not sent."""
        jobs = {"4000001": {"7001": "boolean"}}
        ats.register("greenhouse", account="acmebv", key=self.credentials["api_key"], jobs=jobs)
        exchange.look_at_job(self.provider, self.submission(base_url=base_url), OwnSessions())
        ats.reset()

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission(settings={**self.settings, "source_token": "abc123"}))
        form = {name: value for name, value in request.form if isinstance(value, str)}
        assert {
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "cover_letter_text": "Beste team,\n\nGraag kom ik bij jullie werken.",
            "mapped_url_token": "abc123",
            "question_7001": "1",
            "data_compliance[gdpr_consent_given]": "true",
            "data_compliance[gdpr_processing_consent_given]": "true",
            "data_compliance[gdpr_retention_consent_given]": "true",
        } == form
        assert "resume" in dict(request.form)

    def test_signs_with_the_key_and_an_empty_password(self) -> None:
        assert ("gh-key-0815-4711", "") == self.provider.build(self.submission()).auth

    def test_sends_the_key_in_no_other_place(self) -> None:
        request = self.provider.build(self.submission())
        assert () == request.params
        assert "gh-key" not in str(request.headers) + request.path + str(request.form)

    def test_asks_without_the_key(self) -> None:
        assert [None, None] == [probe.request.auth for probe in self.provider.ping(self.settings, {}, ["1"])]

    def test_gives_one_name_a_dash_as_the_other(self, arrived: Callable[..., Reception]) -> None:
        fields = arrived(candidate={"first_name": "Sukarno", "last_name": " "}).fields
        assert ("Sukarno", "-") == (fields["first_name"], fields["last_name"])

    @pytest.mark.parametrize(
        ("question", "answer", "field", "value"),
        [
            ("7001", "Ja", "question_7001", ["Ja"]),
            ("question_7001", "Ja", "question_7001", ["Ja"]),
            ("7001", True, "question_7001", ["1"]),
            ("7001", False, "question_7001", ["0"]),
            ("7001", 3, "question_7001", ["3"]),
            ("7001", ("10", "11"), "question_7001[]", ["10", "11"]),
            ("question_7001[]", ("10",), "question_7001[]", ["10"]),
            ("question_7001[]", "10", "question_7001[]", ["10"]),
        ],
    )
    def test_answers_a_question_that_was_not_read_in_the_type_of_the_answer(
        self, question: str, answer: Any, field: str, value: list[str]
    ) -> None:
        answers = [{"question_id": question, "question": "?", "answer": answer}]
        request = self.provider.build(self.submission(application={"answers": answers}))
        assert value == [said for name, said in request.form if name == field]

    @pytest.mark.parametrize("question", ["", "gender", "question_", "7001x", "\u0667"])
    def test_names_answers_without_a_question_as_dropped(self, question: str) -> None:
        answers = [{"question_id": question, "question": "?", "answer": "x"}]
        assert "answers" in self.provider.lost(self.submission(application={"answers": answers}))

    def test_tells_the_source_by_a_tracking_link_only(self) -> None:
        tracked = self.submission(settings={**self.settings, "source_token": "abc123"})
        assert "source" in self.provider.lost(self.submission())
        assert "source" not in self.provider.lost(tracked)

    @pytest.mark.parametrize(
        ("consent", "sent"),
        [
            ({}, set()),
            ({"marketing": True}, set()),
            ({"processing": True}, {"gdpr_consent_given", "gdpr_processing_consent_given"}),
            ({"retention": True}, {"gdpr_retention_consent_given"}),
        ],
    )
    def test_sends_the_consent_that_was_given(self, consent: dict[str, bool], sent: set[str]) -> None:
        given = {"processing": False, "retention": False, "marketing": False, **consent}
        request = self.provider.build(self.submission(application={"consent": given}))
        assert {f"data_compliance[{name}]" for name in sent} == {n for n, _ in request.form if "compliance" in n}

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b'{"error":"Failed to save person","reason":"Job application not live"}', JobClosed, "job_closed"),
            (200, b'{"error":"Failed to save person"}', Rejected, "rejected"),
            (200, b'{"status":422,"error":"Invalid attributes: email,first_name"}', Rejected, "rejected"),
            (200, b'{"success":"Candidate saved successfully","error":"Bad"}', Rejected, "rejected"),
            (200, b'{"error":{}}', Rejected, "rejected"),
            (200, b'{"success":""}', Uncertain, "uncertain"),
            (200, b"{}", Uncertain, "uncertain"),
            (200, b'{"succ', Uncertain, "uncertain"),
            (201, SAVED, Uncertain, "uncertain"),
            (204, b"", Uncertain, "uncertain"),
            (302, b"", Unavailable, "http_302"),
            (400, b'{"status":400,"error":"Bad Request"}', Rejected, "rejected"),
            (400, b'{"status":400,"error":"Invalid attributes: email,first_name"}', Rejected, "rejected"),
            (400, b'{"error":"Uploaded resume has an unsupported file type."}', Rejected, "rejected"),
            (422, b'{"error":"Uploaded resume has an unsupported file type."}', Rejected, "rejected"),
            (401, b"HTTP Basic: Access denied.\n", Unauthorized, "unauthorized"),
            (401, b"", Unauthorized, "unauthorized"),
            (401, b'{"status":401,"error":"Failed to save person"}', JobClosed, "job_closed"),
            (403, b"", Unauthorized, "unauthorized"),
            (404, b'{"status":404,"error":"Job not found"}', JobClosed, "job_closed"),
            (404, b"<html>Not Found</html>", JobClosed, "job_closed"),
            (413, b"", Rejected, "rejected"),
            (422, b'{"status":422,"error":"Invalid attributes: email,first_name"}', Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
            (502, b"<html>Bad Gateway</html>", Unavailable, "http_502"),
            (503, b'{"error":{}}', Unavailable, "http_503"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(
        ("status", "headers", "wait"),
        [
            (429, {"retry-after": "17"}, timedelta(seconds=17)),
            (429, {"retry-after": "Tue, 24 Nov 2026 09:30:09 GMT"}, timedelta(seconds=9)),
            (429, {"x-ratelimit-reset": str(int(NOW.timestamp()) + 7)}, timedelta(seconds=7)),
            (429, {"x-ratelimit-reset": str(int(NOW.timestamp()) - 7)}, timedelta(0)),
            (429, {"x-ratelimit-reset": str(int(NOW.timestamp()) + 7), "retry-after": "4"}, timedelta(seconds=4)),
            (429, {"x-ratelimit-reset": "soon"}, None),
            (429, {}, None),
            (200, {"x-ratelimit-reset": str(int(NOW.timestamp()) + 7)}, None),
        ],
    )
    def test_waits_as_long_as_it_is_told(self, status: int, headers: dict[str, str], wait: timedelta | None) -> None:
        with time_machine.travel(NOW, tick=False):
            assert wait == self.provider.wait(Response(status=status, headers=headers))

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"HTTP Basic: Access denied.\n", "HTTP Basic: Access denied."),
            (b'{"error":"Invalid attributes: email"}', "Invalid attributes: email"),
            (b'{"error":"Failed","reason":"Not live"}', "Failed: Not live"),
            (b"<html>Oops</html>", ""),
        ],
    )
    def test_repeats_greenhouses_words(self, body: bytes, words: str) -> None:
        assert words == self.provider.explain(Response(status=400, body=body))

    def test_puts_the_colon_inside_the_base64(self) -> None:
        heads = []

        def behave(connection: Any) -> None:
            heads.append(received(connection).partition(b"\r\n\r\n")[0])
            connection.sendall(ok(SAVED))

        with listening(behave) as port:
            transport.call(f"http://127.0.0.1:{port}", self.provider.build(self.submission()))
        assert b"Authorization: Basic " + base64.b64encode(b"gh-key-0815-4711:") in heads[0]


class TestWhatTheJobAsks:
    """Greenhouse takes an application without required answers, so we look first."""

    account, job = "acmebv", "4000001"

    @pytest.fixture(autouse=True)
    def fresh_cache(self) -> None:
        cache.clear()

    def hand_in(self, ats: Sandbox, **changes: Any) -> Accepted:
        values = {"settings": {"board_token": self.account}, "credentials": {"api_key": "gh-key"}, **changes}
        submission = submission_of(Greenhouse(), base_url=ats.url("greenhouse"), **values)
        return exchange.hand_in(Greenhouse(), submission)

    def ask(self, ats: Sandbox, **questions: str) -> None:
        asked = {name.removeprefix("q"): kind for name, kind in questions.items()}
        ats.register("greenhouse", account=self.account, key="gh-key", jobs={self.job: asked})

    def test_sends_nothing_that_lacks_a_required_answer(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7002="input_text!|Why us?")
        with pytest.raises(Rejected, match=r"Why us\?") as refused:
            self.hand_in(ats)
        assert "answers_missing" == refused.value.code
        assert [] == ats.received()

    def test_sends_at_once_what_lacked_an_answer_that_is_not_required_any_more(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7002="input_text!|Why us?")
        with pytest.raises(Rejected):
            self.hand_in(ats)
        self.ask(ats, q7001="boolean", q7002="input_text|Why us?")
        self.hand_in(ats)
        assert 1 == len(ats.received())

    def test_sends_what_answers_everything_required(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean!")
        self.hand_in(ats)
        assert 1 == len(ats.received())

    def test_puts_the_links_into_the_questions_for_them(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7003="input_text!|LinkedIn Profile", q7004="input_text|Website or portfolio")
        dropped = self.hand_in(ats).receipt.dropped
        fields = ats.received()[0].fields
        assert "https://www.linkedin.com/in/sannedevries" == fields["question_7003"]
        assert "https://sanne.example.org" == fields["question_7004"]
        assert {"linkedin_url", "website_url"}.isdisjoint(dropped)

    def test_asks_about_a_job_once_for_many_applications(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean")
        self.hand_in(ats)
        ats.register("greenhouse", account=self.account, key="gh-key", jobs={self.job: {"7001": "boolean!"}})
        self.hand_in(ats, application={"answers": []})
        assert 2 == len(ats.received())

    def test_knows_a_closed_job_before_anything_is_sent(self, ats: Sandbox) -> None:
        ats.register("greenhouse", account=self.account, key="gh-key", jobs=["1"])
        with pytest.raises(JobClosed):
            self.hand_in(ats)
        assert 0 == ats.stats()["greenhouse"]["calls"]

    def test_looks_again_where_a_remembered_job_is_closed_meanwhile(self, ats: Sandbox) -> None:
        """Greenhouse may answer "wrong key" to a post that is not live: the next try asks for the post itself."""
        self.ask(ats, q7001="boolean")
        self.hand_in(ats)
        ats.register("greenhouse", account=self.account, key="another-key", jobs=["1"])
        with pytest.raises(Unauthorized):
            self.hand_in(ats)
        with pytest.raises(JobClosed):
            self.hand_in(ats)

    @pytest.mark.parametrize(
        ("kind", "answer", "sent"),
        [
            ("boolean", True, "1"),
            ("boolean", False, "0"),
            ("boolean", "Ja", "1"),
            ("boolean", "no", "0"),
            ("input_text", True, "yes"),
            ("input_text", 3, "3"),
            ("textarea", ("a", "b"), "a, b"),
            ("multi_value_single_select", "hbo", "11"),
            ("multi_value_single_select", "10", "10"),
            ("multi_value_single_select", ("MBO",), "10"),
        ],
    )
    def test_answers_as_the_kind_of_question_wants_it(self, kind: str, answer: Any, sent: str, ats: Sandbox) -> None:
        self.ask(ats, q7001=kind)
        answers = [{"question_id": "7001", "question": "?", "answer": answer}]
        dropped = self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert sent == ats.received()[0].fields["question_7001"]
        assert "answers" not in dropped

    @pytest.mark.parametrize("question", ["7001", "question_7001", "question_7001[]"])
    def test_ticks_several_boxes_in_brackets(self, question: str, ats: Sandbox) -> None:
        self.ask(ats, q7001="multi_value_multi_select!")
        answers = [{"question_id": question, "question": "?", "answer": ("MBO", "11")}]
        self.hand_in(ats, application={"answers": answers})
        assert ["10", "11"] == ats.received()[0].fields["question_7001[]"]

    def test_knows_a_question_by_its_words(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean!|Rijbewijs B?")
        self.hand_in(ats, application={"answers": [{"question": "rijbewijs  b?", "answer": True}]})
        assert "1" == ats.received()[0].fields["question_7001"]

    @pytest.mark.parametrize(
        ("kind", "answer"),
        [
            ("boolean", "misschien"),
            ("multi_value_single_select", "WO"),
            ("multi_value_single_select", ("MBO", "HBO")),
            ("multi_value_multi_select", ("MBO", "WO")),
            ("input_file", "diploma.pdf"),
        ],
    )
    def test_names_an_answer_that_the_question_does_not_take(self, kind: str, answer: Any, ats: Sandbox) -> None:
        self.ask(ats, q7001=kind)
        answers = [{"question_id": "7001", "question": "?", "answer": answer}]
        assert "answers" in self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert [] == [name for name in ats.received()[0].fields if name.startswith("question")]

    @pytest.mark.parametrize("asked", [{}, {"q7001": "input_text", "gdpr": "consent"}])
    @pytest.mark.parametrize(("id", "words"), [("7002", "Waarom?"), ("question_7002[]", "Waarom?"), ("", "consent")])
    def test_names_an_answer_to_a_question_that_the_job_does_not_list(
        self, id: str, words: str, asked: dict[str, str], ats: Sandbox
    ) -> None:
        self.ask(ats, **asked)
        answers = [{"question_id": id, "question": words, "answer": "Daarom"}]
        assert "answers" in self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert "Daarom" not in ats.received()[0].fields.values()

    def test_sends_the_first_of_two_answers_to_one_question_and_names_the_other(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="input_text")
        answers = [{"question_id": "7001", "question": "Taal?", "answer": said} for said in ("Frans", "Duits")]
        assert "answers" in self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert "Frans" == ats.received()[0].fields["question_7001"]

    def test_sends_all_answers_to_a_question_of_several_choices(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="multi_value_multi_select")
        said = (["MBO"], ["MBO", "HBO"])
        answers = [{"question_id": "7001", "question": "?", "answer": chosen} for chosen in said]
        assert "answers" not in self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert ["10", "11"] == ats.received()[0].fields["question_7001[]"]

    @pytest.mark.parametrize(
        ("kind", "answer"),
        [
            ("input_file!", "diploma.pdf"),
            ("multi_value_single_select!", ("MBO", "HBO")),
            ("multi_value_multi_select!", ("MBO", "WO")),
            ("input_text!", " \n"),
            ("textarea!", (" ", "")),
        ],
    )
    def test_does_not_take_what_is_never_sent_for_the_required_answer(
        self, kind: str, answer: Any, ats: Sandbox
    ) -> None:
        self.ask(ats, q7001=kind)
        with pytest.raises(Rejected, match="Question 7001") as refused:
            self.hand_in(ats, application={"answers": [{"question_id": "7001", "question": "?", "answer": answer}]})
        assert "answers_missing" == refused.value.code
        assert [] == ats.received()

    def test_names_no_blanks_as_dropped(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="input_text")
        answers = [{"question_id": "7001", "question": "?", "answer": "  "}]
        assert "answers" not in self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert "question_7001" not in ats.received()[0].fields

    def test_does_not_take_a_choice_that_is_not_offered_for_the_required_answer(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="multi_value_single_select!")
        with pytest.raises(Rejected, match="Question 7001"):
            self.hand_in(ats, application={"answers": [{"question_id": "7001", "question": "?", "answer": "WO"}]})

    def test_asks_no_list_of_choices_for_a_link(self, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", q7003="multi_value_single_select|Do you have a website?")
        assert "website_url" in self.hand_in(ats).receipt.dropped

    def test_leaves_the_candidates_own_answer_to_a_question_for_a_link(self, ats: Sandbox) -> None:
        self.ask(ats, q7003="input_text|LinkedIn")
        answers = [{"question_id": "7003", "question": "LinkedIn", "answer": "https://www.linkedin.com/in/other"}]
        dropped = self.hand_in(ats, application={"answers": answers}).receipt.dropped
        assert "https://www.linkedin.com/in/other" == ats.received()[0].fields["question_7003"]
        assert "linkedin_url" in dropped

    @pytest.mark.parametrize("asked", ["gdpr", "gdpr_processing", "gdpr_retention"])
    def test_sends_the_consent_that_the_job_asks_for_and_no_other(self, asked: str, ats: Sandbox) -> None:
        self.ask(ats, q7001="boolean", **{asked: "consent"})
        dropped = self.hand_in(ats).receipt.dropped
        sent = [name for name in ats.received()[0].fields if "compliance" in name]
        assert [f"data_compliance[{asked}_consent_given]"] == sent
        assert "consent" not in dropped

    @pytest.mark.parametrize(
        ("asked", "is_needed"), [("gdpr", True), ("gdpr_processing", True), ("gdpr_retention", False)]
    )
    def test_hands_in_without_consent_only_where_nobody_needs_it(
        self, asked: str, is_needed: bool, ats: Sandbox
    ) -> None:
        self.ask(ats, q7001="boolean", **{asked: "consent"})
        if is_needed:
            with pytest.raises(Rejected, match="consent"):
                self.hand_in(ats, application={"consent": {}})
        else:
            self.hand_in(ats, application={"consent": {"processing": False, "retention": False}})
        assert (not is_needed) == bool(ats.received())

    def test_names_consent_that_the_job_has_no_place_for(self) -> None:
        page = Response(
            status=200, body=b'{"questions":[],"data_compliance":[{"type":"gdpr","requires_consent":false}]}'
        )
        form = Greenhouse().read_form(page)
        made = submission_of(Greenhouse(), settings={"board_token": self.account}, credentials={"api_key": "gh-key"})
        submission = replace(made, job_form=form)
        assert "consent" in Greenhouse().lost(submission)
        assert [] == [name for name, _value in Greenhouse().build(submission).form if "compliance" in name]

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>Back soon</html>", b'{"questions":{}}', b'{"id":4000001}'])
    def test_does_not_take_an_answer_without_questions_for_a_job_that_asks_nothing(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            Greenhouse().read_form(Response(status=200, body=body))

    def test_sends_nothing_while_what_the_job_asks_cannot_be_read(self) -> None:
        calls: list[bytes] = []

        def mend(connection: Any) -> None:
            calls.append(received(connection))
            connection.sendall(ok(b"<html>Back soon</html>"))

        with listening(mend) as port:
            values = {"settings": {"board_token": self.account}, "credentials": {"api_key": "gh-key"}}
            submission = submission_of(Greenhouse(), base_url=f"http://127.0.0.1:{port}", **values)
            for _ in range(2):
                with pytest.raises(Unavailable):
                    exchange.hand_in(Greenhouse(), submission)
        assert [b"GET", b"GET"] == [call.split(b" ")[0] for call in calls]

    def test_finds_nothing_asked_in_an_empty_list_of_questions(self) -> None:
        body = b'{"questions":[],"data_compliance":[]}'
        assert JobForm(counts_told_only=True) == Greenhouse().read_form(Response(status=200, body=body))

    def test_reads_what_a_job_post_asks(self) -> None:
        """Given the answer of the vendor's documentation, the usual fields are told from the customer's own."""
        form = Greenhouse().read_form(Response(status=200, body=JOB_POST))
        assert frozenset({"resume"}) == form.required_parts
        assert [
            ("7001", "input_text", False, "question_7001", ()),
            ("7002", "multi_value_single_select", True, "question_7002", (("0", "No"), ("1", "Yes"))),
            ("7003", "multi_value_multi_select", False, "question_7003[]", (("2", "Red"), ("5", "Orange"))),
            (PROCESSING, "consent", True, "", ()),
        ] == [(q.id, q.kind, q.is_required, q.field, q.choices) for q in form.questions]
        assert form == JobForm.from_json(form.to_json())
