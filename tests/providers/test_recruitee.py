"""Recruitee, as docs and clients describe it."""

from __future__ import annotations

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
from ats_integration.providers.recruitee import Recruitee
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract

QUESTIONS = "candidate[open_question_answers_attributes]"


class TestRecruitee(ProviderContract):
    """Recruitee keeps the contract, and has habits of its own."""

    provider = Recruitee()
    settings = {"company": "acme"}
    credentials = {"careers_token": "rct_8f0c4711"}
    production_address = "https://acme.recruitee.com/api/offers/4000001/candidates"
    accepted = (201, b'{"candidate":{"id":53,"name":"Sanne de Vries"}}', "53")
    dropped = ("address", "consent", "marketing_consent")
    needs_resume = True

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        letter = (
            "Beste team,\n\nGraag kom ik bij jullie werken.\n\n"
            "LinkedIn: https://www.linkedin.com/in/sannedevries\nWebsite: https://sanne.example.org"
        )
        assert {
            "candidate[name]": "Sanne de Vries",
            "candidate[email]": "sanne.devries@example.org",
            "candidate[phone]": "+31612345678",
            "candidate[cover_letter]": letter,
            "candidate[referrer]": "Jobbird",
            f"{QUESTIONS}[0][open_question_id]": "7001",
            f"{QUESTIONS}[0][flag]": "true",
        } == {name: value for name, value in request.form if isinstance(value, str)}
        assert "candidate[cv]" in dict(request.form)

    def test_sends_the_token_with_every_call(self) -> None:
        probes = self.provider.ping(self.settings, self.credentials, ["1"])
        requests = [self.provider.build(self.submission()), *(probe.request for probe in probes)]
        assert ["rct_8f0c4711"] * 3 == [request.headers["X-Careers-Sites-Token"] for request in requests]
        assert [()] * 3 == [request.params for request in requests]

    def test_numbers_the_answers_and_fits_them_to_their_kind(self) -> None:
        answers = [
            {"question_id": "71", "question": "a", "answer": "tekst"},
            {"question_id": "", "question": "Onbekend", "answer": "los"},
            {"question_id": "72", "question": "b", "answer": ["x", "y"]},
            {"question_id": "73", "question": "c", "answer": False},
            {"question_id": "74", "question": "d", "answer": 3},
        ]
        form = self.provider.build(self.submission(application={"answers": answers})).form
        assert [
            (f"{QUESTIONS}[0][open_question_id]", "71"),
            (f"{QUESTIONS}[0][content]", "tekst"),
            (f"{QUESTIONS}[1][open_question_id]", "72"),
            (f"{QUESTIONS}[1][multi_content][]", "x"),
            (f"{QUESTIONS}[1][multi_content][]", "y"),
            (f"{QUESTIONS}[2][open_question_id]", "73"),
            (f"{QUESTIONS}[2][flag]", "false"),
            (f"{QUESTIONS}[3][open_question_id]", "74"),
            (f"{QUESTIONS}[3][content]", "3"),
        ] == [field for field in form if field[0].startswith(QUESTIONS)]
        assert "Onbekend: los" in str(dict(form)["candidate[cover_letter]"])

    @pytest.mark.parametrize("question", ["", "gender", "7a", "-1", "\u0667"])
    def test_tells_an_unknown_question_in_the_cover_letter(
        self, question: str, arrived: Callable[..., Reception]
    ) -> None:
        answers = [{"question_id": question, "question": "Rijbewijs?", "answer": True}]
        assert arrived(application={"answers": answers}).cover_letter.endswith("\n\nRijbewijs?: yes")

    def test_leaves_an_empty_choice_out(self) -> None:
        answers = [{"question_id": "71", "question": "a", "answer": []}]
        form = self.provider.build(self.submission(application={"answers": answers})).form
        assert [] == [name for name, _ in form if name.startswith(QUESTIONS)]

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b'{"candidate":{"id":53}}', Uncertain, "uncertain"),
            (202, b"", Uncertain, "uncertain"),
            (301, b"", JobClosed, "careers_not_hosted"),
            (302, b"", Unavailable, "http_302"),
            (401, b"", Unauthorized, "unauthorized"),
            (404, b'{"error":"Not Found"}', JobClosed, "job_closed"),
            (422, b'{"error":["Cv can\'t be blank"],"error_fields":{"cv":["can\'t be blank"]}}', Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_repeats_recruitees_words(self) -> None:
        body = b'{"error":["Cv can\'t be blank","Email is invalid"],"error_fields":{}}'
        assert "Cv can't be blank; Email is invalid" == self.provider.explain(Response(status=422, body=body))

    @pytest.mark.parametrize("body", [b"", b"oops", b'{"candidate":', b'{"candidate":null}', b'{"candidate":{}}'])
    def test_takes_201_for_delivered_even_without_an_id(self, body: bytes) -> None:
        assert "" == self.provider.judge(Response(status=201, body=body)).reference

    @pytest.mark.parametrize("company", ["acme.recruitee.com", "-acme", "acme-", "https://acme", "a" * 64])
    def test_refuses_what_is_no_subdomain(self, company: Any) -> None:
        assert {"company"} == set(self.provider.problems({"company": company}, self.credentials))
