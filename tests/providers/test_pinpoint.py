"""Pinpoint, as its reference describes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

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
from ats_integration.providers.base import Response
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.job_forms import JobForm
from ats_integration.providers.pinpoint import Pinpoint
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import EMAIL, ProviderContract
from .interrupted import handed_in_twice
from .tiny_servers import listening, ok, saying

JOB = {"id": "4000001", "type": "jobs"}
JSON_API = "application/vnd.api+json"
HEADERS = {"X-API-KEY": "pinpoint-key-0815", "Accept": JSON_API, "Content-Type": JSON_API}


def says(*details: str) -> bytes:
    """Return errors as Pinpoint writes them."""
    return json.dumps({"errors": [{"title": "Error", "code": "code", "detail": detail} for detail in details]}).encode()


def asked(question_id: str, answer: Any) -> dict[str, Any]:
    """Return an answer to a question."""
    return {"question_id": question_id, "question": "Ervaring?", "answer": answer}


def applied(id: str, email: Any) -> dict[str, Any]:
    """Return an application as a list shows it."""
    return {"id": id, "type": "applications", "attributes": {"email": email}}


class TestPinpoint(ProviderContract):
    """Pinpoint keeps the contract, and has habits of its own."""

    provider = Pinpoint()
    settings = {"subdomain": "acme"}
    credentials = {"api_key": "pinpoint-key-0815"}
    production_address = "https://acme.pinpointhq.com/api/v1/applications"
    accepted = (201, b'{"data":{"id":"1000050","type":"applications","attributes":{}}}', "1000050")
    dropped = ("consent", "marketing_consent", "source")

    def document(self, **changes: Any) -> Any:
        """Return what is sent."""
        return self.provider.build(self.submission(**changes)).json

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given an API that takes the job in the body, it stands there as it is."""
        request = self.provider.build(self.submission(vacancy={"external_id": "a/b?c#d&e"}))
        job = {"data": {"id": "a/b?c#d&e", "type": "jobs"}}
        assert ("/api/v1/applications", job) == (request.path, request.json["data"]["relationships"]["job"])

    def test_sends_exactly_the_documented_document(self) -> None:
        assert {
            "data": {
                "type": "applications",
                "attributes": {
                    "first_name": "Sanne",
                    "last_name": "de Vries",
                    "email": "sanne.devries@example.org",
                    "phone": "+31612345678",
                    "linkedin_url": "https://www.linkedin.com/in/sannedevries",
                    "summary": "Beste team,\n\nGraag kom ik bij jullie werken.\n\nWebsite: https://sanne.example.org",
                    "address1": "Dorpsstraat 1",
                    "postcode": "1234 AB",
                    "town": "Ede",
                    "country": "NL",
                    "cv_base64_filename": "cv-sanne.pdf",
                    "cv_base64_data": f"data:application/pdf;base64,{base64.b64encode(PDF).decode()}",
                },
                "relationships": {
                    "job": {"data": {"id": "4000001", "type": "jobs"}},
                    "answers": {"data": [{"type": "answers", "method": "create", "temp-id": "1"}]},
                },
            },
            "included": [
                {
                    "temp-id": "1",
                    "type": "answers",
                    "attributes": {"boolean_answer": True},
                    "relationships": {"question": {"data": {"id": "7001", "type": "questions"}}},
                }
            ],
        } == self.document()

    def test_sends_no_empty_field(self) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        sent = self.document(**bare)
        assert {"data"} == set(sent)
        assert {"first_name", "last_name", "email"} == set(sent["data"]["attributes"])
        assert {"job"} == set(sent["data"]["relationships"])

    def test_sends_the_key_in_the_documented_headers(self) -> None:
        probes = self.provider.ping(self.settings, self.credentials, ["1"])
        requests = [self.provider.build(self.submission()), *(probe.request for probe in probes)]
        assert [HEADERS] * 3 == [request.headers for request in requests]
        assert ["/api/v1/applications", "/api/v1/jobs", "/api/v1/jobs/1"] == [request.path for request in requests]

    # Answers to questions ----------------------------------------------------------------------------

    def form_with(self, kind: str, *choices: str) -> JobForm:
        """Return the form of a job with one question."""
        about = {"title": "Ervaring?", "question_type": kind, "required": True, "multiple_choice_options": choices}
        return self.form({"data": JOB, "included": [{"id": "12", "type": "questions", "attributes": about}]})

    def form(self, body: Any) -> JobForm:
        """Return what is read of an answer."""
        return self.provider.read_form(Response(status=200, body=json.dumps(body).encode()))

    def answered(self, form: JobForm | None, *said: dict[str, Any]) -> Any:
        """Return the document of somebody who gave answers to what a job asks."""
        submission = replace(self.submission(application={"answers": list(said)}), job_form=form)
        return self.provider.build(submission).json

    @pytest.mark.parametrize(
        ("kind", "answer", "sent"),
        [
            ("", True, {"boolean_answer": True}),
            ("", False, {"boolean_answer": False}),
            ("", "vijf jaar", {"text_answer": "vijf jaar"}),
            ("", 5, {"text_answer": "5"}),
            ("boolean", False, {"boolean_answer": False}),
            ("boolean", "Ja", {"boolean_answer": True}),
            ("short_text", "vijf", {"text_answer": "vijf"}),
            ("long_text", True, {"text_answer": "yes"}),
            ("long_text", ("B", "C"), {"text_answer": "B, C"}),
            ("date", "2026-12-01", {"date_answer": "2026-12-01"}),
            ("url", "https://sanne.example.org", {"url_answer": "https://sanne.example.org"}),
        ],
    )
    def test_answers_a_question_in_the_field_of_its_kind(self, kind: str, answer: Any, sent: dict[str, Any]) -> None:
        (included,) = self.answered(self.form_with(kind) if kind else None, asked("12", answer))["included"]
        question = {"question": {"data": {"id": "12", "type": "questions"}}}
        assert (sent, question) == (included["attributes"], included["relationships"])

    @pytest.mark.parametrize(
        ("form", "answer", "texts"),
        [
            (None, ("B", "C"), ["B", "C"]),
            ("open", ("B", "C"), ["B", "C"]),
            ("open", "B", ["B"]),
            ("choices", ("b", " C "), ["B", "C"]),
            ("choices", "c", ["C"]),
        ],
    )
    def test_names_choices_by_their_texts(self, form: str | None, answer: Any, texts: list[str]) -> None:
        choices = {"open": (), "choices": ("B", "C")}
        known = self.form_with("multiple_choice", *choices[form]) if form else None
        sent = self.answered(known, asked("12", answer))
        answers, *options = sent["included"]
        links = [{"type": "answer_options", "method": "create", "temp-id": f"1-{n}"} for n in range(1, len(texts) + 1)]
        assert ({}, links) == (answers["attributes"], answers["relationships"]["answer_options"]["data"])
        assert [
            {"type": "answer_options", "temp-id": f"1-{n}", "attributes": {"text": text}}
            for n, text in enumerate(texts, 1)
        ] == options
        assert [{"type": "answers", "method": "create", "temp-id": "1"}] == sent["data"]["relationships"]["answers"][
            "data"
        ]

    @pytest.mark.parametrize(
        ("kind", "said", "line"),
        [
            ("", asked("", "vijf jaar"), "Ervaring?: vijf jaar"),
            ("", asked("q-12", True), "Ervaring?: yes"),
            ("boolean", asked("12", "een beetje"), "Ervaring?: een beetje"),
            ("date", asked("12", "volgende week"), "Ervaring?: volgende week"),
            ("date", asked("12", "2026-13-41"), "Ervaring?: 2026-13-41"),
            ("url", asked("12", "geen"), "Ervaring?: geen"),
            ("document", asked("12", "zie cv"), "Ervaring?: zie cv"),
            ("choices", asked("12", ("B", "Z")), "Ervaring?: B, Z"),
        ],
    )
    def test_tells_in_the_summary_what_fits_no_question(self, kind: str, said: dict[str, Any], line: str) -> None:
        forms = {"": None, "choices": self.form_with("multiple_choice", "B")}
        sent = self.answered(forms[kind] if kind in forms else self.form_with(kind), said)
        assert sent["data"]["attributes"]["summary"].endswith(f"\n\n{line}")
        assert "included" not in sent

    def test_tells_in_the_summary_the_answer_to_a_question_that_the_job_has_not(self) -> None:
        sent = self.answered(self.form_with("boolean"), {"question_id": "99", "question": "Rijbewijs?", "answer": True})
        assert sent["data"]["attributes"]["summary"].endswith("Rijbewijs?: yes")

    def test_tells_in_the_summary_every_answer_where_the_job_asks_nothing(self) -> None:
        sent = self.answered(self.shown({"data": JOB, "included": []}), asked("12", True))
        assert sent["data"]["attributes"]["summary"].endswith("\n\nErvaring?: yes")
        assert "included" not in sent

    def test_knows_a_question_by_its_words(self) -> None:
        (included,) = self.answered(self.form_with("boolean"), asked("", True))["included"]
        assert "12" == included["relationships"]["question"]["data"]["id"]

    def test_pairs_every_answer_with_its_link(self, arrived: Callable[..., Reception]) -> None:
        said = [("7001", True), ("", "x"), ("7005", ("Engels", "nederlands")), ("7004", "vijf"), ("7002", "")]
        fields = arrived(application={"answers": [asked(*each) for each in said]}).fields
        told = {name: value for name, value in fields.items() if name.startswith("answer")}
        assert {"answer 7001": True, "answer 7005": ["Engels", "Nederlands"], "answer 7004": "vijf"} == told

    def test_asks_for_the_questions_of_the_job(self) -> None:
        request = self.provider.form_request(self.submission())
        assert ("GET", "/api/v1/jobs/4000001", HEADERS) == (request.method, request.path, request.headers)
        assert (("include", "questions"),) == request.params

    def test_reads_what_the_job_requires(self) -> None:
        (question,) = self.form_with("multiple_choice", "B", "C").questions
        assert ("12", "Ervaring?", "multiple_choice", True) == (
            question.id, question.label, question.kind, question.is_required,
        )  # fmt: skip
        assert (("B", "B"), ("C", "C")) == question.choices

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"included": None}, {"included": "x"}, {"included": [5, {"type": "stages", "id": "1"}]},
            {"included": []},
        ],
    )  # fmt: skip
    def test_reads_no_question_where_none_is_shown(self, body: dict[str, Any]) -> None:
        assert () == self.form({"data": JOB, **body}).questions

    @pytest.mark.parametrize("body", [{}, {"included": None}, {"included": "x"}])
    def test_takes_questions_that_are_not_shown_for_unknown(self, body: dict[str, Any]) -> None:
        known = self.shown({"data": JOB, **body})
        assert known is None
        (included,) = self.answered(known, asked("12", True))["included"]
        assert "12" == included["relationships"]["question"]["data"]["id"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>Log in</html>",
            b"[]",
            b"{}",
            b'{"included":[]}',
            b'{"data":{},"included":[]}',
            b'{"data":[{"id":"1"}],"included":[]}',
        ],
    )
    def test_tries_again_where_the_answer_shows_no_job(self, body: bytes) -> None:
        cache.clear()
        with listening(saying(ok(body))) as port, pytest.raises(Unavailable, match="did not say what the job asks"):
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))

    def shown(self, body: Any) -> JobForm | None:
        """Return what an answer shows of what a job asks, if it does."""
        return self.provider.form_of(Response(status=200, body=json.dumps(body).encode()))

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_goes_without_the_questions_where_they_are_not_shown(self, status: int) -> None:
        assert self.provider.form_of(Response(status=status, body=says("Integration not enabled"))) is None

    def test_delivers_where_the_questions_are_not_shown(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        cache.clear()
        ats.behave("pinpoint", "closed", times=1)
        hand_in()
        assert 1 == len(ats.received("pinpoint"))

    # The person --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("", "Sukarno")])
    def test_sends_a_dash_for_a_missing_name(self, first: str, last: str) -> None:
        sent = self.document(candidate={"first_name": first, "last_name": last})["data"]["attributes"]
        assert (first or "-", last or "-") == (sent["first_name"], sent["last_name"])

    def test_says_that_a_file_of_unknown_kind_is_just_bytes(self) -> None:
        sent = self.document(resume={"content_type": "nonsense,;"})["data"]["attributes"]
        assert sent["cv_base64_data"].startswith("data:application/octet-stream;base64,JVBER")

    @pytest.mark.parametrize(
        ("phone", "country", "code"),
        [
            ("+31612345678", "NL", None),
            ("0031612345678", "NL", None),
            ("0612345678", "NL", "NL"),
            ("0612345678", "nl", "NL"),
            ("0612345678", "Nederland", None),
            ("0612345678", "", None),
            ("", "NL", None),
        ],
    )
    def test_says_which_country_a_national_number_is_of(self, phone: str, country: str, code: str | None) -> None:
        person = {"phone": phone, "address": {"country": country}}
        sent = self.document(candidate=person)["data"]["attributes"]
        assert (phone or None, code) == (sent.get("phone"), sent.get("phone_iso2"))

    # Asking after a lost answer ----------------------------------------------------------------------

    @pytest.mark.parametrize("mode", ["drop_answer", "blackhole", "reset"])
    def test_asks_after_a_lost_answer(self, mode: str, hurry: None, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=0)
        (reception,) = ats.received("pinpoint")
        assert accepted.receipt.reference == reception.id
        assert (mode == "drop_answer") == accepted.was_there

    def looked_up(self, body: Any, status: int = 200) -> Any:
        """Return what a lookup reads in an answer."""
        lookup = self.provider.lookup(self.submission())
        return lookup.read(self.submission(), Response(status=status, body=json.dumps(body).encode()))

    def test_asks_who_applied_for_the_job(self) -> None:
        request = self.provider.lookup(self.submission()).build(self.submission())
        assert ("GET", "/api/v1/applications", HEADERS) == (request.method, request.path, request.headers)
        assert {
            "filter[job_id]": "4000001",
            "filter[job_visibility]": "confidential,external,internal",
            "fields[applications]": "email",
            "sort": "-created_at",
            "page[size]": "100",
        } == dict(request.params)

    def test_finds_a_person_by_email_address_in_capitals_or_not(self) -> None:
        listed = {"data": [applied("1", "x@example.org"), applied("2", EMAIL.upper())]}
        assert {"application": {"reference": "2", "dropped": []}} == self.looked_up(listed)

    @pytest.mark.parametrize("rows", [[], [applied("1", "x@example.org")]])
    def test_finds_nobody(self, rows: list[Any]) -> None:
        assert {} == self.looked_up({"data": rows})

    @pytest.mark.parametrize(
        "body",
        [
            {"data": [applied("1", "x@example.org")] * 100},
            {"data": [applied("1", "Hidden due to blind screening")]},
            {"data": [applied("1", None)]},
            {"data": [{"id": "1", "attributes": []}]},
            {"data": {"id": "1"}},
            {"errors": []},
            [],
        ],
    )
    def test_is_not_sure_where_the_list_does_not_tell(self, body: Any) -> None:
        assert self.looked_up(body) is None

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_is_not_sure_where_it_may_not_ask(self, status: int) -> None:
        assert self.looked_up({"errors": []}, status=status) is None

    @pytest.mark.parametrize("status", [401, 429, 500])
    def test_does_not_go_on_without_an_answer(self, status: int) -> None:
        with pytest.raises(DeliveryError):
            self.looked_up({}, status=status)

    # Answers -----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b'{"data":{}}', Uncertain, "uncertain"),
            (200, says("first_name can't be blank"), Uncertain, "uncertain"),
            (201, b"", Uncertain, "uncertain"),
            (201, b"<html>", Uncertain, "uncertain"),
            (400, says("Malformed query params"), Rejected, "rejected"),
            (400, says("nl is not a valid locale"), Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (401, says("X-API-KEY header not provided"), Unauthorized, "unauthorized"),
            (401, says("Invalid API key"), Unauthorized, "unauthorized"),
            (403, says("Integration not enabled"), Unauthorized, "unauthorized"),
            (404, says("Record not found"), JobClosed, "job_closed"),
            (409, says("Record is in use"), Rejected, "rejected"),
            (413, b"", Rejected, "rejected"),
            (422, says("first_name can't be blank"), Rejected, "rejected"),
            (422, says("Jobs of other kinds"), Rejected, "rejected"),
            (422, b'{"errors":[{}]}', Rejected, "rejected"),
            (422, b'{"errors":[]}', Rejected, "rejected"),
            (422, b'{"errors":"strange"}', Rejected, "rejected"),
            (422, b"", Rejected, "rejected"),
            (422, says("email is invalid", "job is closed"), JobClosed, "job_closed"),
            (422, says("Job must be open"), JobClosed, "job_closed"),
            (429, says("Rate limit exceeded"), RateLimited, "rate_limited"),
            (429, b"", RateLimited, "rate_limited"),
            (500, says("We've notified our engineers and hope to address this issue shortly."), Uncertain, "http_500"),
            (500, b"", Uncertain, "http_500"),
            (502, b"<html>Bad Gateway</html>", Uncertain, "http_502"),
            (503, b"", Unavailable, "http_503"),
            (504, b"", Uncertain, "http_504"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_repeats_pinpoints_words(self) -> None:
        body = says("first_name can't be blank", "email is invalid")
        assert "first_name can't be blank; email is invalid" == self.provider.explain(Response(status=422, body=body))

    # Testing the connection --------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "is_open"),
        [("open", True), (None, True), ("closed", False), ("draft", False), ("archived", False)],
    )
    def test_tells_an_open_job_from_others(self, status: str | None, is_open: bool) -> None:
        body = json.dumps({"data": {"id": "1", "type": "jobs", "attributes": {"status": status}}}).encode()
        with listening(saying(ok(body))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["1"])
        assert (() if is_open else ("1",)) == report.unknown_jobs

    def test_does_not_take_just_any_page_for_an_open_job(self) -> None:
        with pytest.raises(Uncertain):
            self.provider.require_open(Response(status=200, body=b"<html>Welcome</html>"))
