"""Personio, as docs and clients describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from ats_integration.providers import exchange
from ats_integration.providers.base import Rate, Response, Submission
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.personio import Personio
from ats_integration.providers.personio_parts import application, document
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import Behave, listening, ok, received, saying

UUID = "5f0a3d7e-8a3b-4f0e-9f0c-0d8f2f5f3c11"
HEADERS = {
    "Authorization": "Bearer personio-token-0815",
    "X-Company-ID": "4711",
    "X-Personio-Partner-ID": "JOBBIRD",
    "X-Personio-App-ID": "JOBBIRD_APPLY",
    "Accept": "application/json",
}


def reason(*names: str) -> bytes:
    """Return reasons as Personio lists them by field."""
    each = ",".join(f'{{"field":"x","errors":[{{"reason":"errors.{name}","context":{{}}}}]}}' for name in names)
    return f'{{"errors":[{each}]}}'.encode()


def feed(*jobs: int) -> bytes:
    """Return the feed of a careers page."""
    positions = "".join(f"<position>\n  <id>{job}</id><office>Ede</office></position>" for job in jobs)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{positions}</workzag-jobs>\n'.encode()


def company(page: bytes) -> Behave:
    """Return a server that complains about an empty application, and answers everything else with this."""

    def behave(connection: Any) -> None:
        is_post = received(connection).startswith(b"POST")
        complaint = ok(reason("attribute-validation.required-attribute"), status=b"400 Bad Request")
        connection.sendall(complaint if is_post else page)

    return behave


class TestPersonio(ProviderContract):
    """Personio keeps the contract, and has habits of its own."""

    provider = Personio()
    settings = {"company_id": "4711", "company_host": "acmebv"}
    credentials = {"access_token": "personio-token-0815"}
    production_address = "https://api.personio.de/v1/recruiting/applications"
    accepted = (201, b"", "")
    dropped = ("address", "consent", "marketing_consent")
    numbers_jobs = True

    def submission(self, **changes: Any) -> Submission:
        """Give what the upload left behind."""
        return replace(super().submission(**changes), kept={"document": {"uuid": UUID, "original_filename": "cv.pdf"}})

    def test_uploads_the_cv_alone(self) -> None:
        submission = self.submission()
        request = document(submission)
        assert request is not None
        assert ("POST", "/v1/recruiting/applications/documents") == (request.method, request.path)
        assert HEADERS == request.headers
        assert (("file", submission.resume),) == request.form

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = application(self.submission())
        assert HEADERS == request.headers
        assert {
            "first_name": "Sanne",
            "last_name": "de Vries",
            "email": "sanne.devries@example.org",
            "job_position_id": 4000001,
            "application_date": "2026-11-24",
            "message": "Beste team,\n\nGraag kom ik bij jullie werken.\n\n"
            "LinkedIn: https://www.linkedin.com/in/sannedevries\nWebsite: https://sanne.example.org\n\n"
            "Rijbewijs B?: yes",
            "tags": ["Jobbird"],
            "attributes": [{"id": "phone", "value": "+31612345678"}],
            "files": [{"uuid": UUID, "original_filename": "cv.pdf", "category": "cv"}],
        } == request.json

    def test_names_the_channel_as_a_number(self) -> None:
        settings = {**self.settings, "recruiting_channel_id": "12"}
        assert 12 == application(self.submission(settings=settings)).json["recruiting_channel_id"]

    def test_puts_answers_into_their_attributes(self, arrived: Callable[..., Reception]) -> None:
        answers = [
            {"question_id": "custom_attribute_33", "question": "Rijbewijs?", "answer": True},
            {"question_id": "available_from", "question": "Wanneer?", "answer": "2027-01-01"},
            {"question_id": "phone", "question": "Telefoon?", "answer": "06 1"},
        ]
        reception = arrived(application={"answers": answers, "cover_letter": ""})
        assert "+31612345678" == reception.phone
        assert reception.cover_letter.endswith("Telefoon?: 06 1")
        attributes = application(self.submission(application={"answers": answers})).json["attributes"]
        assert {"phone": "+31612345678", "custom_attribute_33": "yes", "available_from": "2027-01-01"} == {
            attribute["id"]: attribute["value"] for attribute in attributes
        }

    @pytest.mark.parametrize(
        ("attribute", "answer", "is_taken"),
        [
            ("available_from", "2027-01-31", True),
            ("available_from", "per direct", False),
            ("birthday", "31-01-1990", False),
            ("gender", "diverse", True),
            ("gender", "vrouw", False),
            ("location", "Ede", True),
            ("salary_expectations", "3500", True),
            ("custom_attribute_33", "per direct", True),
        ],
    )
    def test_tells_what_an_attribute_would_not_take_in_the_message(
        self, attribute: str, answer: str, is_taken: bool
    ) -> None:
        answers = [{"question_id": attribute, "question": "Vraag", "answer": answer}]
        body = application(self.submission(application={"answers": answers})).json
        assert is_taken == ({"id": attribute, "value": answer} in body["attributes"])
        assert is_taken != body["message"].endswith(f"Vraag: {answer}")

    def test_loses_no_second_answer_to_one_question(self) -> None:
        both = [{"question_id": "location", "question": "Waar?", "answer": place} for place in ("Ede", "Wageningen")]
        body = application(self.submission(application={"answers": both})).json
        assert {"id": "location", "value": "Ede"} in body["attributes"]
        assert body["message"].endswith("\n\nWaar?: Wageningen")

    def test_names_a_day_that_is_not_in_the_future(self) -> None:
        """Just after midnight here it is yesterday in UTC, which no clock of Personio's is behind."""
        submission = self.submission(application={"submitted_at": "2026-11-25T00:30:00+01:00"})
        assert "2026-11-24" == application(submission).json["application_date"]

    def test_fills_in_for_a_missing_name(self) -> None:
        names = application(self.submission(candidate={"first_name": "Sukarno", "last_name": " "})).json
        assert ("Sukarno", "-") == (names["first_name"], names["last_name"])

    def test_sends_the_phone_number_as_it_was_entered(self, arrived: Callable[..., Reception]) -> None:
        assert "06 - 12 34 56 78" == arrived(candidate={"phone": "06 - 12 34 56 78"}).phone

    @pytest.mark.parametrize(
        ("filename", "is_taken"),
        [("cv.docx", True), ("CV.PDF", True), ("cv.7z", True), ("cv.pages", False), ("cv.exe", False), ("cv", False)],
    )
    def test_takes_the_documented_kinds_of_file(
        self, filename: str, is_taken: bool, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        if is_taken:
            assert hand_in(resume={"filename": filename})
            return
        with pytest.raises(Rejected) as refused:
            hand_in(resume={"filename": filename})
        assert "resume_type" == refused.value.code
        assert 0 == ats.stats()["personio"]["calls"]

    def test_shares_its_limit_with_all_customers(self) -> None:
        assert Rate(calls=2000, per=timedelta(minutes=1), scope="sender") == self.provider.rate

    # Several calls --------------------------------------------------------------------------------

    @pytest.mark.parametrize("after", [0, 1])
    @pytest.mark.parametrize("mode", ["down", "drop_answer", "throttle"])
    def test_repeats_no_call_that_succeeded(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after)
        assert 1 == len(ats.received("personio"))
        assert 2 + 1 == ats.stats()["personio"]["calls"]
        assert accepted.is_certain

    def test_uploads_once_more_what_personio_forgot(self, base_url: str, ats: Sandbox) -> None:
        memory = Memory(self.provider)
        memory.kept = {"document": {"uuid": UUID, "original_filename": "cv.pdf"}}
        memory.hand_in(self.submission(base_url=base_url))
        (reception,) = ats.received("personio")
        assert reception.resume is not None
        assert UUID != memory.kept["document"]["uuid"]

    def test_gives_up_where_personio_forgets_at_once(self) -> None:
        calls: list[str] = []
        uploaded = b'{"uuid":"%s","original_filename":"cv.pdf"}' % UUID.encode()

        def behave(connection: Any) -> None:
            calls.append(received(connection).decode(errors="replace").split()[1])
            forgotten = ok(reason("file-validation.file-not-exists"), status=b"400 Bad Request")
            connection.sendall(ok(uploaded) if calls[-1].endswith("/documents") else forgotten)

        with listening(behave) as port, pytest.raises(Rejected):
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert 4 == len(calls)

    def test_takes_already_applied_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        assert "" == hand_in().receipt.reference
        assert 1 == len(ats.received("personio"))

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (400, reason("attribute-validation.unknown"), Rejected, "rejected"),
            (400, reason("attribute-validation.required-attribute"), Rejected, "rejected"),
            (400, reason("attribute-validation.invalid-date-format"), Rejected, "rejected"),
            (400, reason("attribute-validation.invalid-email-format"), Rejected, "rejected"),
            (400, reason("attribute-validation.invalid-type"), Rejected, "rejected"),
            (400, reason("attribute-validation.unknown-attribute-option"), Rejected, "rejected"),
            (400, reason("date-validation.date-in-the-future"), Rejected, "rejected"),
            (400, reason("phase-validation.invalid-system-phase"), Rejected, "rejected"),
            (400, reason("file-validation.file-not-exists"), Rejected, "rejected"),
            (400, reason("file-validation.unknown-file-category"), Rejected, "rejected"),
            (400, reason("posting-validation.posting-not-found"), Rejected, "rejected"),
            (400, reason("posting-validation.channel-not-found"), Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (400, b"{}", Rejected, "rejected"),
            (400, b'{"errors":[]}', Rejected, "rejected"),
            (400, b'{"errors":[{}]}', Rejected, "rejected"),
            (400, b'{"error":{}}', Rejected, "rejected"),
            (400, b"<html>Bad</html>", Rejected, "rejected"),
            (400, reason("file-too-big"), Rejected, "resume_too_large"),
            (400, reason("invalid-file-type"), Rejected, "resume_type"),
            (400, reason("job-position.not-published"), JobClosed, "job_closed"),
            (400, b'{"error":{"reason":"errors.job-position.not-published"}}', JobClosed, "job_closed"),
            (400, b'{"errors":[{"id":"1","status":"400","title":"Bad Request","detail":"x"}]}', Rejected, "rejected"),
            (401, b'{"errors":[{"status":"401","title":"Unauthorized"}]}', Unauthorized, "unauthorized"),
            (401, b"", Unauthorized, "unauthorized"),
            (403, b"", Unauthorized, "unauthorized"),
            (403, b'{"errors":[{"title":"Forbidden","detail":"feature.x"}]}', Unauthorized, "unauthorized"),
            (403, b'{"error":{"reason":"feature.recruiting.disabled"}}', Unauthorized, "unauthorized"),
            (403, b'{"error":{"reason":"feature.public-api.disabled"}}', Unauthorized, "unauthorized"),
            (413, reason("file-too-big"), Rejected, "resume_too_large"),
            (413, b"<html>Too large</html>", Rejected, "resume_too_large"),
            (422, reason("invalid-file-type"), Rejected, "resume_type"),
            (422, b"", Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (429, b'{"errors":[{"status":"429","title":"Too Many Requests"}]}', RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
            (500, b"<html>", Unavailable, "http_500"),
            (503, b"", Unavailable, "http_503"),
            (200, b'{"success":true}', Uncertain, "uncertain"),
            (202, b"", Uncertain, "uncertain"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(
        "body",
        [
            reason("applicant-already-exists"),
            reason("attribute-validation.unknown", "applicant-already-exists"),
            b'{"error":{"reason":"errors.applicant-already-exists"}}',
        ],
    )
    def test_knows_that_an_application_is_there(self, body: bytes) -> None:
        assert "" == self.provider.judge(Response(status=400, body=body)).reference

    def test_takes_no_candidates_words_for_a_reason(self) -> None:
        said = b'{"errors":[{"detail":"message: \\"reason\\": \\"errors.applicant-already-exists\\" is too long"}]}'
        with pytest.raises(Rejected):
            self.provider.judge(Response(status=400, body=said))

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html></html>", b'{"uuid":""}', b'{"uuid":"1"}'])
    def test_does_not_go_on_with_a_document_that_has_no_id(self, body: bytes) -> None:
        step = self.provider.steps(self.submission())[0]
        with pytest.raises(Uncertain):
            step.read(self.submission(), Response(status=200, body=body))

    def test_repeats_fields_and_reasons(self) -> None:
        words = self.provider.explain(Response(status=400, body=reason("attribute-validation.invalid-email-format")))
        assert "field: x; errors: reason: errors.attribute-validation.invalid-email-format" == words

    @pytest.mark.parametrize(
        ("status", "headers", "seconds"), [(429, {}, 60), (429, {"retry-after": "90"}, 90), (503, {}, None)]
    )
    def test_waits_a_minute_after_too_many_calls(
        self, status: int, headers: dict[str, str], seconds: int | None
    ) -> None:
        wait = None if seconds is None else timedelta(seconds=seconds)
        assert wait == self.provider.wait(Response(status=status, headers=headers))

    # Testing the connection -----------------------------------------------------------------------

    def test_proves_the_account_and_the_jobs(self, base_url: str, ats: Sandbox) -> None:  # type: ignore[override]
        ats.register("personio", account="", key="personio-token-0815", jobs=["4000001", "4000002"])
        super().test_proves_the_account_and_the_jobs(base_url)

    def test_tests_with_harmless_calls_only(self, base_url: str, ats: Sandbox) -> None:
        probes = self.provider.ping(self.settings, self.credentials, ["1"])
        assert [("POST", {}), ("GET", None)] == [(probe.request.method, probe.request.json) for probe in probes]
        check_connection(self.config(base_url), ["1"])
        assert [] == ats.received()

    def test_looks_for_jobs_on_the_careers_page(self) -> None:
        _credentials, probe = self.provider.ping(self.settings, self.credentials, ["1"])
        assert ("https://acmebv.jobs.personio.de", "/xml") == (probe.request.base_url, probe.request.path)
        assert (("language", "nl"),) == probe.request.params
        assert {} == probe.request.headers

    def test_looks_for_no_jobs_without_a_careers_page(self) -> None:
        assert 1 == len(self.provider.ping({"company_id": "4711"}, self.credentials, ["1"]))

    def test_reports_a_token_that_personio_does_not_know(self, base_url: str, ats: Sandbox) -> None:
        ats.register("personio", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert problem.startswith("Personio refused the API key")

    @pytest.mark.parametrize("status", [b"200 OK", b"201 Created"])
    def test_is_not_fooled_by_somebody_who_takes_nothing(self, status: bytes) -> None:
        with listening(saying(ok(b"{}", status=status))) as port:
            assert not check_connection(self.config(f"http://127.0.0.1:{port}")).ok

    def test_names_a_careers_page_that_does_not_exist(self) -> None:
        moved = ok(b"", b"Location: https://www.personio.de", status=b"302 Found")
        with listening(company(moved)) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["1"])
        assert "no careers page of that name" in report.problems[0]

    @pytest.mark.parametrize(
        ("page", "unknown", "unproven"),
        [
            (feed(1, 22, 333), (), 0),
            (feed(22, 333), ("1",), 0),
            (feed(), ("1",), 0),
            (feed(22, 333)[:-40], (), 1),
            (feed(1, 22)[:-40], (), 0),
        ],
    )
    def test_finds_a_job_in_the_feed(self, page: bytes, unknown: tuple[str, ...], unproven: int) -> None:
        with listening(company(ok(page))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["1"])
        assert report.ok
        assert unknown == report.unknown_jobs
        assert unproven == len(report.unproven) - len(self.provider.unproven)
