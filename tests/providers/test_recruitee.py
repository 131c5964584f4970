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
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.job_forms import JobForm
from ats_integration.providers.recruitee import Recruitee
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import bare_message, message

from .contract import ProviderContract

QUESTIONS = "candidate[open_question_answers_attributes]"
OFFER = b"""{"offer": {"id": 1, "slug": "monteur", "status": "published", "options_cv": "required",
  "options_phone": "required", "options_cover_letter": "off", "open_questions": [
  {"id": 286356, "kind": "string", "required": true, "position": 1, "body": "Desired Salary",
   "open_question_options": []},
  {"id": 286357, "kind": "infobox", "required": false, "position": 2, "body": "About us", "open_question_options": []},
  {"id": 4281786, "kind": "multi_choice", "required": false, "position": 3, "body": "Strongest areas:",
   "open_question_options": [{"id": 6588542, "body": "Market research"}]}]}}"""


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
            (200, b"<html>Thank you</html>", Uncertain, "uncertain"),
            (202, b"", Uncertain, "uncertain"),
            (204, b"", Uncertain, "uncertain"),
            (301, b"", JobClosed, "careers_not_hosted"),
            (302, b"", Unavailable, "http_302"),
            (400, b'{"error":{}}', Rejected, "rejected"),
            (401, b"", Unauthorized, "unauthorized"),
            (401, b'{"error":"Unauthorized"}', Unauthorized, "unauthorized"),
            (401, b"<html>Sign in</html>", Unauthorized, "unauthorized"),
            (403, b"", Unauthorized, "unauthorized"),
            (404, b'{"error":"Not Found"}', JobClosed, "job_closed"),
            (404, b"<html>Not Found</html>", JobClosed, "job_closed"),
            (422, b'{"error":[],"error_fields":{}}', Rejected, "rejected"),
            (422, b'{"error":["Cv can\'t be blank"],"error_fields":{"cv":["can\'t be blank"]}}', Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (429, b"<html>Slow down</html>", RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
            (503, b"<html></html>", Unavailable, "http_503"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(("asked", "seconds"), [("17", 17), ("soon", None), ("", None)])
    def test_waits_as_long_as_it_is_told(self, asked: str, seconds: int | None) -> None:
        wait = self.provider.wait(Response(status=429, headers={"retry-after": asked}))
        assert seconds == (wait.total_seconds() if wait else None)

    def test_repeats_recruitees_words(self) -> None:
        body = b'{"error":["Cv can\'t be blank","Email is invalid"],"error_fields":{}}'
        assert "Cv can't be blank; Email is invalid" == self.provider.explain(Response(status=422, body=body))

    @pytest.mark.parametrize("body", [b"", b"oops", b'{"candidate":', b'{"candidate":null}', b'{"candidate":{}}'])
    def test_takes_201_for_delivered_even_without_an_id(self, body: bytes) -> None:
        assert "" == self.provider.judge(Response(status=201, body=body)).reference

    @pytest.mark.parametrize("company", ["acme.recruitee.com", "-acme", "acme-", "https://acme", "a" * 64])
    def test_refuses_what_is_no_subdomain(self, company: Any) -> None:
        assert {"company"} == set(self.provider.problems({"company": company}, self.credentials))

    # What an offer asks ---------------------------------------------------------------------------

    def ask(self, ats: Sandbox, **questions: str) -> None:
        asked = {name.removeprefix("q"): kind for name, kind in questions.items()}
        ats.register("recruitee", account="", key="rct_8f0c4711", jobs={"77AA": asked})

    def said(self, arrived: Callable[..., Reception], answer: Any, **changes: Any) -> Reception:
        answers = [{"question_id": "7", "question": "Vraag", "answer": answer}]
        application = {"answers": answers, "cover_letter": "Hoi", **changes}
        links = {"linkedin_url": "", "website_url": ""}
        return arrived(application=application, candidate=links, vacancy={"external_id": "77AA"})

    @pytest.mark.parametrize(
        ("kind", "answer", "field", "value"),
        [
            ("string", "tekst", "[content]", "tekst"),
            ("text", True, "[content]", "yes"),
            ("number", 3, "[content]", "3"),
            ("salary", "3000", "[content]", "3000"),
            ("date", "2026-12-01", "[content]", "2026-12-01"),
            ("boolean", True, "[flag]", "true"),
            ("boolean", "Nee", "[flag]", "false"),
            ("legal", "ja", "[flag]", "true"),
            ("single_choice", "hbo", "[content]", "HBO"),
            ("single_choice", ("MBO",), "[content]", "MBO"),
            ("multi_choice", ("mbo", "HBO"), "[multi_content][]", ["MBO", "HBO"]),
            ("multi_choice", "MBO", "[multi_content][]", "MBO"),
        ],
    )
    def test_answers_each_kind_of_question_as_it_wants(
        self, kind: str, answer: Any, field: str, value: Any, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        self.ask(ats, q7=kind)
        reception = self.said(arrived, answer)
        assert {f"{QUESTIONS}[0][open_question_id]": "7", f"{QUESTIONS}[0]{field}": value} == {
            name: value for name, value in reception.fields.items() if name.startswith(QUESTIONS)
        }
        assert "Hoi" == reception.cover_letter

    @pytest.mark.parametrize(
        ("kind", "answer", "line"),
        [
            ("boolean", "misschien", "misschien"),
            ("single_choice", "WO", "WO"),
            ("single_choice", ("MBO", "HBO"), "MBO, HBO"),
            ("multi_choice", ("MBO", "WO"), "MBO, WO"),
            ("file", "diploma.pdf", "diploma.pdf"),
            ("video", "https://v.example.org", "https://v.example.org"),
            ("infobox", "x", "x"),
        ],
    )
    def test_tells_answers_that_do_not_fit_in_the_cover_letter(
        self, kind: str, answer: Any, line: str, arrived: Callable[..., Reception], ats: Sandbox
    ) -> None:
        self.ask(ats, q7=kind)
        reception = self.said(arrived, answer)
        assert f"Hoi\n\nVraag: {line}" == reception.cover_letter
        assert [] == [name for name in reception.fields if name.startswith(QUESTIONS)]

    def test_knows_a_question_by_its_words(self, arrived: Callable[..., Reception], ats: Sandbox) -> None:
        self.ask(ats, q8="boolean|vraag")
        assert "true" == self.said(arrived, True).fields[f"{QUESTIONS}[0][flag]"]

    def test_puts_the_links_into_the_questions_for_them(self, arrived: Callable[..., Reception], ats: Sandbox) -> None:
        self.ask(ats, q1="string!|LinkedIn profiel", q2="text|Website of portfolio")
        reception = arrived(application={"answers": []}, vacancy={"external_id": "77AA"})
        assert "https://www.linkedin.com/in/sannedevries" == reception.fields[f"{QUESTIONS}[0][content]"]
        assert "https://sanne.example.org" == reception.fields[f"{QUESTIONS}[1][content]"]
        assert "http" not in reception.cover_letter

    @pytest.mark.parametrize(
        ("label", "consent", "is_told"),
        [
            ("Ik ga akkoord met de privacyverklaring", {"processing": True, "retention": False}, True),
            ("Ik ga akkoord met de privacyverklaring", {"processing": False, "retention": True}, False),
            ("You may keep my data for future jobs", {"processing": True, "retention": False}, False),
            ("You may keep my data for future jobs", {"processing": True, "retention": True}, True),
        ],
    )
    def test_answers_a_legal_question_by_consent_to_just_that(
        self, label: str, consent: dict[str, bool], is_told: bool, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        self.ask(ats, q7=f"legal|{label}")
        accepted = hand_in(application={"answers": [], "consent": consent}, vacancy={"external_id": "77AA"})
        (reception,) = ats.received("recruitee")
        assert is_told == ("true" == reception.fields.get(f"{QUESTIONS}[0][flag]"))
        assert is_told == ("consent" not in accepted.receipt.dropped)

    def test_leaves_the_candidates_own_answer_to_a_legal_question(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        self.ask(ats, q7="legal|Akkoord?")
        answers = [{"question_id": "7", "question": "Akkoord?", "answer": True}]
        accepted = hand_in(application={"answers": answers}, vacancy={"external_id": "77AA"})
        (reception,) = ats.received("recruitee")
        assert 1 == len([name for name in reception.fields if name.endswith("[open_question_id]")])
        assert "consent" not in accepted.receipt.dropped

    def test_reads_what_an_offer_asks(self) -> None:
        """Given the answer of the vendor's documentation, sentences between the questions are none."""
        form = self.provider.read_form(Response(status=200, body=OFFER))
        assert frozenset({"resume", "phone"}) == form.required_parts
        assert [
            ("286356", "string", True, "Desired Salary", ()),
            ("4281786", "multi_choice", False, "Strongest areas:", (("Market research", "Market research"),)),
        ] == [(q.id, q.kind, q.is_required, q.label, q.choices) for q in form.questions]

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>Back soon</html>", b'{"offer":[]}', b'{"offer":{}}'])
    def test_does_not_take_an_answer_that_shows_no_offer_for_one_that_asks_nothing(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.provider.read_form(Response(status=200, body=body))

    @pytest.mark.parametrize("body", [b'{"offer":{"id":1,"open_questions":[]}}', b'{"offer":{"id":1}}'])
    def test_finds_nothing_asked_in_an_offer_without_questions(self, body: bytes) -> None:
        assert JobForm() == self.provider.read_form(Response(status=200, body=body))

    def test_names_a_closed_job(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        self.ask(ats, q7="string")
        with pytest.raises(JobClosed):
            hand_in(vacancy={"external_id": "gone"})
        assert [] == ats.received()

    @pytest.mark.parametrize("status", [403, 404, 405, 501])
    def test_leaves_it_to_the_call_itself_where_the_offer_is_not_shown(self, status: int) -> None:
        assert self.provider.form_of(Response(status=status)) is None

    @pytest.mark.parametrize(("status", "failure"), [(401, Unauthorized), (429, RateLimited), (503, Unavailable)])
    def test_tries_again_later_where_the_offer_cannot_be_had_now(
        self, status: int, failure: type[DeliveryError]
    ) -> None:
        with pytest.raises(failure):
            self.provider.form_of(Response(status=status))

    def test_looks_at_no_offer_that_has_nothing_to_do_with_the_application(self) -> None:
        assert self.provider.wants_form(message())
        assert not self.provider.wants_form(bare_message())
