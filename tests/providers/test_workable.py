"""Workable, as docs and clients describe it."""

from __future__ import annotations

import base64
from collections.abc import Callable
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
from ats_integration.providers.base import APPLICATION, Rate, Response
from ats_integration.providers.calls import Request
from ats_integration.providers.job_forms import JobForm, Question
from ats_integration.providers.steps import OwnSessions, Progress
from ats_integration.providers.workable import Workable
from ats_integration.providers.workable_calls import search
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import EMAIL, ProviderContract
from .tiny_servers import listening, ok, saying

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CREATED = b'{"status":"created","candidate":{"id":"3fc9a80e","name":"Sanne de Vries"}}'


class TestWorkable(ProviderContract):
    """Workable keeps the contract, and has habits of its own."""

    provider = Workable()
    settings = {"subdomain": "acmebv"}
    credentials = {"api_token": "wk-token-0815"}
    production_address = "https://acmebv.workable.com/spi/v3/jobs/4000001/candidates"
    accepted = (201, CREATED, "3fc9a80e")
    dropped = ("consent", "marketing_consent")

    def candidate(self, **changes: Any) -> dict[str, Any]:
        """Return the candidate that is sent, as if the job's questions could not be read."""
        found: dict[str, Any] = self.provider.build(self.submission(**changes)).json["candidate"]
        return found

    def test_sends_exactly_the_documented_fields(self) -> None:
        assert {
            "sourced": False,
            "candidate": {
                "firstname": "Sanne",
                "lastname": "de Vries",
                "email": EMAIL,
                "phone": "+31612345678",
                "address": "Dorpsstraat 1, 1234 AB Ede, NL",
                "summary": "Website: https://sanne.example.org",
                "cover_letter": "Beste team,\n\nGraag kom ik bij jullie werken.",
                "social_profiles": [{"type": "linkedin", "url": "https://www.linkedin.com/in/sannedevries"}],
                "domain": "Jobbird",
                "tags": ["Jobbird"],
                "resume": {"name": "cv-sanne.pdf", "data": base64.b64encode(PDF).decode()},
                "answers": [{"question_key": "7001", "checked": True}],
            },
        } == self.provider.build(self.submission()).json

    def test_sends_the_token_in_the_header_of_every_call(self) -> None:
        submission = self.submission()
        requests = [
            self.provider.build(submission),
            self.provider.form_request(submission),
            search(submission),
            *(probe.request for probe in self.provider.ping(self.settings, self.credentials, ["1"])),
        ]
        assert {"Bearer wk-token-0815"} == {request.headers["Authorization"] for request in requests}
        assert [] == [request for request in requests if "wk-token" in f"{request.params} {request.path}"]

    def test_comes_as_somebody_who_applied(self, arrived: Callable[..., Reception]) -> None:
        assert arrived().fields["sourced"] is False

    @pytest.mark.parametrize(("first", "last", "name"), [("Sukarno", "", "Sukarno"), ("", "Prince", "Prince")])
    def test_sends_one_name_as_the_full_name(self, first: str, last: str, name: str) -> None:
        sent = self.candidate(candidate={"first_name": first, "last_name": last})
        assert name == sent["name"]
        assert {"firstname", "lastname"}.isdisjoint(sent)

    @pytest.mark.parametrize(
        ("answer", "sent"),
        [
            ("tekst", {"body": "tekst"}),
            (True, {"checked": True}),
            (False, {"checked": False}),
            (3, {"number": 3}),
            (["a1", "b2"], {"choices": ["a1", "b2"]}),
        ],
    )
    def test_goes_by_the_answer_where_the_question_is_unknown(self, answer: Any, sent: dict[str, Any]) -> None:
        answers = [{"question_id": "2f0a1c", "question": "?", "answer": answer}]
        assert [{"question_key": "2f0a1c", **sent}] == self.candidate(application={"answers": answers})["answers"]

    @pytest.mark.parametrize(
        ("kind", "answer", "sent"),
        [
            ("free_text", "tekst", {"body": "tekst"}),
            ("short_text", 3, {"body": "3"}),
            ("boolean", "Ja", {"checked": True}),
            ("boolean", "no", {"checked": False}),
            ("numeric", "3,5", {"number": 3.5}),
            ("numeric", "4", {"number": 4}),
            ("short_text", "x" * 128, {"body": "x" * 128}),
            ("free_text", "x" * 5_000, {"body": "x" * 5_000}),
            ("date", "2026-12-01", {"date": "2026-12-01"}),
            ("dropdown", "hbo", {"choices": ["c2"]}),
            ("dropdown", "c2", {"choices": ["c2"]}),
            ("multiple_choice", ["MBO", "HBO"], {"choices": ["c1", "c2"]}),
        ],
    )
    def test_answers_each_kind_of_question_as_it_wants(
        self, kind: str, answer: Any, sent: dict[str, Any], arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("workable", account="", key="wk-token-0815", jobs={"77AA": {"q1": kind}})
        answers = [{"question_id": "q1", "question": "?", "answer": answer}]
        reception = arrived(application={"answers": answers}, vacancy={"external_id": "77AA"})
        assert [{"question_key": "q1", **sent}] == reception.fields["answers"]

    @pytest.mark.parametrize(
        ("kind", "answer", "line"),
        [
            ("boolean", "misschien", "misschien"),
            ("numeric", "veel", "veel"),
            ("numeric", "inf", "inf"),
            ("dropdown", "WO", "WO"),
            ("multiple_choice", ["MBO", "WO"], "MBO, WO"),
            ("file", "diploma.pdf", "diploma.pdf"),
            ("short_text", "x" * 129, "x" * 129),
            ("date", "1-12-2026", "1-12-2026"),
            ("date", "20261201", "20261201"),
            ("date", "2026-13-01", "2026-13-01"),
        ],
    )
    def test_tells_answers_that_do_not_fit_in_the_cover_letter(
        self, kind: str, answer: Any, line: str, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        ats.register("workable", account="", key="wk-token-0815", jobs={"77AA": {"q1": kind}})
        answers = [{"question_id": "q1", "question": "Vraag", "answer": answer}]
        reception = arrived(application={"answers": answers, "cover_letter": "Hoi"}, vacancy={"external_id": "77AA"})
        assert f"Hoi\n\nVraag: {line}" == reception.cover_letter
        assert "answers" not in reception.fields

    def test_knows_a_question_by_its_words(self, arrived: Callable[..., Reception]) -> None:
        answers = [{"question_id": "", "question": " question  7001", "answer": True}]
        assert [{"question_key": "7001", "checked": True}] == arrived(application={"answers": answers}).fields[
            "answers"
        ]

    def test_asks_the_job_again_where_its_questions_changed_meanwhile(
        self, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        answers = [{"question_id": "", "question": "Vraag", "answer": True}]
        asking = {"application": {"answers": answers}, "vacancy": {"external_id": "77AA"}}
        for question in ("q1", "q2"):
            ats.register("workable", account="", key="wk-token-0815", jobs={"77AA": {question: "boolean|Vraag"}})
            hand_in(**asking, candidate={"email": f"{question}@example.org"})
        sent = [reception.fields["answers"] for reception in ats.received("workable")]
        assert [[{"question_key": question, "checked": True}] for question in ("q1", "q2")] == sent

    def test_reads_what_a_job_asks(self) -> None:
        body = b"""{"form_fields": [{"key": "resume", "required": true}, {"key": "headline", "required": true},
          {"key": "phone", "required": false}], "questions": [{"id": "4d2a", "body": "Diploma?", "type": "dropdown",
          "required": true, "choices": [{"id": "c1", "body": "MBO"}]}]}"""
        question = Question(id="4d2a", label="Diploma?", is_required=True, kind="dropdown", choices=(("c1", "MBO"),))
        form = JobForm(questions=(question,), required_parts=frozenset({"resume"}))
        assert form == self.provider.read_form(Response(status=200, body=body))
        assert form == JobForm.from_json(form.to_json())

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>Back soon</html>", b'{"error":"?"}', b'{"questions":{}}'])
    def test_does_not_take_just_any_answer_for_a_job_that_asks_nothing(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.provider.read_form(Response(status=200, body=body))

    @pytest.mark.parametrize("body", [b'{"form_fields":[],"questions":[]}', b'{"form_fields":[]}', b'{"questions":[]}'])
    def test_finds_nothing_asked_in_empty_lists(self, body: bytes) -> None:
        assert JobForm() == self.provider.read_form(Response(status=200, body=body))

    @pytest.mark.parametrize("status", [403, 404])
    def test_goes_on_without_the_questions_where_the_token_may_not_read_them(self, status: int) -> None:
        assert self.provider.form_of(Response(status=status, body=b'{"error":"insufficient scope"}')) is None

    @pytest.mark.parametrize(("status", "failure"), [(401, Unauthorized), (429, RateLimited), (503, Unavailable)])
    def test_tries_again_later_where_the_questions_cannot_be_had_now(
        self, status: int, failure: type[DeliveryError]
    ) -> None:
        with pytest.raises(failure):
            self.provider.form_of(Response(status=status))

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b"<html>Welcome</html>", Uncertain, "uncertain"),
            (200, b'{"error":{}}', Uncertain, "uncertain"),
            (201, b"", Uncertain, "uncertain"),
            (204, b"", Uncertain, "uncertain"),
            (302, b"", Unavailable, "http_302"),
            (201, b'{"status":"created"}', Uncertain, "uncertain"),
            (201, b'{"status":"created","candidate":{}}', Uncertain, "uncertain"),
            (401, b'{"error":"Not authorized"}', Unauthorized, "unauthorized"),
            (401, b"Not authorized", Unauthorized, "unauthorized"),
            (403, b'{"error":"Forbidden"}', Unauthorized, "unauthorized"),
            (403, b'{"error":{}}', Unauthorized, "unauthorized"),
            (404, b'{"error":"Not found"}', JobClosed, "job_closed"),
            (404, b"<html>Not found</html>", JobClosed, "job_closed"),
            (400, b'{"error":"Bad request"}', Rejected, "rejected"),
            (413, b"", Rejected, "rejected"),
            (422, b'{"error":"Position is draft or archived"}', JobClosed, "job_closed"),
            (422, b'{"error":{},"validation_errors":{}}', Rejected, "rejected"),
            (422, b'{"error":"either name or firstname and lastname are required"}', Rejected, "rejected"),
            (422, b'{"validation_errors":{"email":["is invalid"]}}', Rejected, "rejected"),
            (400, b'{"error":"position is draft or archived"}', JobClosed, "job_closed"),
            (422, b'{"error":"position is draft or archived"}', JobClosed, "job_closed"),
            (422, b'{"error":"x","validation_errors":{"email":["can\'t be blank"]}}', Rejected, "rejected"),
            (
                422,
                b'{"validation_errors":{"firstname":["is too long (maximum is 127 characters)"]}}',
                Rejected,
                "rejected",
            ),
            (422, b'{"error":"Filename should contain less characters"}', Rejected, "rejected"),
            (429, b'{"error":"Rate limit exceeded"}', RateLimited, "rate_limited"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b'{"error":"position is draft or archived"}', Uncertain, "http_500"),
            (500, b"", Uncertain, "http_500"),
            (502, b"<html>Bad Gateway</html>", Uncertain, "http_502"),
            (503, b"<html></html>", Unavailable, "http_503"),
            (504, b"", Uncertain, "http_504"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_repeats_workables_words(self) -> None:
        body = b'{"error":"Validation failed","validation_errors":{"email":["is invalid"]}}'
        assert "Validation failed: email: is invalid" == self.provider.explain(Response(status=422, body=body))

    @pytest.mark.parametrize(
        ("status", "headers", "wait"),
        [
            (429, {"x-rate-limit-reset": str(int(NOW.timestamp()) + 7)}, timedelta(seconds=7)),
            (429, {"x-rate-limit-reset": str(int(NOW.timestamp()) - 7)}, timedelta(0)),
            (429, {"x-rate-limit-reset": "1700000000", "retry-after": "4"}, timedelta(seconds=4)),
            (429, {}, None),
            (503, {"x-rate-limit-reset": str(int(NOW.timestamp()) + 7)}, None),
        ],
    )
    def test_waits_until_the_moment_of_the_next_window(
        self, status: int, headers: dict[str, str], wait: timedelta | None
    ) -> None:
        with time_machine.travel(NOW, tick=False):
            assert wait == self.provider.wait(Response(status=status, headers=headers))

    def test_carries_that_wait_along(self) -> None:
        reset = b"X-Rate-Limit-Reset: %d" % (datetime.now(UTC).timestamp() + 8)
        answer = ok(b'{"error":"slow down"}', reset, status=b"429 Too Many Requests")
        with listening(saying(answer)) as port, pytest.raises(RateLimited) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert failed.value.retry_after is not None
        assert timedelta(seconds=5) < failed.value.retry_after < timedelta(seconds=9)

    def test_keeps_to_ten_calls_in_ten_seconds(self) -> None:
        assert Rate(calls=10, per=timedelta(seconds=10)) == self.provider.rate

    # Asking after a lost answer -------------------------------------------------------------------

    def again(self, base_url: str, **changes: Any) -> exchange.Accepted:
        """Try once more after an uncertain try."""
        submission = self.submission(base_url=base_url, **changes)
        return exchange.hand_in(self.provider, submission, Progress(is_doubtful=True))

    def test_hands_nothing_in_twice_when_the_answer_got_lost(
        self, base_url: str, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        ats.behave("workable", "drop_answer", times=1)
        with pytest.raises(Uncertain):
            hand_in()
        accepted = self.again(base_url)
        (reception,) = ats.received("workable")
        assert reception.id == accepted.receipt.reference
        assert (True, True) == (accepted.was_there, accepted.is_certain)
        assert self.dropped == accepted.receipt.dropped

    def test_finds_what_arrived_although_the_form_cannot_be_read_any_more(
        self, base_url: str, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        hand_in()
        cache.clear()
        ats.behave("workable", "down", after=1)
        assert self.again(base_url).was_there

    def test_hands_in_what_did_not_arrive(self, base_url: str, ats: Sandbox) -> None:
        accepted = self.again(base_url)
        assert (False, True) == (accepted.was_there, accepted.is_certain)
        assert 1 == len(ats.received("workable"))

    def test_does_not_take_another_job_or_person_for_this_one(
        self, base_url: str, hand_in: Callable[..., Any], ats: Sandbox
    ) -> None:
        hand_in(vacancy={"external_id": "77AA"})
        hand_in(candidate={"email": "anders@example.org"})
        assert not self.again(base_url).was_there
        assert 3 == len(ats.received("workable"))

    @pytest.mark.parametrize(
        ("listed", "reference"),
        [
            (b'{"candidates":[]}', ""),
            (b'{"candidates":[{"id":"a1","email":"%s","job":{"shortcode":"4000001"}}]}' % EMAIL.upper().encode(), "a1"),
            (b'{"candidates":[{"id":"a1","email":"anders@example.org"}]}', ""),
            (b'{"candidates":[{"id":"a1","email":"%s","job":{"shortcode":"OTHER"}}]}' % EMAIL.encode(), ""),
        ],
    )
    def test_reads_who_applied(self, listed: bytes, reference: str) -> None:
        found = self.provider.found(self.submission(), Response(status=200, body=listed))
        assert found is not None
        assert reference == found.get(APPLICATION, {}).get("reference", "")

    def test_stays_in_doubt_where_the_token_may_not_ask(self) -> None:
        assert self.provider.found(self.submission(), Response(status=403)) is None

    def test_asks_again_later_when_the_list_cannot_be_read(self) -> None:
        with pytest.raises(Uncertain):
            self.provider.found(self.submission(), Response(status=200, body=b"{}"))
        with pytest.raises(Unavailable):
            self.provider.found(self.submission(), Response(status=503))

    # Testing the connection -----------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("state", "failure"),
        [("published", None), ("draft", JobClosed), ("archived", JobClosed), ("closed", Uncertain)],
    )
    def test_looks_at_the_state_of_a_job(self, state: str, failure: type[DeliveryError] | None) -> None:
        (_account, probe) = self.provider.ping(self.settings, self.credentials, ["1"])
        answer = Response(status=200, body=b'{"state":"%s"}' % state.encode())
        assert probe.read is not None
        if failure is None:
            probe.read(answer)
        else:
            with pytest.raises(failure):
                probe.read(answer)

    @pytest.mark.parametrize(("status", "failure"), [(401, Unauthorized), (404, JobClosed), (503, Unavailable)])
    def test_names_what_kept_a_job_from_being_looked_at(self, status: int, failure: type[DeliveryError]) -> None:
        (_account, probe) = self.provider.ping(self.settings, self.credentials, ["1"])
        assert probe.read is not None
        with pytest.raises(failure):
            probe.read(Response(status=status, body=b"{}"))

    def test_reads_the_form_of_the_stand_in(self, base_url: str) -> None:
        form = exchange.look_at_job(self.provider, self.submission(base_url=base_url), OwnSessions())
        assert form is not None
        assert ("7001", "boolean") == (form.questions[0].id, form.questions[0].kind)


class TestStandIn:
    """The played Workable takes what is documented, and nothing else."""

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, 201),
            ({"linkedin_url": "https://x.nl"}, 422),
            ({"firstname": "x" * 128}, 422),
            ({"email": "sanne"}, 422),
            ({"resume": {"name": "cv.pdf", "data": "%%%"}}, 422),
            ({"tags": "Jobbird"}, 422),
            ({"tags": ["Jobbird"]}, 201),
            ({"social_profiles": [{"type": "myspace", "url": "https://x.nl"}]}, 422),
            ({"answers": [{"question_key": "7001", "body": "yes"}]}, 422),
            ({"answers": [{"question_key": "9", "checked": True}]}, 422),
        ],
    )
    def test_checks_a_candidate(self, changes: dict[str, Any], status: int, ats: Sandbox) -> None:
        person = {"firstname": "Sanne", "lastname": "de Vries", "email": EMAIL, **changes}
        request = Request(
            method="POST",
            path="/spi/v3/jobs/1/candidates",
            headers={"Authorization": "Bearer k"},
            json={"sourced": False, "candidate": person},
        )
        assert status == transport.call(ats.url("workable"), request).status
