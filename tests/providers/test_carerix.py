"""Carerix, as its help pages and clients describe it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

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
from ats_integration.providers.base import Response, Submission
from ats_integration.providers.calls import Request
from ats_integration.providers.carerix import Carerix
from ats_integration.providers.carerix_calls import publication_query
from ats_integration.providers.carerix_lookup import people_in
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.steps import Lookup, Progress
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .test_bullhorn import Given

TOKEN_PATH = "/auth/realms/acmebv/protocol/openid-connect/token"
NOTES = (
    "Beste team,\n\nGraag kom ik bij jullie werken.\n\n"
    "LinkedIn: https://www.linkedin.com/in/sannedevries\n"
    "Website: https://sanne.example.org\n"
    "Address: Dorpsstraat 1, 1234 AB Ede, NL\n"
    "Source: Jobbird\n\n"
    "Rijbewijs B?: yes\n\n"
    "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
    "to have it kept for other jobs, to be contacted later. The words were: Akkoord."
)


def errors(*messages: str, data: Any = None) -> bytes:
    """Return a failure in GraphQL's shape."""
    return json.dumps({"errors": [{"message": message} for message in messages], "data": data}).encode()


def page(*ids: Any) -> bytes:
    """Return a page of people."""
    return json.dumps({"data": {"crEmployeePage": {"items": [{"_id": id} for id in ids]}}}).encode()


class TestCarerix(ProviderContract):
    """Carerix keeps the contract, and has habits of its own."""

    provider = Carerix()
    settings: ClassVar[dict[str, Any]] = {
        "client_id": "jobbird-client",
        "token_endpoint": f"https://id.carerix.io{TOKEN_PATH}",
    }
    credentials = {"client_secret": "cx-secret-0815"}
    production_address = "https://api.carerix.io/graphql/v1/graphql"
    accepted = (200, b'{"data":{"crEmployeeApply":{"_id":"98765"}}}', "98765")
    dropped = ()
    numbers_jobs = True
    calls_before = 1
    finds_applications = False
    asks_by = "POST"

    def submission(self, **changes: Any) -> Submission:
        """Return a submission with a token."""
        return replace(super().submission(**changes), session={"token": "cx-1"})

    def token_request(self, **changes: Any) -> Request:
        """Return the call of the login."""
        (step,) = self.provider.login(self.submission(**changes))
        request = step.build(self.submission(**changes))
        assert request is not None
        return request

    # Declaration ----------------------------------------------------------------------------------

    def test_refuses_values_that_would_change_the_address(self) -> None:
        """Given that the client's id goes into a form, where it is escaped, only the endpoint has a strict one."""
        for evil in (
            "a/b",
            "http://id.example/t",
            "https://id.example",
            "https://a@b.example/t",
            "https://a.example/t?b",
        ):
            problems = self.provider.problems({**self.settings, "token_endpoint": evil}, self.credentials)
            assert {"token_endpoint"} == set(problems), evil

    @pytest.mark.parametrize("end", ["/..", "/../t", "//t", "/t#b", "/t t"])
    def test_refuses_a_strange_path_of_the_token_endpoint(self, end: str) -> None:
        settings = {**self.settings, "token_endpoint": f"https://id.carerix.io{end}"}
        assert {"token_endpoint"} == set(self.provider.problems(settings, self.credentials))

    # Building -------------------------------------------------------------------------------------

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        assert "Bearer cx-1" == request.headers["Authorization"]
        assert {
            "query": "mutation($dedupe:Boolean,$pub:ID,$request:CREmployeeRequest!)"
            "{crEmployeeApply(dedupe:$dedupe,pub:$pub,request:$request){_id}}",
            "variables": {
                "dedupe": True,
                "pub": 4000001,
                "request": {
                    "_kind": "CREmployee",
                    "firstName": "Sanne",
                    "lastName": "de Vries",
                    "emailAddress": "sanne.devries@example.org",
                    "phoneNumber": "+31612345678",
                    "notes": NOTES,
                    "attachments": {
                        "items": [
                            {
                                "_kind": "CRAttachment",
                                "filePath": "cv-sanne.pdf",
                                "label": "CV Sanne de Vries",
                                "toTypeNode": {"_kind": "CRDataNode", "_lookup": {"key": "tag", "value": "CVTag"}},
                                "toAttachmentData": {
                                    "_kind": "CRAttachmentData",
                                    "content": base64.b64encode(PDF).decode(),
                                },
                            }
                        ]
                    },
                },
            },
        } == request.json

    def test_names_the_document_type_as_the_customer_does(self) -> None:
        settings = {**self.settings, "attachment_type_tag": "CurriculumTag"}
        (item,) = self.provider.build(self.submission(settings=settings)).json["variables"]["request"]["attachments"][
            "items"
        ]
        assert "CurriculumTag" == item["toTypeNode"]["_lookup"]["value"]

    def test_sends_no_attachment_without_a_cv(self) -> None:
        assert "attachments" not in self.provider.build(self.submission(resume=None)).json["variables"]["request"]

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("", "Sukarno")])
    def test_sends_one_name(self, first: str, last: str) -> None:
        submission = self.submission(candidate={"first_name": first, "last_name": last})
        sent = self.provider.build(submission).json["variables"]["request"]
        assert (first or None, last or "-") == (sent.get("firstName"), sent["lastName"])

    @pytest.mark.parametrize("job", ["abc", "12a", "1" * 19, "1.5"])
    def test_refuses_a_job_id_that_is_no_number_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(vacancy={"external_id": job})
        assert "job_id_invalid" == refused.value.code
        assert 0 == ats.stats()["carerix"]["calls"]

    @pytest.mark.parametrize(
        ("job", "shown"), [("15", "15"), ("007", "7"), ('1){a}}"\\', r'"1){a}}\"\\"'), ("é", r'"\u00e9"')]
    )
    def test_keeps_a_strange_job_id_inside_its_place_of_the_query(self, job: str, shown: str) -> None:
        assert f"query{{crPublication(_id:{shown}){{_id publicationEnd}}}}" == publication_query(job)

    # Logging in -----------------------------------------------------------------------------------

    def test_asks_for_a_token_as_documented(self) -> None:
        request = self.token_request(credentials={"client_secret": "a&b=c d+é"})
        assert f"https://id.carerix.io{TOKEN_PATH}" == request.base_url + request.path
        assert "application/x-www-form-urlencoded" == request.headers["Content-Type"]
        assert {
            "grant_type": ["client_credentials"],
            "client_id": ["jobbird-client"],
            "client_secret": ["a&b=c d+é"],
            "scope": ["urn:cx/cx5Wrapper:data:manage"],
        } == parse_qs(request.raw.decode())

    def test_asks_the_own_address_of_a_connection_for_the_token(self) -> None:
        request = self.token_request(base_url="https://ats.example.org/carerix")
        assert f"https://ats.example.org/carerix{TOKEN_PATH}" == request.base_url + request.path

    @pytest.mark.parametrize(
        ("said", "lifetime"),
        [(3600, 3240), (300, 270), (10**400, 3240), (0, 60), (-5, 60), (None, 60), ("3600", 60)],
    )
    def test_keeps_the_token_until_shortly_before_it_expires(self, said: Any, lifetime: int) -> None:
        body = json.dumps({"access_token": "cx-9", "expires_in": said}).encode()
        (step,) = self.provider.login(self.submission())
        kept = {"access": step.read(self.submission(), Response(status=200, body=body))}
        session = self.provider.session_of(replace(self.submission(), kept=kept))
        assert ({"token": "cx-9"}, timedelta(seconds=lifetime)) == (session.values, session.lifetime)

    def test_keeps_all_of_a_long_token(self) -> None:
        body = json.dumps({"access_token": "ey" * 4_000, "expires_in": 300}).encode()
        (step,) = self.provider.login(self.submission())
        assert "ey" * 4_000 == step.read(self.submission(), Response(status=200, body=body))["token"]

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (400, b'{"error":"invalid_client"}', Unauthorized, "unauthorized"),
            (401, b'{"error":"invalid_client"}', Unauthorized, "unauthorized"),
            (400, b'{"error":"unauthorized_client"}', Unauthorized, "unauthorized"),
            (400, b'{"error":"invalid_scope"}', Unauthorized, "unauthorized"),
            (400, b'{"error":"invalid_request"}', Unavailable, "login_failed"),
            (404, b"", Unavailable, "http_404"),
            (429, b"", RateLimited, "rate_limited"),
            (503, b"", Unavailable, "http_503"),
            (200, b"{}", Unavailable, "login_failed"),
            (200, b"<html>", Unavailable, "login_failed"),
        ],
    )
    def test_reads_every_failure_of_a_login(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        (step,) = self.provider.login(self.submission())
        with pytest.raises(DeliveryError) as failed:
            step.read(self.submission(), Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_gets_a_new_token_once_where_the_old_one_has_expired(self, base_url: str, ats: Sandbox) -> None:
        sessions = Given({"token": "cx-old"})
        exchange.hand_in(self.provider, self.submission(base_url=base_url), Progress(sessions=sessions))
        assert 1 == sessions.logins
        assert 1 == len(ats.received("carerix"))

    def test_keeps_nothing_of_the_login_with_the_delivery(self, base_url: str) -> None:
        memory = Memory(self.provider)
        memory.hand_in(self.submission(base_url=base_url))
        assert {} == memory.kept

    # Delivering -----------------------------------------------------------------------------------

    def test_makes_one_person_of_two_applications(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        first, second = hand_in(), hand_in(vacancy={"external_id": "4000002"})
        assert first.receipt.reference == second.receipt.reference
        assert ["4000001", "4000002"] == [reception.job_id for reception in ats.received("carerix")]

    # Several tries ----------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("mode", "after"), [("down", 0), ("drop_answer", 0), ("reset", 0), ("down", 1), ("throttle", 1)]
    )
    def test_delivers_once_where_nothing_had_arrived(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        memory = Memory(self.provider)
        ats.behave("carerix", mode, after=after, times=1)
        with pytest.raises((Unavailable, RateLimited)):
            memory.hand_in(self.submission(base_url=base_url))
        assert not memory.is_doubtful
        memory.hand_in(self.submission(base_url=base_url))
        assert 1 == len(ats.received("carerix"))

    def test_is_certain_where_nobody_has_the_address_after_a_lost_answer(
        self, hurry: None, base_url: str, ats: Sandbox
    ) -> None:
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "blackhole", after=1)
        assert (True, False) == (accepted.is_certain, accepted.was_there)
        assert 1 == len(ats.received("carerix"))

    def test_repeats_in_doubt_where_somebody_has_the_address(
        self, hand_in: Callable[..., Accepted], base_url: str, ats: Sandbox
    ) -> None:
        """Given a lost answer, nobody can tell whether this application came: it is repeated, the person is not."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=1)
        assert not accepted.is_certain
        assert ["4000001", "4000001"] == [reception.job_id for reception in ats.received("carerix")]
        assert accepted.receipt.reference == hand_in().receipt.reference

    def test_does_not_take_the_person_of_another_application_for_this_one(
        self, hurry: None, hand_in: Callable[..., Accepted], base_url: str, ats: Sandbox
    ) -> None:
        memory = Memory(self.provider)
        ats.behave("carerix", "blackhole", after=1, times=1)
        with pytest.raises(Uncertain):
            memory.hand_in(self.submission(base_url=base_url))
        hand_in(vacancy={"external_id": "4000002"})
        memory.hand_in(self.submission(base_url=base_url))
        assert ["4000002", "4000001"] == [reception.job_id for reception in ats.received("carerix")]

    def test_asks_who_has_the_address(self) -> None:
        lookup = self.provider.lookup(self.submission())
        assert isinstance(lookup, Lookup)
        request = lookup.build(self.submission())
        assert request is not None
        words = "query{crEmployeePage(qualifier:\"emailAddress = 'sanne.devries@example.org'\"){items{_id}}}"
        assert {"query": words} == request.json

    @pytest.mark.parametrize("email", ["o'brien@example.org", "x\\y@example.org"])
    def test_does_not_ask_for_an_address_that_its_quotes_do_not_hold(
        self, email: str, base_url: str, ats: Sandbox
    ) -> None:
        submission = self.submission(base_url=base_url, candidate={"email": email})
        accepted = handed_in_twice(self.provider, submission, ats, "drop_answer", after=1)
        assert not accepted.is_certain

    @pytest.mark.parametrize(
        ("status", "body", "found"),
        [
            (200, page(), {}),
            (200, page("7", 8), None),
            (200, errors("No access"), None),
            (200, errors("late", data={"crEmployeePage": {"items": []}}), None),
            (200, b'{"data":{"crEmployeePage":null}}', None),
            (200, b'{"data":{"crEmployeePage":{"items":null}}}', None),
            (200, b'{"data":[]}', None),
            (200, b"<html>", None),
            (400, errors('Cannot query field "crEmployeePage"'), None),
            (403, b"", None),
            (404, b"", None),
        ],
    )
    def test_only_an_empty_page_tells_that_nothing_arrived(
        self, status: int, body: bytes, found: dict[str, Any] | None
    ) -> None:
        assert found == self.provider.find(self.submission(), Response(status=status, body=body))

    def test_reads_no_page_in_a_list(self) -> None:
        assert people_in(Response(status=200, body=b"[]")) is None

    def test_arrives_under_the_realm(self, arrived: Callable[..., Reception]) -> None:
        assert "acmebv" == arrived().account

    # Failing --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, errors("emailAddress is not valid"), Rejected, "rejected"),
            (200, errors("first", "second"), Rejected, "rejected"),
            (200, b'{"errors":"strange"}', Rejected, "rejected"),
            (200, b'{"errors":[{}]}', Rejected, "rejected"),
            (200, errors("Request timed out"), Uncertain, "uncertain"),
            (200, errors("Gateway time-out"), Uncertain, "uncertain"),
            (200, errors("Internal server error"), Uncertain, "uncertain"),
            (200, errors("INTERNAL_SERVER_ERROR"), Uncertain, "uncertain"),
            (200, errors("Publication 15 has ended"), JobClosed, "job_closed"),
            (
                200,
                errors("Validation error: Field 'crEmployeeApply' in type 'Mutation' is undefined"),
                Unauthorized,
                "unauthorized",
            ),
            (400, errors('Cannot query field "crEmployeeApply" on type "Mutation".'), Unauthorized, "unauthorized"),
            (200, errors("Exception while fetching data (/crEmployeeApply)"), Rejected, "rejected"),
            (200, errors("late", data={"crEmployeeApply": {"_id": "1"}}), Uncertain, "uncertain"),
            (200, b'{"data":{"crEmployeeApply":null}}', Uncertain, "uncertain"),
            (200, b'{"data":{"crEmployeeApply":{"_id":null}}}', Uncertain, "uncertain"),
            (200, b'{"data":[]}', Uncertain, "uncertain"),
            (200, b"{}", Uncertain, "uncertain"),
            (400, errors("Syntax error"), Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (401, b"", Unauthorized, "unauthorized"),
            (403, b"", Unauthorized, "unauthorized"),
            (404, b"", Unavailable, "http_404"),
            (413, b"", Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (500, b"", Uncertain, "http_500"),
            (500, errors("Internal server error"), Uncertain, "http_500"),
            (502, b"<html>Bad Gateway</html>", Uncertain, "http_502"),
            (503, b"<html>", Unavailable, "http_503"),
            (504, b"", Uncertain, "http_504"),
            (200, b'{"errors":{}}', Uncertain, "uncertain"),
            (200, b"<html>", Uncertain, "uncertain"),
        ],
    )
    def test_reads_every_failure(self, status: int, body: bytes, failure: type[DeliveryError], code: str) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_repeats_the_words_of_all_errors(self) -> None:
        with pytest.raises(Rejected) as failed:
            self.provider.judge(Response(status=200, body=errors("first", "second")))
        assert "first; second" == failed.value.detail

    # Testing the connection -----------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("body", "failure"),
        [
            (b'{"data":{"crPublication":{"_id":15,"publicationEnd":null}}}', None),
            (b'{"data":{"crPublication":{"_id":15,"publicationEnd":"2999-01-01 00:00:00"}}}', None),
            (b'{"data":{"crPublication":{"_id":15,"publicationEnd":"2020-01-01T00:00:00Z"}}}', JobClosed),
            (b'{"data":{"crPublication":{"_id":15,"publicationEnd":"next week"}}}', Uncertain),
            (b'{"data":{"crPublication":{"_id":15,"publicationEnd":"2026-13-41"}}}', Uncertain),
            (b'{"data":{"crPublication":null}}', JobClosed),
            (errors("Publication not found"), JobClosed),
            (b"<html>", Uncertain),
        ],
    )
    def test_knows_an_open_publication(self, body: bytes, failure: type[DeliveryError] | None) -> None:
        response = Response(status=200, body=body)
        if failure is None:
            self.provider.require_open(response)
            return
        with pytest.raises(failure):
            self.provider.require_open(response)

    @pytest.mark.parametrize(
        ("body", "failure"), [(b'{"ok":true}', Uncertain), (b"<html>", Uncertain), (errors("No access"), Rejected)]
    )
    def test_does_not_take_just_any_answer_for_the_api(self, body: bytes, failure: type[DeliveryError]) -> None:
        with pytest.raises(failure):
            self.provider.require_api(Response(status=200, body=body))

    def test_reports_a_refused_client(self, base_url: str, ats: Sandbox) -> None:
        ats.register("carerix", account="acmebv", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "Carerix refused the API key: Refused: invalid_client" == problem

    def test_reports_a_job_id_that_is_no_number(self, base_url: str) -> None:
        assert ("Monteur",) == check_connection(self.config(base_url), ["Monteur"]).unknown_jobs
