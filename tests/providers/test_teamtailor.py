"""Teamtailor, as docs and clients describe it. It really fetches the CV, from this site."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core.files.storage import default_storage

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    OurFault,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.messages import Answer
from ats_integration.providers import exchange
from ats_integration.providers.base import Rate, Response, Submission
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.teamtailor import Teamtailor
from ats_integration.providers.teamtailor_parts import answer, application, candidate, typed
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception

from .cv_page import FetchingContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import listening, ok, received, saying

HEADERS = {
    "Authorization": "Token token=tt-key-0815",
    "X-Api-Version": "20240904",
    "Content-Type": "application/vnd.api+json",
    "Accept": "application/vnd.api+json",
}


def error(title: str, detail: str, pointer: str = "", status: int = 422) -> bytes:
    """Return an error as Teamtailor writes it."""
    source = f',"source":{{"pointer":"{pointer}"}}' if pointer else ""
    return f'{{"errors":[{{"title":"{title}","detail":"{detail}","code":"100"{source},"status":"{status}"}}]}}'.encode()


REFUSED = ok(b"", status=b"422 Unprocessable")
MADE = ok(b'{"data":{"id":"1337","type":"candidates"}}', status=b"201 Created")
AWAY = ok(b"", status=b"503 Service Unavailable")
GONE = ok(
    error("Record not found", "The record identified by 1337 could not be found.", status=404), status=b"404 Not Found"
)


class TestTeamtailor(FetchingContract):
    """Teamtailor keeps the contract, and has habits of its own."""

    provider = Teamtailor()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": "tt-key-0815"}
    production_address = "https://api.teamtailor.com/v1/job-applications"
    accepted = (201, b'{"data":{"id":"9001","type":"job-applications","attributes":{"sourced":false}}}', "9001")
    dropped = ("address", "marketing_consent")
    numbers_jobs = True

    def submission(self, **changes: Any) -> Submission:
        """Give what the candidate's call left behind."""
        return replace(super().submission(**changes), kept={"candidate": "1337"})

    def test_sends_exactly_the_documented_fields_of_a_candidate(self) -> None:
        submission = replace(self.submission(), resume_url="https://jobs.example.org/cv/token/cv-sanne.pdf")
        request = candidate(submission)
        assert ("POST", "/v1/candidates", HEADERS) == (request.method, request.path, request.headers)
        assert {
            "data": {
                "type": "candidates",
                "attributes": {
                    "first-name": "Sanne",
                    "last-name": "de Vries",
                    "email": "sanne.devries@example.org",
                    "phone": "+31612345678",
                    "linkedin-url": "https://www.linkedin.com/in/sannedevries",
                    "resume": "https://jobs.example.org/cv/token/cv-sanne.pdf",
                    "referring-url": "https://jobs.example.org/5",
                    "tags": ["Jobbird"],
                    "set-consent-expiration": True,
                    "sourced": False,
                    "merge": True,
                },
            }
        } == request.json

    def test_sends_exactly_the_documented_fields_of_an_application(self) -> None:
        answers = [{"question_id": "", "question": "Rijbewijs?", "answer": True}]
        request = application(self.submission(application={"answers": answers}))
        assert ("POST", "/v1/job-applications", HEADERS) == (request.method, request.path, request.headers)
        assert {
            "data": {
                "type": "job-applications",
                "attributes": {
                    "cover-letter": "Beste team,\n\nGraag kom ik bij jullie werken.\n\n"
                    "Website: https://sanne.example.org\n\nRijbewijs?: yes",
                    "referring-url": "https://jobs.example.org/5",
                    "sourced": False,
                    "send-user-notifications": True,
                },
                "relationships": {
                    "candidate": {"data": {"id": "1337", "type": "candidates"}},
                    "job": {"data": {"id": "4000001", "type": "jobs"}},
                },
            }
        } == request.json

    def test_sends_exactly_the_documented_fields_of_an_answer(self) -> None:
        submission = self.submission()
        request = answer(submission.message.application.answers[0], submission)
        assert ("POST", "/v1/answers", HEADERS) == (request.method, request.path, request.headers)
        assert {
            "data": {
                "type": "answers",
                "attributes": {"boolean": True},
                "relationships": {
                    "candidate": {"data": {"id": "1337", "type": "candidates"}},
                    "question": {"data": {"id": "7001", "type": "questions"}},
                },
            }
        } == request.json

    @pytest.mark.parametrize(
        ("said", "attributes"),
        [
            ("Ja", {"text": "Ja"}),
            ("3", {"text": "3"}),
            (True, {"boolean": True}),
            (False, {"boolean": False}),
            (4, {"range": 4}),
            (2.5, {"text": "2.5"}),
            (("11", "12"), {"choices": [11, 12]}),
            (("a", "b"), {"text": "a, b"}),
        ],
    )
    def test_answers_with_the_kind_of_value_it_is(self, said: Any, attributes: dict[str, Any]) -> None:
        assert attributes == typed(Answer(question_id="7001", question="?", answer=said))

    def test_hands_over_each_answer_to_its_question(self, arrived: Callable[..., Reception]) -> None:
        answers = [
            {"question_id": "7001", "question": "Rijbewijs B?", "answer": True},
            {"question_id": "7002", "question": "Waarom?", "answer": "Daarom"},
            {"question_id": "x", "question": "Wanneer?", "answer": "Nu"},
        ]
        fields = arrived(application={"answers": answers}).fields
        assert (True, "Daarom") == (fields["answer 7001"], fields["answer 7002"])
        assert fields["cover-letter"].endswith("Wanneer?: Nu")

    def test_tells_the_second_answer_to_one_question_in_the_cover_letter(
        self, arrived: Callable[..., Reception]
    ) -> None:
        """Given a later call for the same question, Teamtailor would forget the first answer."""
        answers = [{"question_id": "7001", "question": "Taal?", "answer": said} for said in ("Frans", "Duits")]
        fields = arrived(application={"answers": answers}).fields
        assert "Frans" == fields["answer 7001"]
        assert fields["cover-letter"].endswith("\n\nTaal?: Duits")

    def test_tells_a_link_that_no_field_takes_in_the_cover_letter(self, arrived: Callable[..., Reception]) -> None:
        fields = arrived(candidate={"linkedin_url": "linkedin.com/in/sanne", "website_url": ""}).fields
        assert "linkedin-url" not in fields
        assert "\n\nLinkedIn: linkedin.com/in/sanne" in fields["cover-letter"]

    def test_sends_the_phone_number_as_it_was_entered(self, arrived: Callable[..., Reception]) -> None:
        assert "06 - 12 34 56 78" == arrived(candidate={"phone": "06 - 12 34 56 78"}).phone

    @pytest.mark.parametrize(
        ("region", "home"),
        [
            ("eu", "https://api.teamtailor.com"),
            ("na", "https://api.na.teamtailor.com"),
            ("", "https://api.teamtailor.com"),
        ],
    )
    def test_knows_where_each_region_lives(self, region: str, home: str) -> None:
        assert home == self.provider.home({"region": region})

    def test_keeps_to_fifty_calls_in_ten_seconds(self) -> None:
        assert Rate(calls=50, per=timedelta(seconds=10)) == self.provider.rate

    @pytest.mark.parametrize("job", ["abc", "12a", "1" * 19, "-1", "1.5", "\u0661"])
    def test_refuses_a_job_id_that_is_no_number_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(vacancy={"external_id": job})
        assert "job_id_invalid" == refused.value.code
        assert 0 == ats.stats()["teamtailor"]["calls"]

    # The CV ---------------------------------------------------------------------------------------

    def test_loses_no_cv_where_nobody_serves_it(self, base_url: str, ats: Sandbox) -> None:
        submission = replace(self.submission(base_url=base_url), resume_url="")
        with pytest.raises(OurFault) as failed:
            exchange.hand_in(self.provider, submission)
        assert "no_public_url" == failed.value.code
        assert 0 == ats.stats()["teamtailor"]["calls"]

    @pytest.mark.parametrize("what", ["expired", "gone", "unreachable"])
    def test_tries_again_when_the_cv_could_not_be_fetched(self, what: str, base_url: str, site: str) -> None:
        submission = self.submission(base_url=base_url)
        if what == "expired":
            submission = replace(submission, resume_url=submission.resume_url.replace("/cv/", "/cv/x"))
        elif what == "gone":
            default_storage.delete(self.stored[-1])
        else:
            submission = replace(submission, resume_url=submission.resume_url.replace(site, "http://127.0.0.1:9"))
        with pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, submission)
        assert ("resume_not_fetched", 422) == (failed.value.code, failed.value.status)

    def test_keeps_nothing_of_the_link_that_an_answer_repeats(self) -> None:
        link = self.submission().resume_url
        body = error("is invalid", f"resume - {link} is invalid", "/data/attributes/resume")
        with listening(saying(ok(body, status=b"422 Unprocessable"))) as port, pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert link.split("/")[4][:20] not in failed.value.detail + failed.value.excerpt
        assert "/cv/***" in failed.value.detail

    # Several calls --------------------------------------------------------------------------------

    @pytest.mark.parametrize("after", [0, 1, 2])
    @pytest.mark.parametrize("mode", ["down", "drop_answer", "throttle"])
    def test_repeats_no_call_that_succeeded(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after)
        assert 1 == len(ats.received("teamtailor"))
        assert 3 + 1 == ats.stats()["teamtailor"]["calls"]
        assert accepted.is_certain

    def test_takes_already_applied_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        assert "" == hand_in().receipt.reference
        assert 1 == len(ats.received("teamtailor"))

    @pytest.mark.parametrize(
        "words",
        [
            "has already been taken",
            "has been taken",
            "has already applied to this job",
            "The candidate ALREADY exists for this job",
        ],
    )
    def test_knows_that_an_application_is_there(self, words: str) -> None:
        for title, detail in (("is invalid", words), (words, "candidate - is invalid"), (words, "")):
            answered = Response(status=422, body=error(title, detail, "/data/relationships/job"))
            assert "" == self.provider.judge(answered).reference

    @pytest.mark.parametrize(
        ("body", "is_there"),
        [
            (b"", True),
            (b'{"errors":[]}', True),
            (b'{"errors":[{}]}', True),
            (error("is invalid", "candidate - is invalid", "/data/relationships/candidate"), True),
            (error("must exist", "candidate - must exist", "/data/relationships/candidate"), False),
            (error("is invalid", "job - is invalid", "/data/relationships/job"), False),
            (error("is invalid", "cover-letter - is invalid", "/data/attributes/cover-letter"), False),
        ],
    )
    def test_takes_a_refusal_of_the_person_for_there_after_a_doubt_only(self, body: bytes, is_there: bool) -> None:
        submission, response = self.submission(), Response(status=422, body=body)
        with pytest.raises(DeliveryError):
            self.read_application(submission, response)
        doubtful = replace(submission, kept={**submission.kept, "unclear": ["application"]}, is_doubtful=True)
        if is_there:
            assert {"reference": "", "dropped": []} == self.read_application(doubtful, response)
        else:
            with pytest.raises(DeliveryError):
                self.read_application(doubtful, response)

    def read_application(self, submission: Submission, response: Response) -> Any:
        """Read an answer to the application's call."""
        _candidate, application, *_answers = self.provider.steps(submission)
        return application.read(submission, response)

    @pytest.mark.parametrize(("lost", "is_there"), [("candidates", False), ("job-applications", True)])
    def test_takes_a_refusal_for_there_only_where_the_application_was_sent_before(
        self, lost: str, is_there: bool
    ) -> None:
        """Given the answer to one of the calls is lost, and Teamtailor then refuses the application without a word."""
        answers = {"candidates": ok(self.accepted[1], status=b"201 Created"), "job-applications": REFUSED}
        calls: list[str] = []

        def behave(connection: Any) -> None:
            calls.append(received(connection).decode().split()[1].removeprefix("/v1/"))
            if (calls[-1], calls.count(lost)) != (lost, 1):
                connection.sendall(answers[calls[-1]])

        memory = Memory(self.provider)
        with listening(behave) as port:
            submission = self.submission(base_url=f"http://127.0.0.1:{port}", application={"answers": []})
            with pytest.raises(Uncertain):
                memory.hand_in(submission)
            if is_there:
                assert "" == memory.hand_in(submission).receipt.reference
            else:
                with pytest.raises(Rejected):
                    memory.hand_in(submission)
        assert ("job-applications", is_there) == (calls[-1], calls.count("candidates") == 1)

    @pytest.mark.parametrize(
        ("answers", "is_there"),
        [
            ((b"", MADE, AWAY, REFUSED), False),
            ((MADE, AWAY, REFUSED), False),
            ((MADE, b"", AWAY, REFUSED), True),
            ((b"", MADE, b"", AWAY, REFUSED), True),
            ((MADE, b"", GONE, MADE, AWAY, REFUSED), False),
        ],
        ids=["person unclear", "nothing unclear", "application unclear", "both unclear", "of a person who is gone"],
    )
    def test_remembers_which_call_was_unclear(self, answers: tuple[bytes, ...], is_there: bool) -> None:
        """Given a delivery that went through these answers, the last one a refusal without a word."""
        left = list(answers)

        def behave(connection: Any) -> None:
            received(connection)
            connection.sendall(left.pop(0))

        memory = Memory(self.provider)
        with listening(behave) as port:
            submission = self.submission(base_url=f"http://127.0.0.1:{port}", application={"answers": []})
            while len(left) > 1:
                with pytest.raises((Uncertain, Unavailable)):
                    memory.hand_in(submission)
            with nullcontext() if is_there else pytest.raises(Rejected):
                memory.hand_in(submission)
        assert [] == left

    def test_takes_nothing_for_there_because_of_a_doubt_that_no_call_of_ours_raised(self) -> None:
        """Given a delivery that was restored from S3, or died of the same refusal before."""
        memory = Memory(self.provider)
        memory.kept, memory.is_doubtful = {"candidate": "1337"}, True
        with listening(saying(REFUSED)) as port, pytest.raises(Rejected):
            memory.hand_in(self.submission(base_url=f"http://127.0.0.1:{port}"))

    def test_takes_an_already_closed_job_for_closed(self) -> None:
        closed = Response(status=422, body=error("is invalid", "job - is already archived", "/data/relationships/job"))
        with pytest.raises(JobClosed):
            self.provider.judge(closed)

    def test_makes_the_candidate_again_where_teamtailor_lost_it(self, base_url: str, ats: Sandbox) -> None:
        memory = Memory(self.provider)
        memory.kept = {"candidate": "77"}
        assert memory.hand_in(self.submission(base_url=base_url)).receipt.reference
        assert 1 == len(ats.received("teamtailor"))

    def test_goes_back_once_only(self) -> None:
        lost = error("Record not found", "The record identified by 1337 could not be found.", status=404)
        made = b'{"data":{"id":"1337","type":"candidates"}}'
        calls: list[str] = []

        def behave(connection: Any) -> None:
            calls.append(connection.recv(65536).decode().split()[1])
            body, status = (made, b"201 Created") if calls[-1].endswith("/candidates") else (lost, b"404 Not Found")
            connection.sendall(ok(body, status=status))

        with listening(behave) as port, pytest.raises(JobClosed):
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert ["/v1/candidates", "/v1/job-applications"] * 2 == calls

    def test_drops_an_answer_that_teamtailor_does_not_take(self, base_url: str, ats: Sandbox) -> None:
        ats.register("teamtailor", account="", key="tt-key-0815", jobs={"4000001": {"7002": "text"}})
        answers = [{"question_id": id, "question": "?", "answer": "a"} for id in ("7001", "7002")]
        submission = self.submission(base_url=base_url, application={"answers": answers})
        accepted = exchange.hand_in(self.provider, submission)
        assert ("address", "marketing_consent", "answers") == accepted.receipt.dropped
        assert "a" == ats.received("teamtailor")[0].fields["answer 7002"]

    def test_remembers_what_was_dropped_in_an_earlier_try(self, base_url: str, ats: Sandbox) -> None:
        ats.register("teamtailor", account="", key="tt-key-0815", jobs={"4000001": {"7002": "text"}})
        answers = [{"question_id": id, "question": "?", "answer": "a"} for id in ("7001", "7002")]
        submission = self.submission(base_url=base_url, application={"answers": answers})
        accepted = handed_in_twice(self.provider, submission, ats, "down", after=3)
        assert "answers" in accepted.receipt.dropped

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (400, b"", Rejected, "rejected"),
            (401, b"", Unauthorized, "unauthorized"),
            (401, error("Unauthorized", "The key is wrong.", status=401), Unauthorized, "unauthorized"),
            (403, b"", Unauthorized, "unauthorized"),
            (403, error("Forbidden", "Not in scope.", status=403), Unauthorized, "unauthorized"),
            (404, b"<html>", JobClosed, "job_closed"),
            (404, error("Record not found", "not found", status=404), JobClosed, "job_closed"),
            (406, b'{"errors":[{"status":406,"title":"Invalid/Missing API Version"}]}', Rejected, "rejected"),
            (422, error("can't be blank", "email - can't be blank", "/data/attributes/email"), Rejected, "rejected"),
            (
                422,
                error("is invalid", "resume - is invalid", "/data/attributes/resume"),
                Unavailable,
                "resume_not_fetched",
            ),
            (422, error("is invalid", "resume - is invalid"), Unavailable, "resume_not_fetched"),
            (422, error("must exist", "job - must exist", "/data/relationships/job"), JobClosed, "job_closed"),
            (422, error("must exist", "job - must exist"), JobClosed, "job_closed"),
            (422, b'{"errors":[{}]}', Rejected, "rejected"),
            (422, b'{"errors":[]}', Rejected, "rejected"),
            (422, b'{"errors":{}}', Rejected, "rejected"),
            (422, b'{"errors":"already been taken"}', Rejected, "rejected"),
            (422, b"{}", Rejected, "rejected"),
            (422, b"<html>already</html>", Rejected, "rejected"),
            (404, error("has already been taken", "x", status=404), JobClosed, "job_closed"),
            (422, b'{"errors":[{"source":"x"}]}', Rejected, "rejected"),
            (422, b"", Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (429, b"<html>", RateLimited, "rate_limited"),
            (502, b"", Unavailable, "http_502"),
            (504, b"", Unavailable, "http_504"),
            (500, b"", Unavailable, "http_500"),
            (503, b"<html>", Unavailable, "http_503"),
            (201, b'{"data":{}}', Uncertain, "uncertain"),
            (201, b'{"data":{"id":""}}', Uncertain, "uncertain"),
            (201, b"", Uncertain, "uncertain"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_takes_a_taken_address_without_merge_for_a_refusal(self) -> None:
        taken = Response(status=422, body=error("has already been taken", "email - has already been taken"))
        step = self.provider.steps(self.submission())[0]
        with pytest.raises(Rejected):
            step.read(self.submission(), taken)

    def test_refuses_for_the_email_rather_than_for_the_cv(self) -> None:
        body = (
            b'{"errors":[{"detail":"resume - is invalid","source":{"pointer":"/data/attributes/resume"}},'
            b'{"detail":"email - is invalid","source":{"pointer":"/data/attributes/email"}}]}'
        )
        with pytest.raises(Rejected) as refused:
            self.provider.judge(Response(status=422, body=body))
        assert "resume - is invalid; email - is invalid" == refused.value.detail

    @pytest.mark.parametrize(
        ("status", "headers", "seconds"),
        [
            (429, {"x-rate-limit-reset": "7"}, 7),
            (429, {"x-rate-limit-reset": "0"}, 0),
            (429, {"x-rate-limit-reset": "7", "retry-after": "9"}, 7),
            (429, {"retry-after": "9"}, 9),
            (429, {}, None),
            (503, {"x-rate-limit-reset": "7"}, None),
        ],
    )
    def test_waits_as_long_as_teamtailor_says(self, status: int, headers: dict[str, str], seconds: int | None) -> None:
        wait = None if seconds is None else timedelta(seconds=seconds)
        assert wait == self.provider.wait(Response(status=status, headers=headers))

    @pytest.mark.parametrize(
        ("status", "is_open"),
        [("published", True), ("unlisted", True), ("archived", False), ("scheduled", False), ("draft", False)],
    )
    def test_tells_an_open_job_from_others(self, status: str, is_open: bool) -> None:
        body = b'{"data":{"id":"5","type":"jobs","attributes":{"status":"%s"}}}' % status.encode()
        with listening(saying(ok(body))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["5"])
        assert (() if is_open else ("5",)) == report.unknown_jobs
