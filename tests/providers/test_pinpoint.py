"""Pinpoint, as its reference describes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers.base import Response
from ats_integration.providers.pinpoint import Pinpoint
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import ProviderContract
from .interrupted import handed_in_twice

JSON_API = "application/vnd.api+json"
HEADERS = {"X-API-KEY": "pinpoint-key-0815", "Accept": JSON_API, "Content-Type": JSON_API}


def says(*details: str) -> bytes:
    """Return errors as Pinpoint writes them."""
    return json.dumps({"errors": [{"title": "Error", "code": "code", "detail": detail} for detail in details]}).encode()


def asked(question_id: str, answer: Any) -> dict[str, Any]:
    """Return an answer to a question."""
    return {"question_id": question_id, "question": "Ervaring?", "answer": answer}


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

    @pytest.mark.parametrize(
        ("answer", "sent"),
        [
            (True, {"boolean_answer": True}),
            (False, {"boolean_answer": False}),
            ("vijf jaar", {"text_answer": "vijf jaar"}),
            (5, {"text_answer": "5"}),
        ],
    )
    def test_answers_a_question_that_pinpoint_numbers(self, answer: Any, sent: dict[str, Any]) -> None:
        (included,) = self.document(application={"answers": [asked("12", answer)]})["included"]
        assert sent == included["attributes"]

    @pytest.mark.parametrize(
        ("said", "line"),
        [
            (asked("", "vijf jaar"), "Ervaring?: vijf jaar"),
            (asked("q-12", True), "Ervaring?: yes"),
            (asked("12", ("B", "C")), "Ervaring?: B, C"),
        ],
    )
    def test_tells_other_answers_in_the_summary(
        self, said: dict[str, Any], line: str, arrived: Callable[..., Reception]
    ) -> None:
        assert arrived(application={"answers": [said]}).cover_letter.endswith(f"\n\n{line}")
        assert "included" not in self.document(application={"answers": [said]})

    def test_pairs_every_answer_with_its_link(self, arrived: Callable[..., Reception]) -> None:
        answers = [asked("12", True), asked("", "x"), asked("13", "vijf"), asked("14", "")]
        fields = arrived(application={"answers": answers}).fields
        told = {name: value for name, value in fields.items() if name.startswith("answer")}
        assert {"answer 12": True, "answer 13": "vijf"} == told

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("", "Sukarno")])
    def test_sends_a_dash_for_a_missing_name(self, first: str, last: str) -> None:
        sent = self.document(candidate={"first_name": first, "last_name": last})["data"]["attributes"]
        assert (first or "-", last or "-") == (sent["first_name"], sent["last_name"])

    def test_says_that_a_file_of_unknown_kind_is_just_bytes(self) -> None:
        sent = self.document(resume={"content_type": "nonsense,;"})["data"]["attributes"]
        assert sent["cv_base64_data"].startswith("data:application/octet-stream;base64,JVBER")

    def test_cannot_ask_after_a_lost_answer(self, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        assert not accepted.is_certain
        assert 2 == len(ats.received("pinpoint"))

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b'{"data":{}}', Uncertain, "uncertain"),
            (400, says("Malformed"), Rejected, "rejected"),
            (401, says("X-API-KEY header not provided"), Unauthorized, "unauthorized"),
            (401, says("Invalid API key"), Unauthorized, "unauthorized"),
            (403, says("Integration not enabled"), Unauthorized, "unauthorized"),
            (404, says("Record not found"), JobClosed, "job_closed"),
            (409, says("Record in use"), Rejected, "rejected"),
            (422, says("first_name can't be blank"), Rejected, "rejected"),
            (422, says("Jobs of other kinds"), Rejected, "rejected"),
            (422, says("email is invalid", "job is closed"), JobClosed, "job_closed"),
            (422, says("Job must be open"), JobClosed, "job_closed"),
            (429, says("Rate limit exceeded"), RateLimited, "rate_limited"),
            (500, says("Internal server error"), Uncertain, "http_500"),
            (502, b"", Uncertain, "http_502"),
            (503, b"", Unavailable, "http_503"),
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
