"""Bullhorn, as docs and clients describe it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
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
from ats_integration.providers import exchange
from ats_integration.providers.base import Request, Response, Submission
from ats_integration.providers.bullhorn import Bullhorn
from ats_integration.providers.bullhorn_calls import query, search
from ats_integration.providers.bullhorn_login import NO_CODE
from ats_integration.providers.bullhorn_parts import candidate, curriculum, first_id
from ats_integration.providers.calls import Session
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.steps import Progress, Step
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF, message

from .contract import ProviderContract
from .interrupted import Memory, handed_in_twice
from .tiny_servers import listening, ok, received

SESSION = {"token": "bh-1", "rest_url": "https://rest70.bullhornstaffing.com/rest-services/abc/"}
LOGIN, PUTS = 4, 3  # calls of a login; things that a new person's application makes
CONSENT = (
    "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
    "to have it kept for other jobs, to be contacted later. The words were: Akkoord."
)
INVALID_TOKEN = (
    b'{"errorMessage":"Invalid token","errorMessageKey":"errors.authentication.invalidRestToken","errorCode":401}'
)
OVER = ok(b'{"error":"invalid_grant","errorMessage":"Invalid or expired."}', status=b"400 Bad Request")
#: What a login is told, by the path of the call.
LOGGED_IN = {
    "/rest-services/loginInfo": b'{"oauthUrl":"HOME/oauth","restUrl":"HOME/rest-services"}',
    "/oauth/token": b'{"access_token":"at"}',
    "/rest-services/login": b'{"BhRestToken":"T","restUrl":"HOME/rest-services/abc/"}',
}
CONTACT = "LinkedIn: https://www.linkedin.com/in/sannedevries\nAddress: Dorpsstraat 1, 1234 AB Ede, NL"


def told(path: str, home: bytes) -> bytes:
    """Return what a login is told; the code stands in a redirect."""
    if path == "/oauth/authorize":
        return ok(b"", b"Location: https://acme.example/?code=c", status=b"302 Found")
    return ok(LOGGED_IN[path].replace(b"HOME", home))


class PromptBullhorn(Bullhorn):
    """Bullhorn whose search knows a new candidate at once."""

    lag = timedelta(0)


class Given:
    """Sessions that hand out a stored one first, and count the logins."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values, self.logins = values, 0

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        if over is not None:
            self.logins += 1
            self.values = login().values
        return self.values


class TestBullhorn(ProviderContract):
    """Bullhorn keeps the contract, and has habits of its own."""

    provider = PromptBullhorn()
    settings: ClassVar[dict[str, Any]] = {"client_id": "0f9d7a52-1c1b-4a54", "username": "acmebv"}
    credentials = {"password": "bh-password-0815", "client_secret": "bh-secret-4711"}
    production_address = "https://rest70.bullhornstaffing.com/rest-services/abc/entity/JobSubmission"
    accepted = (200, b'{"changedEntityType":"JobSubmission","changedEntityId":88210,"changeType":"INSERT"}', "88210")
    dropped = ()
    numbers_jobs = True
    calls_before = LOGIN + 2

    def submission(self, **changes: Any) -> Submission:
        """Return a submission with a session, whose candidate was made."""
        return replace(super().submission(**changes), session=SESSION, kept={"candidate": 1489})

    def login_step(self, name: str) -> Step:
        """Return one step of the login."""
        return next(step for step in self.provider.login(self.submission()) if step.name == name)

    # Declaration ----------------------------------------------------------------------------------

    def test_refuses_values_that_would_change_the_address(self) -> None:
        """Given that both go into the query, where they are escaped, only the id has a form."""
        for evil in ("a/b", "a?b", "a#b", "..", "evil.example/", "a b", "a@b"):
            assert {"client_id"} <= set(self.provider.problems({**self.settings, "client_id": evil}, self.credentials))

    # Building -------------------------------------------------------------------------------------

    def test_calls_the_documented_address(self) -> None:
        request = self.application_call(self.submission())
        assert ("PUT", self.production_address) == (request.method, request.base_url.rstrip("/") + request.path)

    def test_sends_the_documented_headers_with_every_call_of_a_session(self) -> None:
        headers = {"BhRestToken": "bh-1", "Content-Type": "application/json", "Accept": "application/json"}
        submission = self.submission()
        requests = [step.build(replace(submission, kept={"known": 7})) for step in self.provider.steps(submission)]
        probes = self.provider.probes(submission, ["1"])
        asked = [request.headers for request in (*requests, *(probe.request for probe in probes)) if request]
        assert [headers] * 7 == asked

    def test_sends_exactly_the_documented_fields_of_a_submission(self) -> None:
        assert {
            "candidate": {"id": 1489},
            "jobOrder": {"id": 4000001},
            "status": "New Lead",
            "dateWebResponse": 1795512600000,
            "source": "Jobbird",
            "comments": "Beste team,\n\nGraag kom ik bij jullie werken.\n\nRijbewijs B?: yes\n\n" + CONSENT,
        } == self.application_call(self.submission()).json

    def test_sends_exactly_the_documented_fields_of_a_candidate(self) -> None:
        assert {
            "firstName": "Sanne",
            "lastName": "de Vries",
            "name": "Sanne de Vries",
            "email": "sanne.devries@example.org",
            "phone": "+31612345678",
            "status": "New Lead",
            "source": "Jobbird",
            "companyURL": "https://sanne.example.org",
            "comments": CONTACT,
        } == candidate(message(), "Jobbird")

    def test_sends_exactly_the_documented_fields_of_a_cv(self) -> None:
        resume = self.submission().resume
        assert resume is not None
        assert {
            "externalID": "Portfolio",
            "fileContent": base64.b64encode(PDF).decode(),
            "fileType": "SAMPLE",
            "name": "cv-sanne.pdf",
            "contentType": "application/pdf",
            "type": "Resume",
            "description": "CV via Jobbird",
        } == curriculum(resume, "Jobbird")

    @pytest.mark.parametrize(
        ("own", "told", "source"),
        [
            ("", "Jobbird", "Jobbird"),
            ("Vacaturebank", "Jobbird", "Vacaturebank"),
            ("", "", "Jobbird"),
            ("", "x" * 120, "x" * 100),
        ],
    )
    def test_names_the_source_as_the_customer_does(self, own: str, told: str, source: str) -> None:
        submission = self.submission(settings={**self.settings, "source": own}, application={"source": told})
        assert source == self.application_call(submission).json["source"]

    def test_puts_what_is_too_long_for_its_field_into_the_comments(self) -> None:
        url, phone = "https://example.org/" + "x" * 100, "+31 6 1234 5678 toestel 12345"
        made = candidate(message(candidate={"website_url": url, "phone": phone, "first_name": "A" * 60}), "Jobbird")
        assert {"phone", "companyURL"}.isdisjoint(made)
        assert f"Phone: {phone}\n" in made["comments"]
        assert f"Website: {url}\n" in made["comments"]
        assert ("A" * 50, "A" * 60 + " de Vries") == (made["firstName"], made["name"])

    def test_writes_a_phone_number_without_blanks(self) -> None:
        made = candidate(message(candidate={"phone": "+31 6 12 34 56 78"}), "Jobbird")
        assert "+31612345678" == made["phone"]
        assert "Phone" not in made["comments"]

    def test_writes_a_national_number_without_blanks(self, arrived: Callable[..., Reception]) -> None:
        assert "06-12345678" == arrived(candidate={"phone": "06-1234 5678"}).phone

    def test_fills_in_for_a_missing_name(self) -> None:
        made = candidate(message(candidate={"first_name": "Sukarno", "last_name": ""}), "Jobbird")
        assert ("Sukarno", "-", "Sukarno") == (made["firstName"], made["lastName"], made["name"])

    @pytest.mark.parametrize(
        ("email", "phrase"),
        [('a"b@example.org', r'email:"a\"b@example.org"'), ("a\\b@example.org", r'email:"a\\b@example.org"')],
    )
    def test_escapes_an_address_in_the_search(self, email: str, phrase: str) -> None:
        request = search(replace(self.submission(candidate={"email": email}), kept={}))
        assert request is not None
        assert f"{phrase} AND isDeleted:0" == dict(request.params)["query"]

    def test_asks_for_an_earlier_submission(self) -> None:
        assert (
            "candidate.id=1489 AND jobOrder.id=4000001 AND isDeleted=false"
            == dict(query(self.submission()).params)["where"]
        )

    @pytest.mark.parametrize("job", ["abc", "12a", "1" * 19, "1.5"])
    def test_refuses_a_job_id_that_is_no_number_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(vacancy={"external_id": job})
        assert "job_id_invalid" == refused.value.code
        assert 0 == ats.stats()["bullhorn"]["calls"]

    # Logging in -----------------------------------------------------------------------------------

    def test_signs_in_as_documented(self) -> None:
        homes = {"oauth": "https://auth-emea.example/oauth", "rest": "https://rest-emea.example/rest-services"}
        kept = {"homes": homes, "code": "c:1", "access": "at-1"}
        submission = replace(
            self.submission(settings={**self.settings, "redirect_uri": "https://acme.example/in"}), kept=kept
        )
        requests = [step.build(submission) for step in self.provider.login(submission)]
        assert [
            ("GET", "/rest-services/loginInfo", {"username": "acmebv"}),
            (
                "GET",
                "https://auth-emea.example/oauth/authorize",
                {
                    "client_id": "0f9d7a52-1c1b-4a54",
                    "response_type": "code",
                    "action": "Login",
                    "username": "acmebv",
                    "password": "bh-password-0815",
                    "redirect_uri": "https://acme.example/in",
                },
            ),
            (
                "POST",
                "https://auth-emea.example/oauth/token",
                {
                    "grant_type": "authorization_code",
                    "code": "c:1",
                    "client_id": "0f9d7a52-1c1b-4a54",
                    "client_secret": "bh-secret-4711",
                },
            ),
            (
                "POST",
                "https://rest-emea.example/rest-services/login",
                {"version": "*", "access_token": "at-1", "ttl": "30"},
            ),
        ] == [
            (request.method, request.base_url + request.path, dict(request.params)) for request in requests if request
        ]

    @pytest.mark.parametrize(
        ("location", "code"),
        [
            ("https://acme.example/?code=22_1%3Aab%2Bc&client_id=x", "22_1:ab+c"),
            ("https://acme.example/?code=22+1&client_id=x", "22+1"),
        ],
    )
    def test_reads_the_code_of_the_redirect(self, location: str, code: str) -> None:
        assert code == self.login_step("code").read(
            self.submission(), Response(status=302, headers={"location": location})
        )

    @pytest.mark.parametrize(
        ("step", "response", "failure", "words"),
        [
            ("homes", Response(status=200, body=b"<html>"), Unavailable, "could not be read"),
            ("homes", Response(status=404), Unavailable, ""),
            (
                "code",
                Response(status=200, body=b'<p class="error">Invalid credentials.</p>'),
                Unauthorized,
                "Invalid credentials.",
            ),
            (
                "code",
                Response(status=200, body=b'<p class="error">Invalid Client Id</p>'),
                Unauthorized,
                "Invalid Client Id",
            ),
            ("code", Response(status=200, body=b"<html>Terms</html>"), Unauthorized, NO_CODE),
            ("code", Response(status=302, headers={"location": "https://a.example/?error=x"}), Unauthorized, NO_CODE),
            ("code", Response(status=503), Unavailable, ""),
            ("code", Response(status=429), RateLimited, ""),
            ("access", Response(status=400, body=b'{"error":"invalid_client"}'), Unauthorized, "invalid_client"),
            (
                "access",
                Response(status=400, body=b'{"error":"invalid_grant","error_description":"Spent"}'),
                Unavailable,
                "Spent",
            ),
            (
                "access",
                Response(status=401, body=b'{"error":"invalid_client","error_description":"Wrong secret"}'),
                Unauthorized,
                "Wrong secret",
            ),
            ("access", Response(status=400), Unavailable, ""),
            ("access", Response(status=500, body=b"<html>"), Unavailable, ""),
            ("access", Response(status=200, body=b'{"error":"invalid_grant"}'), Unavailable, "could not be read"),
            ("access", Response(status=200, body=b"{}"), Unavailable, "could not be read"),
            (
                "session",
                Response(status=400, body=b'{"errorMessage":"Invalid or expired OAuth access token."}'),
                Unavailable,
                "expired",
            ),
            ("session", Response(status=200, body=b'{"BhRestToken":"x"}'), Unavailable, "could not be read"),
        ],
    )
    def test_reads_every_documented_failure_of_a_login(
        self, step: str, response: Response, failure: type[DeliveryError], words: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.login_step(step).read(self.submission(), response)
        assert failure is type(failed.value)
        assert words in failed.value.detail

    def test_keeps_all_of_a_long_token(self) -> None:
        body = json.dumps({"access_token": "ey" * 4_000}).encode()
        token = self.login_step("access").read(self.submission(), Response(status=200, body=body))
        assert "ey" * 4_000 == token

    @pytest.mark.parametrize("step", ["/oauth/token", "/rest-services/login"])
    @pytest.mark.parametrize("times", [1, 2])
    def test_asks_for_another_code_once_where_code_or_token_was_over(self, step: str, times: int) -> None:
        asked: list[str] = []

        def behave(connection: Any) -> None:
            asked.append(received(connection).decode().split()[1].partition("?")[0])
            is_over = asked[-1] == step and asked.count(step) <= times
            connection.sendall(OVER if is_over else told(asked[-1], home))

        with listening(behave) as port:
            home = b"http://127.0.0.1:%d" % port
            submission = replace(self.submission(base_url=home.decode()), session={}, kept={})
            if times == 1:
                assert "T" == exchange.logged_in(self.provider, submission).session["token"]
            else:
                with pytest.raises(Unavailable) as failed:
                    exchange.logged_in(self.provider, submission)
                assert "login_failed" == failed.value.code
        assert [2, 2] == [asked.count("/oauth/authorize"), asked.count(step)]

    def test_keeps_nothing_of_a_login_that_failed_in_the_middle_of_a_delivery(self, base_url: str) -> None:
        memory = Memory(self.provider)
        sessions = Given({"token": "bh-old", "rest_url": f"{base_url}/rest-services/acmebv/"})

        def behave(connection: Any) -> None:
            path = received(connection).decode().split()[1].partition("?")[0]
            connection.sendall(OVER if path == "/oauth/token" else told(path, home))

        with listening(behave) as port:
            home = b"http://127.0.0.1:%d" % port
            submission = replace(self.submission(base_url=home.decode()), session={}, kept={})
            with pytest.raises(Unavailable):
                exchange.hand_in(self.provider, submission, Progress(sessions=sessions, save=memory.save))
        assert {} == memory.kept

    def test_keeps_nothing_of_the_login_with_the_delivery(self, base_url: str) -> None:
        memory = Memory(self.provider)
        memory.hand_in(replace(self.submission(base_url=base_url), kept={}))
        assert {"job", "known", "candidate", "resume", "earlier"} == set(memory.kept)

    def test_logs_in_once_more_where_the_session_is_over(self, base_url: str, ats: Sandbox) -> None:
        sessions = Given({"token": "bh-old", "rest_url": f"{base_url}/rest-services/acmebv/"})
        exchange.hand_in(self.provider, self.submission(base_url=base_url), Progress(sessions=sessions))
        assert 1 == sessions.logins
        assert 1 == len(ats.received("bullhorn"))

    def test_gives_up_where_a_new_session_is_over_too(self, base_url: str, ats: Sandbox) -> None:
        sessions = Given({"token": "bh-old", "rest_url": f"{base_url}/rest-services/another/"})
        ats.behave("bullhorn", "refuse_key")
        with pytest.raises(Unauthorized):
            exchange.hand_in(self.provider, self.submission(base_url=base_url), Progress(sessions=sessions))
        assert 1 == sessions.logins

    @pytest.mark.parametrize(
        ("status", "is_over"), [(401, True), (412, True), (403, False), (400, False), (200, False)]
    )
    def test_notices_that_a_session_is_over(self, status: int, is_over: bool) -> None:
        assert is_over == self.provider.is_logged_out(Response(status=status))

    # Another data centre --------------------------------------------------------------------------

    def test_follows_to_the_right_data_centre_with_method_and_body(self) -> None:
        request = Request(method="PUT", path="/entity/Candidate", headers={"BhRestToken": "t"}, json={"a": 1})
        location = "https://rest71.example/rest-services/abc/entity/Candidate?a=b&c="
        moved = self.provider.moved(request, Response(status=307, headers={"location": location}))
        assert moved == Request(
            method="PUT",
            base_url="https://rest71.example",
            path="/rest-services/abc/entity/Candidate",
            params=(("a", "b"), ("c", "")),
            headers={"BhRestToken": "t"},
            json={"a": 1},
        )

    @pytest.mark.parametrize(
        "response",
        [
            Response(status=302, headers={"location": "https://rest71.example/"}),
            Response(status=307),
            Response(status=307, headers={"location": "/elsewhere"}),
        ],
    )
    def test_follows_nothing_else(self, response: Response) -> None:
        assert self.provider.moved(Request(method="GET", path="/"), response) is None

    def test_really_goes_there(self, base_url: str, ats: Sandbox) -> None:
        def point_on(connection: Any) -> None:
            line = received(connection).split(b" ")[1].decode()
            location = f"Location: {base_url}{line}".encode()
            connection.sendall(ok(b"", location, status=b"307 Temporary Redirect"))

        with listening(point_on) as port:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert 1 == len(ats.received("bullhorn"))

    # Delivering -----------------------------------------------------------------------------------

    def test_finds_the_candidate_who_was_there(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        hand_in(vacancy={"external_id": "4000002"})
        first, second = ats.received("bullhorn")
        assert ("4000001", "4000002") == (first.job_id, second.job_id)
        assert first.fields["candidate"] == second.fields["candidate"]
        assert f"Phone: +31612345678\n{CONTACT.splitlines()[0]}" in second.cover_letter

    def test_takes_an_earlier_submission_for_delivered(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        assert hand_in().receipt.reference == hand_in().receipt.reference
        assert 1 == len(ats.received("bullhorn"))

    def test_does_not_take_a_similar_address_for_the_same(self) -> None:
        body = b'{"data":[{"id":1,"email":"sanne@example.org.uk"},{"id":2,"email":"SANNE@example.org"},{"id":"3"}]}'
        assert 2 == first_id(Response(status=200, body=body), email="sanne@example.org")

    def test_says_what_a_cv_could_not_be_told(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.behave("bullhorn", "reject", after=LOGIN + 3, times=1)
        assert ("resume",) == hand_in().receipt.dropped

    def attached(self, body: bytes) -> Any:
        """Return what is kept of a 2xx answer to the CV."""
        step = next(step for step in self.provider.steps(self.submission()) if step.name == "resume")
        return step.read(self.submission(), Response(status=200, body=body))

    def test_keeps_the_id_of_an_attached_cv(self) -> None:
        assert "178" == self.attached(b'{"fileId":178}')

    def test_drops_a_cv_that_a_success_calls_wrong(self) -> None:
        with pytest.raises(Rejected, match="File type is not allowed"):
            self.attached(b'{"errorMessage":"File type is not allowed","errorCode":400}')

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b"<html>Back soon</html>", b'{"fileId":null}', b'{"errorMessage":{}}']
    )
    def test_does_not_take_just_any_answer_for_an_attached_cv(self, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.attached(body)

    @pytest.mark.parametrize("mode", ["drop_answer", "down", "reset"])
    @pytest.mark.parametrize("after", range(LOGIN + 6))
    def test_repeats_no_step_that_succeeded(self, mode: str, after: int, base_url: str, ats: Sandbox) -> None:
        accepted = handed_in_twice(
            self.provider, replace(self.submission(base_url=base_url), kept={}), ats, mode, after
        )
        (reception,) = ats.received("bullhorn")
        assert (reception.id, ()) == (accepted.receipt.reference, accepted.receipt.dropped)
        assert accepted.is_certain
        assert reception.resume is not None
        assert 1 == ats.stats()["bullhorn"]["distinct"]

    def test_makes_one_candidate_although_the_answer_was_lost(self, base_url: str, ats: Sandbox) -> None:
        submission = replace(self.submission(base_url=base_url), kept={})
        handed_in_twice(self.provider, submission, ats, "drop_answer", after=LOGIN + 2)
        stored = ats.stats()["bullhorn"]["calls"] - 2 * 2  # two POSTs for each login
        assert PUTS == stored

    def test_takes_for_delivered_what_arrived_before_the_job_was_closed(self, base_url: str, ats: Sandbox) -> None:
        memory = Memory(self.provider)
        submission = replace(self.submission(base_url=base_url), kept={})
        ats.behave("bullhorn", "drop_answer", after=LOGIN + 5, times=1)
        with pytest.raises(Uncertain):
            memory.hand_in(submission)
        ats.behave("bullhorn", "closed")
        accepted = memory.hand_in(submission)
        (reception,) = ats.received("bullhorn")
        assert (reception.id, True) == (accepted.receipt.reference, accepted.was_there)

    def test_gives_the_search_a_moment_after_an_unclear_answer(self) -> None:
        real, submission = Bullhorn(), replace(self.submission(), kept={})
        for repeated in (replace(submission, is_doubtful=True), replace(submission, message=message(try_count=1))):
            assert [0, 3, 0, 0, 0, 0] == [step.pause.total_seconds() for step in real.steps(repeated)]
        assert {timedelta(0)} == {step.pause for step in real.steps(submission)}

    # Failing --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code"),
        [
            (200, b"{}", Uncertain, "uncertain"),
            (200, b'{"changedEntityId":null}', Uncertain, "uncertain"),
            (200, b"<html>", Uncertain, "uncertain"),
            (400, b'{"errorMessage":"bad field"}', Rejected, "rejected"),
            (400, b"", Rejected, "rejected"),
            (400, b"{}", Rejected, "rejected"),
            (400, b'{"errorMessage":{}}', Rejected, "rejected"),
            (400, b"<html>", Rejected, "rejected"),
            (401, b'{"errorMessage":"Invalid token"}', Unauthorized, "unauthorized"),
            (401, INVALID_TOKEN, Unauthorized, "unauthorized"),
            (403, b'{"errorMessage":"Not for you","errorCode":403}', Unauthorized, "unauthorized"),
            (404, b'{"errorMessage":"Unknown entity","errorCode":404}', Rejected, "rejected"),
            (403, b"", Unauthorized, "unauthorized"),
            (404, b"", Rejected, "rejected"),
            (405, b"", Rejected, "rejected"),
            (406, b"", Rejected, "rejected"),
            (410, b"", Rejected, "rejected"),
            (412, b"", Rejected, "rejected"),
            (429, b"", RateLimited, "rate_limited"),
            (429, b'{"errorMessage":"Too many requests","errorCode":429}', RateLimited, "rate_limited"),
            (500, b'{"errorMessage":"Internal error","errorCode":500}', Unavailable, "http_500"),
            (500, b"", Unavailable, "http_500"),
            (503, b"", Unavailable, "http_503"),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)

    @pytest.mark.parametrize(
        ("status", "body", "failure"),
        [
            (200, b'{"data":{"id":1,"isOpen":true,"isDeleted":false}}', None),
            (200, b'{"id":1,"isOpen":true}', None),
            (200, b'{"data":{"id":1,"isOpen":false}}', JobClosed),
            (200, b'{"data":{"id":1,"isOpen":true,"isDeleted":true}}', JobClosed),
            (404, b"", JobClosed),
            (200, b"{}", Unavailable),
            (200, b"<html>", Unavailable),
        ],
    )
    def test_knows_an_open_job(self, status: int, body: bytes, failure: type[DeliveryError] | None) -> None:
        response = Response(status=status, body=body)
        if failure is None:
            assert self.provider.require_open(response)
            return
        with pytest.raises(failure):
            self.provider.require_open(response)

    def test_does_not_take_a_strange_list_for_an_empty_one(self) -> None:
        with pytest.raises(Unavailable):
            self.provider.found(self.submission(), Response(status=200, body=b"{}"))

    def test_waits_a_second_after_too_many_calls(self) -> None:
        assert timedelta(seconds=1) == self.provider.wait(Response(status=429))
        assert self.provider.wait(Response(status=500)) is None

    # Testing the connection -----------------------------------------------------------------------

    def test_reports_a_refused_login(self, base_url: str, ats: Sandbox) -> None:
        ats.register("bullhorn", account="acmebv", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert "Bullhorn refused the API key: Invalid credentials." == problem

    def test_reports_a_closed_job(self, base_url: str, ats: Sandbox) -> None:
        ats.behave("bullhorn", "closed")
        report = check_connection(self.config(base_url), ["4000001"])
        assert ("4000001",) == report.unknown_jobs
        assert ("Bullhorn has a user called acmebv.",) == report.proven

    def test_delivers_with_the_cv_of_this_application(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        hand_in(vacancy={"external_id": "4000002"}, resume={"filename": "newer.pdf"})
        receptions: list[Reception] = ats.received("bullhorn")
        assert ["cv-sanne.pdf", "newer.pdf"] == [one.resume.filename for one in receptions if one.resume]
