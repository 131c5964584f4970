"""The webhook, as Standard Webhooks describes it: https://github.com/standard-webhooks/standard-webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    OurFault,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from ats_integration.providers import exchange
from ats_integration.providers.base import Request, Response
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.webhook import ELSEWHERE, Webhook
from ats_integration.providers.webhook_parts import path_of, signature
from ats_integration.readiness import job_problem
from ats_integration.sandbox import Sandbox
from tests.factories import FILENAME, PDF, message

from .cv_page import FetchingContract
from .interrupted import handed_in_twice
from .tiny_servers import listening, ok, received, saying

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ID = "7f5b8a52-6f0e-4c8f-9d64-0d4f6f1f0a11"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
#: The example of the specification's own reference libraries.
SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REFUSING = [status for status in range(300, 600) if status != 409]


class TestWebhook(FetchingContract):
    """The webhook keeps the contract, and leaves more to the receiver than an ATS would."""

    provider = Webhook()
    settings = {"url": "https://hooks.acme.example/ats?team=1"}
    credentials = {"secret": SECRET}
    production_address = "https://hooks.acme.example/ats?team=1"
    accepted = (201, b'{"id":"app-%s"}' % ID.encode(), f"app-{ID}")
    dropped = ()
    asks_by = "OPTIONS"
    refusing = REFUSING

    # What is sent ---------------------------------------------------------------------------------

    def test_sends_the_message_with_a_link_to_the_cv_and_without_the_connections_values(self) -> None:
        submission = replace(self.submission(), resume_url="https://jobs.example.org/cv/token/cv-sanne.pdf")
        told = json.loads(self.provider.build(submission).raw)
        full = message().to_dict()
        assert {"configId": 7, "provider": "webhook", "baseUrl": ""} == told["ats"]
        assert {**full["resume"], "url": submission.resume_url} == told["resume"]
        for name in set(full) - {"ats", "resume"}:
            assert full[name] == told[name], name
        assert set(full) == set(told)

    def test_tells_no_secret(self) -> None:
        submission = self.submission(ats={"credentials": "gAAAAA-sealed", "settings": {"url": "https://x.nl?sig=s3"}})
        sent = self.provider.build(submission).raw.decode()
        assert [] == [secret for secret in (SECRET, "gAAAAA-sealed", "sig=s3", "credentials") if secret in sent]

    def test_signs_as_the_specification_does(self) -> None:
        """Given the example of the specification's own libraries, the signature is the one they compute."""
        example = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
        assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signature(SPEC_SECRET, *example)

    def test_sends_the_specified_headers(self) -> None:
        request = self.provider.build(replace(self.submission(), at=AT))
        assert {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "webhook-id": ID,
            "webhook-timestamp": "1795512600",
            "webhook-signature": signature(SECRET, ID, "1795512600", request.raw),
        } == request.headers

    def test_signs_the_very_bytes_that_arrive(self) -> None:
        calls: list[bytes] = []

        def behave(connection: Any) -> None:
            calls.append(received(connection))
            connection.sendall(ok(b"", status=b"204 No Content"))

        with listening(behave) as port:
            submission = self.submission(base_url=f"http://127.0.0.1:{port}/in", candidate={"first_name": "Zoë 😀"})
            exchange.hand_in(self.provider, submission)
        head, _, content = calls[0].partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")]
        headers = {name.lower(): value for name, _, value in lines}
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
        expected = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
        assert "POST /in/ats?team=1 HTTP/1.1" == lines[0][0]
        assert f"v1,{expected}" == headers["webhook-signature"]
        assert "Zoë 😀".encode() in content

    def test_is_taken_by_a_receiver_that_knows_the_secret(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.register("webhook", account="", key=SECRET)
        hand_in()
        with pytest.raises(Unauthorized):
            hand_in(credentials={"secret": SPEC_SECRET}, message_id="00000000-0000-4000-8000-000000000001")

    def test_signs_each_try_at_its_own_time_under_the_same_id(self) -> None:
        submission = self.submission()
        later = replace(submission, at=submission.at + timedelta(hours=1), message=submission.message.but(try_count=1))
        first, second = (self.provider.build(one).headers for one in (submission, later))
        assert first["webhook-id"] == second["webhook-id"]
        assert 3600 == int(second["webhook-timestamp"]) - int(first["webhook-timestamp"])
        assert first["webhook-signature"] != second["webhook-signature"]

    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("https://acme.example", "/"),
            ("https://acme.example/", "/"),
            ("https://acme.example?key=a%2Fb", "/?key=a%2Fb"),
            ("https://acme.example:8443/in/x/?flag&y=%20", "/in/x/?flag&y=%20"),
        ],
    )
    def test_keeps_the_address_as_it_is(self, url: str, path: str) -> None:
        assert {} == self.provider.problems({"url": url}, self.credentials)
        assert path == path_of({"url": url})
        assert url.split("/")[2].split("?")[0] == self.provider.home({"url": url}).removeprefix("https://")

    @pytest.mark.parametrize(
        "url",
        ["http://acme.example/in", "https://", "https://acme", "https://u:p@acme.example", "https://acme.example/a b",
         "https://acme.example/#x", "acme.example", "https://acme.example:x", "ftp://acme.example"],
    )  # fmt: skip
    def test_takes_no_other_address_than_one_of_https(self, url: str) -> None:
        assert {"url"} == set(self.provider.problems({"url": url}, self.credentials))

    @pytest.mark.parametrize("size", [24, 25, 26, 32, 63, 64])
    def test_takes_secrets_of_the_specified_length(self, size: int) -> None:
        secret = "whsec_" + base64.b64encode(b"\xfb" * size).decode()
        assert {} == self.provider.problems(self.settings, {"secret": secret})

    @pytest.mark.parametrize(
        "secret", ["", "whsec_", SECRET.removeprefix("whsec_"), SECRET[:-1], "whsec_" + "A" * 28, "whsec_" + "A" * 92]
    )
    def test_takes_no_other_secret(self, secret: str) -> None:
        assert {"secret"} == set(self.provider.problems(self.settings, {"secret": secret}))

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given a message that holds the job, it stands there as it is."""
        request = self.provider.build(self.submission(vacancy={"external_id": "a/b?c#d&e"}))
        assert ("/ats?team=1", "a/b?c#d&e") == (request.path, json.loads(request.raw)["vacancy"]["externalId"])

    @pytest.mark.parametrize("job", ["", " ", ".", ".."])
    def test_refuses_a_vacancy_without_job_id_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        """Given an endpoint for every system, what it calls its jobs is its own affair: nothing is refused."""
        hand_in(vacancy={"external_id": job})
        assert [job] == [taken.job_id for taken in ats.received("webhook")]

    @pytest.mark.parametrize(("provider", "needs_id"), [("webhook", False), ("afas", True)])
    def test_lets_a_dead_letter_without_job_id_be_sent_again(self, provider: str, needs_id: bool) -> None:
        config = self.config("", provider=provider)
        assert needs_id == bool(job_problem(config, message(vacancy={"external_id": ""})))
        assert "" == job_problem(config, message())

    # The CV ---------------------------------------------------------------------------------------

    def test_loses_no_cv_where_nobody_serves_it(self, base_url: str, ats: Sandbox) -> None:
        submission = replace(self.submission(base_url=base_url), resume_url="")
        with pytest.raises(OurFault) as failed:
            exchange.hand_in(self.provider, submission)
        assert "no_public_url" == failed.value.code
        assert 0 == ats.stats()["webhook"]["calls"]

    def test_repeats_no_link_that_an_answer_echoes(self) -> None:
        submission = self.submission()
        body = json.dumps({"error": f"Not fetched: {submission.resume_url}"}).encode()
        with listening(saying(ok(body, status=b"422 Unprocessable"))) as port, pytest.raises(Rejected) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "/cv/***" in failed.value.detail
        assert FILENAME not in failed.value.detail + failed.value.excerpt

    def test_says_which_cv_the_link_gives(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        hand_in()
        (taken,) = ats.received("webhook")
        assert hashlib.sha256(PDF).hexdigest() == taken.fields["resume"]["sha256"]

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "headers", "body", "reference"),
        [
            (200, {}, b"", ""),
            (200, {}, b"<html>Thanks</html>", ""),
            (200, {}, b'{"id":4711}', "4711"),
            (201, {}, b'{"id":"app_1"}', "app_1"),
            (202, {"webhook-reference": "r-1"}, b'{"id":"app_1"}', "r-1"),
            (204, {}, b"", ""),
            (200, {}, b'{"id":{"x":1}}', ""),
            (200, {}, b'["id"]', ""),
            (409, {}, b"", ""),
            (409, {}, b'{"id":"app_1"}', "app_1"),
        ],
    )
    def test_takes_any_success_and_what_is_there_already_for_delivered(
        self, status: int, headers: dict[str, str], body: bytes, reference: str
    ) -> None:
        assert reference == self.provider.judge(Response(status=status, headers=headers, body=body)).reference

    @pytest.mark.parametrize(("status", "body"), [(302, b""), (302, b"<html>Sign in</html>")])
    def test_does_not_take_just_any_answer_for_success(self, status: int, body: bytes) -> None:
        """Given that the receiver decides what it answers, the status alone counts, and a redirect is no success."""
        with pytest.raises(Unavailable):
            self.provider.judge(Response(status=status, headers={"location": "https://acme.example/login"}, body=body))

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code", "words"),
        [
            (301, b"", Unavailable, "http_301", ELSEWHERE),
            (400, b'{"error":"No candidate."}', Rejected, "rejected", "No candidate."),
            (400, b'{"error":{}}', Rejected, "rejected", ""),
            (400, b"", Rejected, "rejected", ""),
            (401, b"", Unauthorized, "unauthorized", ""),
            (402, b"", Unauthorized, "unauthorized", ""),
            (403, b'{"message":"Wrong signature"}', Unauthorized, "unauthorized", "Wrong signature"),
            (404, b"", JobClosed, "job_closed", ""),
            (408, b"", Unavailable, "http_408", ""),
            (410, b'{"error":"Closed."}', JobClosed, "job_closed", "Closed."),
            (413, b"", Rejected, "rejected", ""),
            (415, b"<html>Unsupported</html>", Rejected, "rejected", ""),
            (422, b'{"errors":["email: wrong"]}', Rejected, "rejected", "email: wrong"),
            (429, b"", RateLimited, "rate_limited", ""),
            (500, b"", Unavailable, "http_500", ""),
            (502, b"<html>Bad Gateway</html>", Unavailable, "http_502", ""),
            (503, b"", Unavailable, "http_503", ""),
            (504, b"", Unavailable, "http_504", ""),
        ],
    )
    def test_reads_every_refusal(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str, words: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code, words) == (type(failed.value), failed.value.code, failed.value.detail)

    @pytest.mark.parametrize("mode", ["down", "throttle", "drop_answer"])
    def test_hands_in_again_under_the_same_id(self, mode: str, base_url: str, ats: Sandbox) -> None:
        """Given a receiver that knows a repeat by its id, one application arrives, and its id is the receipt."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=0)
        assert 1 == len(ats.received("webhook"))
        assert f"app-{ID}" == accepted.receipt.reference

    # Testing the connection -----------------------------------------------------------------------

    def test_proves_the_account_and_the_jobs(self, base_url: str) -> None:
        """Given that no job can be asked for, only the server is proven."""
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ("A server answers at the web address.",) == report.proven
        assert () == report.problems + report.unknown_jobs

    def test_names_unknown_jobs_when_tested(self, base_url: str, ats: Sandbox) -> None:
        """Given that no job can be asked for, none is called unknown."""
        ats.register("webhook", account="", key=SECRET, jobs=["4000001"])
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ((), True) == (report.unknown_jobs, report.ok)

    def test_asks_without_anything_a_receiver_could_take_for_an_application(self) -> None:
        (probe,) = self.provider.ping(self.settings, self.credentials, ["1"])
        assert Request(method="OPTIONS", path="/ats?team=1") == probe.request

    @pytest.mark.parametrize(
        ("status", "is_there"),
        [(200, True), (204, True), (401, True), (404, True), (405, True), (301, False), (500, False), (501, False)],
    )
    def test_tells_a_server_from_a_fault(self, status: int, is_there: bool) -> None:
        with listening(saying(ok(b"", status=b"%d X" % status))) as port:
            assert is_there == check_connection(self.config(f"http://127.0.0.1:{port}")).ok
