"""OTYS, as its own website plugin speaks to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

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
from ats_integration.providers import exchange, transport
from ats_integration.providers.base import Request, Response, Submission
from ats_integration.providers.calls import Session, TextFile
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.otys import Otys
from ats_integration.providers.otys_parts import (
    attach_cv,
    attach_letter,
    letter,
    make,
    query,
    search,
    submit,
    upload_cv,
    upload_letter,
)
from ats_integration.providers.otys_rpc import file_uid, first_uid, status_uid
from ats_integration.providers.steps import Progress
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from ats_integration.sandbox.vendors import otys as stand_in
from tests.factories import FILENAME

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import listening, ok, saying

KEPT = {"candidate": "c-1", "cv": "f-1", "text": "f-2", "status": "8"}
#: Calls of a login, and of a whole delivery in a session.
LOGIN, CALLS = 1, 9
#: Which of them makes the candidate.
MAKING = 2
MAKE = "Otys.Services.CandidateService.add"
CONSENT = (
    "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
    "to have it kept for other jobs, to be contacted later. The words were: Akkoord."
)
LETTER = (
    "Beste team,\n\nGraag kom ik bij jullie werken.\n\nLinkedIn: https://www.linkedin.com/in/sannedevries\n"
    f"Website: https://sanne.example.org\nAddress: Dorpsstraat 1, 1234 AB Ede, NL\n\n{CONSENT}"
)


def gives(result: Any) -> bytes:
    """Return a result as OTYS writes it."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()


def says(words: str) -> bytes:
    """Return an error as OTYS writes it."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"message": words}}).encode()


def params(request: Request | None) -> Any:
    """Return what a call hands over, having looked at its envelope."""
    assert request is not None
    assert ("POST", "/jservice.php") == (request.method, request.path)
    assert {"Accept": "application/json", "Content-Type": "application/json"} == request.headers
    assert ("2.0", 1) == (request.json["jsonrpc"], request.json["id"])
    session, about = request.json["params"]
    assert "session-1" == session
    return about


class Given:
    """Sessions that hand out a stored one first."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        return self.values if over is None else login().values


class TestOtys(ProviderContract):
    """OTYS keeps the contract, and has habits of its own."""

    provider = Otys()
    settings: ClassVar[dict[str, Any]] = {}
    credentials = {"api_key": "otys-key-0815"}
    production_address = "https://ows.otys.nl/jservice.php"
    accepted = (200, gives("p-4711"), "p-4711")
    dropped = ()
    calls_before = LOGIN
    asks_by = "POST"

    @pytest.fixture
    def hand_in(self, base_url: str) -> Callable[..., Accepted]:
        """Give a function that hands in for a new delivery."""
        return lambda **changes: Memory(self.provider).hand_in(self.submission(base_url=base_url, **changes))

    @pytest.fixture
    def arrived(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> Callable[..., Reception]:
        def arrived(**changes: Any) -> Reception:
            reference = hand_in(**changes).receipt.reference
            return next(taken for taken in ats.received("otys") if taken.id == reference)

        return arrived

    def submission(self, **changes: Any) -> Submission:
        """Return a submission with a session, whose candidate and files were made."""
        return replace(super().submission(**changes), session={"id": "session-1"}, kept=KEPT)

    # What is sent ---------------------------------------------------------------------------------

    def test_logs_in_with_the_key(self) -> None:
        (step,) = self.provider.login(self.submission())
        request = step.build(self.submission())
        assert request is not None
        login = {"jsonrpc": "2.0", "method": "loginByUid", "params": ["otys-key-0815"], "id": 1}
        assert ("POST", "/jservice.php", login) == (request.method, request.path, request.json)

    def test_sends_exactly_the_documented_fields_of_a_candidate(self) -> None:
        request = make(replace(self.submission(), kept={}))
        assert request is not None
        assert MAKE == request.json["method"]
        assert {
            "pointOfEntry": "web",
            "statusId": -1,
            "source": "Jobbird",
            "Person": {
                "firstName": "Sanne",
                "infix": "de",
                "lastName": "Vries",
                "emailPrimary": "sanne.devries@example.org",
                "PhoneNumbers": [{"type": "primary", "phoneNumber": "+31612345678"}],
                "languageCode": "nl",
            },
        } == params(request)

    def test_looks_for_the_candidate_by_the_exact_address(self) -> None:
        request = search(replace(self.submission(), kept={}))
        assert request is not None
        assert "Otys.Services.CandidateService.getListEx" == request.json["method"]
        keywords = params(request)["search"]["ACTONOMY"]["DATA"]["keywords"]
        assert ('"sanne.devries@example.org"', ["emailAddress"]) == (
            keywords["value"],
            keywords["options"]["searchList"],
        )

    def test_looks_for_the_procedure_of_the_candidate_on_the_vacancy(self) -> None:
        request = query(self.submission())
        assert "Otys.Services.ProcedureService.getListEx" == request.json["method"]
        assert {
            "type": "AND",
            "items": [
                {"type": "COND", "field": "candidateUid", "op": "EQ", "param": "c-1"},
                {"type": "COND", "field": "vacancyUid", "op": "EQ", "param": "4000001"},
            ],
        } == params(request)["condition"]

    def test_uploads_the_cv_and_the_letter_as_files(self) -> None:
        submission = self.submission()
        for build, file in ((upload_cv, submission.resume), (upload_letter, TextFile("motivatie.txt", LETTER))):
            request = build(submission)
            assert request is not None
            assert ("POST", "/fileService.php") == (request.method, request.path)
            assert (("file", file), ("sessionId", "session-1")) == request.form

    def test_attaches_the_cv_as_cv_and_the_letter_as_another_document(self) -> None:
        rights = {"private": False, "customerRightsLevel": 0, "alwaysOnTop": False, "description": ""}
        cv = {"subject": "cv-sanne.pdf", "typeId": 1, "candidateUid": "c-1", "fileUid": "f-1"}
        text = {"subject": "Motivatie", "typeId": 201, "candidateUid": "c-1", "fileUid": "f-2"}
        for build, about in ((attach_cv, cv), (attach_letter, text)):
            request = build(self.submission())
            assert request is not None
            assert "Otys.Services.AttachedDocumentsService.add" == request.json["method"]
            assert {**about, **rights} == params(request)

    def test_sends_exactly_the_documented_fields_of_a_procedure(self) -> None:
        request = submit(self.submission())
        assert request is not None
        assert "Otys.Services.ProcedureService.add" == request.json["method"]
        assert {
            "candidateUid": "c-1",
            "vacancyUid": "4000001",
            "ProcedureStatus1": {"uid": "1_8"},
            "KillerQuestions": [{"questionId": "7001", "answer": "yes"}],
        } == params(request)

    def test_tells_an_answer_without_a_question_of_otys_in_the_letter(self) -> None:
        answers = [{"question_id": "", "question": "Rijbewijs?", "answer": True}]
        submission = self.submission(application={"answers": answers})
        assert "Rijbewijs?: yes" in letter(submission)
        assert "KillerQuestions" not in params(submit(submission))

    def test_tells_all_answers_of_somebody_who_had_applied_in_the_letter(self) -> None:
        """Given a procedure that is there, no other is made to take them."""
        submission = replace(self.submission(), kept={**KEPT, "earlier": "p-1"})
        assert letter(submission).endswith(f"\n\nRijbewijs B?: yes\n\n{CONSENT}")
        assert submit(submission) is None

    def test_tells_phone_and_source_of_somebody_who_was_there_in_the_letter(self) -> None:
        submission = replace(self.submission(), kept={"known": "c-9"})
        assert "Phone: +31612345678\nSource: Jobbird" in letter(submission)

    @pytest.mark.parametrize(
        ("own", "told", "source"),
        [("", "Jobbird", "Jobbird"), ("Vacaturebank", "Jobbird", "Vacaturebank"), ("", "", None)],
    )
    def test_names_the_source_as_the_customer_does(self, own: str, told: str, source: str | None) -> None:
        submission = self.submission(settings={"source": own}, application={"source": told})
        assert source == params(make(replace(submission, kept={}))).get("source")

    @pytest.mark.parametrize(
        ("first", "last", "names"),
        [
            ("Sanne", "Jansen", ("Sanne", None, "Jansen")),
            ("Zoë", "van der Bérg", ("Zoë", "van der", "Bérg")),
            ("Sukarno", "", ("Sukarno", None, "-")),
            ("", "Teller", ("-", None, "Teller")),
        ],
    )
    def test_puts_each_part_of_a_name_in_its_field(self, first: str, last: str, names: tuple[str | None, ...]) -> None:
        submission = self.submission(candidate={"first_name": first, "last_name": last})
        person = params(make(replace(submission, kept={})))["Person"]
        assert names == (person["firstName"], person.get("infix"), person["lastName"])

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given a service that takes the vacancy in the body, it stands there as it is."""
        request = submit(self.submission(vacancy={"external_id": "a/b?c#d&e"}))
        assert "a/b?c#d&e" == params(request)["vacancyUid"]

    @pytest.mark.parametrize("name", ["cv.pages", "cv.odt", "cv", "cv.exe"])
    def test_refuses_other_kinds_of_cv_before_any_call(
        self, name: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(resume={"filename": name})
        assert "resume_type" == refused.value.code
        assert 0 == ats.stats()["otys"]["calls"]

    def test_makes_no_call_for_what_is_not_there(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        hand_in(**bare)
        assert LOGIN + CALLS - 4 == ats.stats()["otys"]["calls"]

    # Several calls --------------------------------------------------------------------------------

    @pytest.mark.parametrize(("broken", "again"), [*enumerate((9, 9, 7, 7, 6, 5, 4, 3, 2), 1)])
    @pytest.mark.parametrize("mode", ["down", "throttle", "drop_answer"])
    def test_hands_in_once_wherever_it_breaks_off(
        self, mode: str, broken: int, again: int, base_url: str, ats: Sandbox
    ) -> None:
        """Given the call that broke, the next try makes only what is left, and asks anew what may have changed."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=broken)
        (taken,) = ats.received("otys")
        was_made, is_asked_again = broken in (MAKING, CALLS), broken == MAKING
        others = is_asked_again - was_made if mode == "drop_answer" else 0
        assert LOGIN + broken + LOGIN + again + others == ats.stats()["otys"]["calls"]
        assert (taken.id, mode == "drop_answer") == (accepted.receipt.reference, accepted.is_certain)
        assert (FILENAME, True) == (taken.resume and taken.resume.filename, CONSENT in taken.cover_letter)

    def test_tells_answers_once_where_the_answer_to_the_procedure_was_lost(self, base_url: str, ats: Sandbox) -> None:
        """Given answers that the lost procedure has, finding it uploads no text that was not needed before."""
        submission = self.submission(
            base_url=base_url,
            application={"cover_letter": "", "consent": {}},
            candidate={"linkedin_url": "", "website_url": "", "address": {}},
        )
        handed_in_twice(self.provider, submission, ats, "drop_answer", after=CALLS - 2)
        (taken,) = ats.received("otys")
        assert [{"questionId": "7001", "answer": "yes"}] == taken.fields["KillerQuestions"]
        assert LOGIN + CALLS - 2 + LOGIN + 1 == ats.stats()["otys"]["calls"]

    def test_says_possible_duplicate_where_the_search_does_not_know_a_new_candidate_yet(
        self, base_url: str, ats: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a lost answer to the making of a candidate, the doubt stays, also where a later call fails."""
        monkeypatch.setattr(stand_in, "people", lambda *_: stand_in.listed([]))
        memory, submission = Memory(self.provider), self.submission(base_url=base_url)
        for broken in (MAKING, LOGIN + CALLS - 1):
            ats.behave("otys", "drop_answer", after=broken, times=1)
            with pytest.raises(Uncertain):
                memory.hand_in(submission)
        assert not memory.hand_in(submission).is_certain

    def test_hands_answers_over_for_somebody_who_had_applied(
        self, hand_in: Callable[..., Accepted], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hand_in()
        texts = self.uploads(monkeypatch)
        answers = [{"question_id": "7001", "question": "Rijbewijs B?", "answer": False}]
        assert () == hand_in(application={"answers": answers}).receipt.dropped
        assert ["Rijbewijs B?: no"] == [line for text in texts for line in text.splitlines() if "Rijbewijs" in line]

    def uploads(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the list of texts that are uploaded from now on."""
        texts: list[str] = []
        call = transport.call

        def noted(base: str, request: Request) -> Response:
            texts.extend(value.text for _, value in request.form if isinstance(value, TextFile))
            return call(base, request)

        monkeypatch.setattr(transport, "call", noted)
        return texts

    def test_adds_to_a_candidate_who_is_there(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        first = ats.stats()["otys"]["calls"]
        hand_in(vacancy={"external_id": "4000002"})
        jobs = [taken.job_id for taken in ats.received("otys")]
        people = {taken.fields["candidateUid"] for taken in ats.received("otys")}
        assert (["4000001", "4000002"], 1) == (jobs, len(people))
        assert first - 1 == ats.stats()["otys"]["calls"] - first

    def test_takes_who_applied_already_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        assert hand_in().receipt.reference == hand_in().receipt.reference
        assert 1 == len(ats.received("otys"))

    @pytest.mark.parametrize("words", ["Access denied; please login again", "Access denied; please login first"])
    def test_notices_that_the_session_is_over(self, words: str) -> None:
        assert self.provider.is_logged_out(Response(status=200, body=says(words)))

    @pytest.mark.parametrize("body", [says("Vacancy not found"), gives("c-1"), gives("Access denied"), b""])
    def test_does_not_take_another_answer_for_the_end_of_the_session(self, body: bytes) -> None:
        assert not self.provider.is_logged_out(Response(status=200, body=body))

    def test_logs_in_again_where_the_session_is_over(self, base_url: str, ats: Sandbox) -> None:
        progress = Progress(sessions=Given({"id": "session-that-is-over"}))
        accepted = exchange.hand_in(self.provider, self.submission(base_url=base_url), progress)
        assert [accepted.receipt.reference] == [taken.id for taken in ats.received("otys")]
        assert 1 + LOGIN + CALLS == ats.stats()["otys"]["calls"]

    @pytest.mark.parametrize("name", ["document", "letter"])
    @pytest.mark.parametrize(
        ("body", "failure"),
        [(gives(None), None), (gives("d-1"), None), (says("No"), Rejected), (b'{"error":{}}', Rejected)]
        + [(body, Uncertain) for body in (b"", b"{}", b"[]", b"<html>")],
    )
    def test_does_not_take_just_any_answer_for_an_attached_file(
        self, name: str, body: bytes, failure: type[DeliveryError] | None
    ) -> None:
        step = next(step for step in self.provider.steps(self.submission()) if step.name == name)
        if failure is None:
            assert 200 == step.read(self.submission(), Response(status=200, body=body))
            return
        with pytest.raises(failure):
            step.read(self.submission(), Response(status=200, body=body))

    @pytest.mark.parametrize("name", ["cv", "document"])
    def test_goes_on_without_a_cv_that_otys_refuses(self, name: str) -> None:
        assert "resume" == next(step.drops for step in self.provider.steps(self.submission()) if step.name == name)
        assert attach_cv(replace(self.submission(), kept={**KEPT, "cv": None})) is None

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure"),
        [
            (200, says("Access denied; please login again"), Unauthorized),
            (200, says("Access denied; please login first"), Unauthorized),
            (200, says("Vacancy not found"), JobClosed),
            (200, says("Deze vacature is gesloten"), JobClosed),
            (200, says("Person.emailPrimary is not valid"), Rejected),
            (200, b'{"error":"broken"}', Rejected),
            (200, b'{"error":{}}', Rejected),
            (200, b'{"error":false}', Uncertain),
            (200, b'{"error":{"message":""}}', Rejected),
            (200, b'{"error":{"message":null},"result":null}', Rejected),
            (200, b'{"error":null,"result":null}', Uncertain),
            (200, b"<html>", Uncertain),
            (200, b'{"error":{"code":5}}', Rejected),
            (200, b"", Uncertain),
            (200, gives(None), Uncertain),
            (200, gives([]), Uncertain),
            (200, gives({}), Uncertain),
            (401, b"", Unauthorized),
            (403, b"", Unauthorized),
            (404, b"<html>", Unavailable),
            (410, b"", Unavailable),
            (413, b"", Rejected),
            (429, b"", RateLimited),
            (500, b"", Unavailable),
            (502, b"<html>", Unavailable),
            (503, b"<html>", Unavailable),
            (504, b"", Unavailable),
        ],
    )
    def test_reads_every_failure(self, status: int, body: bytes, failure: type[DeliveryError]) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert failure is type(failed.value)
        assert failed.value.code in (failure.default_code, f"http_{status}")

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, says("Invalid API key"), Unauthorized, "unauthorized"),
            (200, gives(None), Unauthorized, "unauthorized"),
            (200, gives(False), Unauthorized, "unauthorized"),
            (200, b"<html>", Unavailable, "login_failed"),
            (404, b"", Unavailable, "http_404"),
            (400, b"", Unavailable, "login_failed"),
            (401, b"", Unauthorized, "unauthorized"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Unavailable, "http_500"),
        ],
    )
    def test_rejects_no_application_because_of_a_login(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        (step,) = self.provider.login(self.submission())
        with pytest.raises(DeliveryError) as failed:
            step.read(self.submission(), Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(
        ("body", "reference"),
        [(gives("p-1"), "p-1"), (gives(4711), "4711"), (gives({"uid": "p-2"}), "p-2"), (says(""), None)],
    )
    def test_reads_a_uid_in_any_wrapping(self, body: bytes, reference: str | None) -> None:
        if reference is None:
            with pytest.raises(DeliveryError):
                self.provider.judge(Response(status=200, body=body))
        else:
            assert reference == self.provider.judge(Response(status=200, body=body)).reference

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            (b'[{"ouid":"f-1","name":"cv.pdf"}]', "f-1"),
            (b'{"file":{"ouid":"f-2"}}', "f-2"),
            (b'{"0":{"uid":"f-3"}}', "f-3"),
        ],
    )
    def test_reads_how_a_file_is_called(self, body: bytes, found: str) -> None:
        assert found == file_uid(Response(status=200, body=body))

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"file":{}}', b"<html>", b'["f"]'])
    def test_is_uncertain_about_a_file_without_a_uid(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            file_uid(Response(status=200, body=body))

    @pytest.mark.parametrize(
        ("result", "found"),
        [
            ({"listOutput": [{"uid": "c-1"}]}, "c-1"),
            ({"listOutput": [{"uid": "c-2", "Person": {"emailPrimary": "SANNE@example.org"}}]}, "c-2"),
            ({"listOutput": [{"uid": "c-3", "Person": {"emailPrimary": "other@example.org"}}, {"uid": "c-4"}]}, "c-4"),
            ({"listOutput": []}, ""),
            ({}, ""),
            ([], ""),
            ([{"uid": "c-5"}], "c-5"),
        ],
    )
    def test_takes_nobody_else_for_the_candidate(self, result: Any, found: str) -> None:
        assert found == first_uid(Response(status=200, body=gives(result)), email="sanne@example.org")

    @pytest.mark.parametrize("result", [None, "x", 5, True])
    def test_does_not_take_an_unreadable_list_for_an_empty_one(self, result: Any) -> None:
        with pytest.raises(Unavailable):
            first_uid(Response(status=200, body=gives(result)))

    @pytest.mark.parametrize(
        ("result", "found"),
        [
            ([{"uid": "7", "automaticallySelectEvent": 2}, {"uid": "8", "automaticallySelectEvent": 1}], "8"),
            ({"data": [{"uid": "8", "automaticallySelectEvent": "1"}]}, "8"),
            ([{"uid": "7", "automaticallySelectEvent": None}], ""),
            ([], ""),
        ],
    )
    def test_finds_the_status_of_who_applied_through_the_website(self, result: Any, found: str) -> None:
        assert found == status_uid(Response(status=200, body=gives(result)))

    def test_makes_the_procedure_without_a_status_where_otys_tells_none(self) -> None:
        submission = replace(self.submission(), kept={**KEPT, "status": ""})
        assert "ProcedureStatus1" not in params(submit(submission))
        refused = Response(status=200, body=says("Method not allowed"))
        assert "" == self.provider.read_status(submission, refused)

    # Testing the connection -----------------------------------------------------------------------

    def test_names_a_key_that_otys_refuses(self, base_url: str, ats: Sandbox) -> None:
        ats.register("otys", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "OTYS Go! refused the API key: Invalid API key" == problem

    @pytest.mark.parametrize(
        ("status", "body", "failure"),
        [
            (200, gives([]), None),
            (200, says("Method not found"), None),
            (200, says("Access denied; please login again"), Unauthorized),
            (404, b"", Unavailable),
            (503, b"", Unavailable),
        ],
    )
    def test_takes_a_session_that_may_not_ask_everything_for_one(
        self, status: int, body: bytes, failure: type[DeliveryError] | None
    ) -> None:
        response = Response(status=status, body=body)
        if failure is None:
            self.provider.require_session(response)
            return
        with pytest.raises(failure):
            self.provider.require_session(response)

    def test_is_not_fooled_by_a_website(self) -> None:
        with listening(saying(ok(b"<html>Welcome</html>"))) as port:
            assert not check_connection(self.config(f"http://127.0.0.1:{port}")).ok
