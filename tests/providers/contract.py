"""What every adapter promises. Each one's test class inherits these claims and adds its own."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pytest_django import Settings

from ats_integration.connection_check import ConnectionReport, check_connection
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
from ats_integration.messages import decode, encode
from ats_integration.models import ATSConfig
from ats_integration.providers import exchange, transport
from ats_integration.providers.base import APPLICATION, PARTS, Provider, Request, Response, Submission, present
from ats_integration.providers.calls import Session
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.fitting import misfit
from ats_integration.providers.steps import OwnSessions, Progress
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from ats_integration.sandbox.vendors import VENDORS
from tests.factories import FILENAME, PDF, bare_message, message, submission_of
from tests.providers.interrupted import handed_in_twice
from tests.providers.tiny_servers import listening, ok, received, saying

DOCS = Path(__file__).parents[2] / "docs" / "providers"
EMAIL = "sanne.devries@example.org"
#: What takes one part out of a message.
WITHOUT: dict[str, dict[str, Any]] = {
    "resume": {"resume": None},
    "cover_letter": {"application": {"cover_letter": ""}},
    "phone": {"candidate": {"phone": ""}},
    "address": {"candidate": {"address": {}}},
    "linkedin_url": {"candidate": {"linkedin_url": ""}},
    "website_url": {"candidate": {"website_url": ""}},
    "answers": {"application": {"answers": []}},
    "consent": {"application": {"consent": {"marketing": True}}},
    "marketing_consent": {"application": {"consent": {"processing": True, "retention": True}}},
    "source": {"application": {"source": ""}},
}
#: The message with the part, where it is not the full one: some ATSs take the town of an address only.
WITH: dict[str, dict[str, Any]] = {
    "address": {"candidate": {"address": {"street": "Dorpsstraat 1", "postal_code": "1234 AB"}}},
    "consent": {"application": {"consent": {"processing": True, "retention": True, "marketing": True}}},
    "marketing_consent": {"application": {"consent": {"processing": True, "retention": True, "marketing": True}}},
    "source": {"application": {"source": "Vakblad"}},
}
#: What differs between two calls about the same: names that somebody made up for them, and signed links.
MADE_UP = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|/cv/[^/]+/")
#: Bodies that say nothing, whatever status comes with them.
SAYING_NOTHING = (b"", b"{}", b"[]", b"null", b"OK", b"<html>Welcome</html>", b'{"candidate":', b"\xff\xfe\x00")


class OneSession(OwnSessions):
    """A session that is opened once."""

    values: Mapping[str, Any] | None = None

    def get(self, login: Callable[[], Session], *, over: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        self.values = self.values or super().get(login, over=over)
        return self.values


class ProviderContract:
    """Inherit, and set the attributes."""

    provider: ClassVar[Provider]
    settings: ClassVar[dict[str, Any]]
    credentials: ClassVar[dict[str, str]]
    #: The call of the fact file for `settings` and the job 4000001.
    production_address: ClassVar[str]
    #: A status and a body that mean success, and the receipt's reference.
    accepted: ClassVar[tuple[int, bytes, str]]
    #: Which parts of a full message the ATS is not told.
    dropped: ClassVar[tuple[str, ...]]
    #: Whether the ATS refuses an application without a CV.
    needs_resume: ClassVar[bool] = False
    #: Whether the ATS's job ids are numbers.
    numbers_jobs: ClassVar[bool] = False
    #: The customer as the stand-in calls it, where none of the usual names will do.
    account: ClassVar[str] = ""
    #: How many calls come before the first one that leaves us uncertain where its answer is lost.
    calls_before: ClassVar[int] = 0
    #: What makes a full message one that takes the most calls, where it is not that already.
    heaviest: ClassVar[dict[str, Any]] = {}
    #: Whether the ATS can be asked for an application itself, not only for who has its address.
    finds_applications: ClassVar[bool] = True
    #: How the harmless calls of a connection test are made.
    asks_by: ClassVar[str] = "GET"
    #: Every status that means no.
    refusing: ClassVar[Sequence[int]] = range(300, 600)

    @pytest.fixture(autouse=True)
    def known_job(self, ats: Sandbox, base_url: str, forgotten_forms: None) -> None:
        """Let the job's questions be known already, where the adapter asks for them."""
        if self.provider.reads_form or self.provider.accepts_incomplete:
            exchange.look_at_job(self.provider, self.submission(base_url=base_url), OwnSessions())
            ats.reset()

    @pytest.fixture
    def base_url(self, ats: Sandbox) -> str:
        return ats.url(self.provider.slug)

    @pytest.fixture
    def hand_in(self, base_url: str) -> Callable[..., Accepted]:
        return lambda **changes: exchange.hand_in(self.provider, self.submission(base_url=base_url, **changes))

    def test_a_delivery_weighs_as_many_calls_as_it_makes(self, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The login aside: all deliveries of a connection share one."""
        session, calls, call = OneSession(), Counter[str](), transport.call

        def counted(base: str, request: Request) -> Response:
            calls[email] += 1
            return call(base, request)

        monkeypatch.setattr(transport, "call", counted)
        for email in ("first@example.org", "second@example.org"):
            one = self.submission(base_url=base_url, candidate={"email": email}, **self.heaviest)
            exchange.hand_in(self.provider, one, Progress(sessions=session))
        assert self.provider.calls_per_delivery == calls["second@example.org"]

    @pytest.fixture
    def arrived(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> Callable[..., Reception]:
        def arrived(**changes: Any) -> Reception:
            hand_in(**changes)
            (reception,) = ats.received(self.provider.slug)
            return reception

        return arrived

    def submission(self, **changes: Any) -> Submission:
        values = {"settings": self.settings, "credentials": self.credentials, **changes}
        return submission_of(self.provider, **values)

    def application_call(self, submission: Submission) -> Request:
        """Return the call that hands the application in, whichever of the steps it is."""
        step = next(step for step in self.provider.steps(submission) if step.name == APPLICATION)
        request = step.build(submission)
        assert request is not None
        return request

    def told(self, hand_in: Callable[..., Accepted], ats: Sandbox, **changes: Any) -> str:
        """Return what an ATS that knows nobody yet is told of an application."""
        ats.reset()
        hand_in(**changes)
        (reception,) = ats.received(self.provider.slug)
        return MADE_UP.sub("…", repr(replace(reception, id="", at="")))

    def config(self, base_url: str, **changes: Any) -> ATSConfig:
        values = {"provider": self.provider.slug, "settings": self.settings, "credentials": self.credentials}
        return ATSConfig(**{**values, "base_url": base_url, **changes})

    # Declaration ----------------------------------------------------------------------------------

    def test_says_where_each_field_is_found(self) -> None:
        assert [] == [field.name for field in self.provider.fields if not (field.label and field.help)]

    def test_has_a_secret(self) -> None:
        assert any(field.secret for field in self.provider.fields)

    def test_carries_known_parts_only(self) -> None:
        assert set(PARTS) >= self.provider.carries

    def test_has_a_page_and_a_stand_in(self) -> None:
        page = (DOCS / f"{self.provider.slug}.md").read_text()
        assert self.provider.slug in VENDORS
        assert [] == [field.label for field in self.provider.fields if field.label not in page]

    def test_takes_its_own_example_values(self) -> None:
        assert {} == self.provider.problems(self.settings, self.credentials)

    def test_asks_for_every_required_field(self) -> None:
        required = {field.name for field in self.provider.fields if field.required and not field.default}
        assert required == set(self.provider.problems({}, {}))

    def test_refuses_values_that_would_change_the_address(self) -> None:
        for evil in ("a/b", "a?b", "a#b", "..", "evil.example/", "a b", "a@b"):
            plain = {field.name: evil for field in self.provider.fields if not field.secret and field.required}
            assert set(plain) <= set(self.provider.problems(plain, self.credentials)), evil

    def test_refuses_a_secret_that_no_header_can_carry(self) -> None:
        for broken in ("key\n", " key", "k\u00e9y", "k\u20acy", "k\x00y"):
            secret = dict.fromkeys(self.credentials, broken)
            assert set(secret) == set(self.provider.problems(self.settings, secret))

    def test_declares_limits_that_can_be_kept(self) -> None:
        rate, limit = self.provider.rate, self.provider.resume_limit
        assert rate is None or (rate.calls > 0 and rate.per > timedelta(0))
        assert limit is None or limit > 0
        assert {kind.lower().strip(". ") for kind in self.provider.resume_types} == self.provider.resume_types

    def test_keeps_secrets_on_the_way(self) -> None:
        """Given a vendor that documents no host, the customer's own address is held to https by the transport."""
        assert self.production_address.startswith(("https://", "/"))

    # Building -------------------------------------------------------------------------------------

    def test_calls_the_documented_address(self) -> None:
        submission = self.submission()
        request = self.application_call(submission)
        assert self.production_address == self.provider.home(submission.settings) + request.path
        assert "POST" == request.method

    def test_builds_the_same_twice_and_leaves_the_cv_alone(self) -> None:
        submission = self.submission()
        assert self.application_call(submission) == self.application_call(submission)
        assert submission.resume is not None
        assert 0 == submission.resume.stream.tell()

    def test_builds_the_same_of_a_message_that_travelled(self) -> None:
        submission = self.submission()
        travelled = replace(submission, message=decode(encode(submission.message)))
        assert self.application_call(submission) == self.application_call(travelled)

    def test_keeps_a_strange_job_id_inside_its_step_of_the_path(self) -> None:
        """Given an ATS that numbers its jobs, such an id never gets into a call."""
        strange = self.submission(vacancy={"external_id": "a/b?c#d&e"})
        if self.numbers_jobs:
            with pytest.raises(Rejected) as refused:
                self.application_call(strange)
            assert "job_id_invalid" == refused.value.code
        else:
            assert "a%2Fb%3Fc%23d%26e" in self.application_call(strange).path

    @pytest.mark.parametrize("job", ["", " ", ".", ".."])
    def test_refuses_a_vacancy_without_job_id_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(vacancy={"external_id": job})
        assert "job_id_missing" == refused.value.code
        assert 0 == ats.stats()[self.provider.slug]["calls"]

    def test_refuses_an_incomplete_connection_before_any_call(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(OurFault) as refused:
            hand_in(credentials={})
        assert "config_incomplete" == refused.value.code
        assert 0 == ats.stats()[self.provider.slug]["calls"]

    def test_shows_no_secret_and_no_candidate_when_printed(self) -> None:
        shown = repr(self.application_call(self.submission()))
        assert [] == [secret for secret in (*self.credentials.values(), EMAIL) if secret in shown]

    # Delivering -----------------------------------------------------------------------------------

    def test_delivers_the_person_and_the_job(self, arrived: Callable[..., Reception]) -> None:
        reception = arrived()
        assert ("Sanne de Vries", EMAIL, "+31612345678") == (reception.name, reception.email, reception.phone)
        assert "4000001" == reception.job_id

    def test_delivers_the_cv_byte_by_byte(self, arrived: Callable[..., Reception]) -> None:
        resume = arrived().resume
        assert resume is not None
        assert hashlib.sha256(PDF).hexdigest() == resume.sha256
        assert (FILENAME, "application/pdf", len(PDF)) == (resume.filename, resume.content_type, resume.size)

    def test_delivers_or_names_every_part(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        """Given a message with everything, each part is either at the ATS or in `dropped`."""
        dropped = hand_in().receipt.dropped
        (reception,) = ats.received(self.provider.slug)
        full, arrived = message(), json.dumps([*reception.fields.values()], ensure_ascii=False)
        texts = {
            "cover_letter": json.dumps(full.application.cover_letter, ensure_ascii=False)[1:-1],
            "phone": full.candidate.phone,
            "address": full.candidate.address.street,
            "linkedin_url": full.candidate.linkedin_url,
            "website_url": full.candidate.website_url,
            "source": full.application.source,
        }
        for part, text in texts.items():
            assert (part in dropped) != (text in arrived), part

    @pytest.mark.parametrize("part", PARTS)
    def test_tells_the_ats_each_part_that_is_not_dropped_and_no_other(
        self, part: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        """Given the same message without a part, something else arrives, or nothing of that part ever did."""
        if part == "resume" and self.needs_resume:
            assert part not in self.dropped
            return
        whole = self.told(hand_in, ats, **WITH.get(part, {}))
        assert (part in self.dropped) == (whole == self.told(hand_in, ats, **WITHOUT[part]))

    def test_names_what_was_dropped(self, hand_in: Callable[..., Accepted]) -> None:
        assert self.dropped == hand_in().receipt.dropped
        assert set(PARTS) == present(message())

    def test_drops_nothing_of_a_bare_message(self) -> None:
        assert () == self.provider.lost(replace(self.submission(), message=bare_message()))

    def test_reads_the_reference(self, hand_in: Callable[..., Accepted]) -> None:
        status, body, reference = self.accepted
        assert reference == self.provider.judge(Response(status=status, body=body)).reference
        assert status == hand_in().status

    def test_delivers_a_bare_application_where_the_ats_takes_one(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        if self.needs_resume:
            with pytest.raises(Rejected):
                hand_in(**bare)
            bare.pop("resume")
        assert () == hand_in(**bare).receipt.dropped
        assert 1 == len(ats.received(self.provider.slug))

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("Zoë", "van der Bérg-Łuczak"),
            ("François", "'t Hooft"),
            ("李", "小龍"),
            ("Noor", "d\u2019Angelo"),
            ("Anne-Marie", "van den Heuvel-Jansen"),
            ('Jan "Piet" & Co', "<de Boer>"),
        ],
    )
    def test_delivers_names_as_they_are(self, first: str, last: str, arrived: Callable[..., Reception]) -> None:
        assert f"{first} {last}" == arrived(candidate={"first_name": first, "last_name": last}).name

    @pytest.mark.parametrize(("first", "last"), [("Sukarno", ""), ("Sukarno", " "), ("", "Sukarno")])
    def test_delivers_somebody_with_one_name(self, first: str, last: str, arrived: Callable[..., Reception]) -> None:
        assert {"Sukarno"} == {*arrived(candidate={"first_name": first, "last_name": last}).name.split()} - {"-"}

    @pytest.mark.parametrize(
        "phone", ["+31612345678", "06 12345678", "06-12 34 56 78", "+31 (0)6 12345678", "0031612345678"]
    )
    def test_delivers_a_phone_number_as_it_was_given(self, phone: str, arrived: Callable[..., Reception]) -> None:
        """Given an ATS with a short field, at most the blanks are missing."""
        assert phone.replace(" ", "") == arrived(candidate={"phone": phone}).phone.replace(" ", "")

    @pytest.mark.parametrize("phone", ["+31612345678", "06 12345678", "0318-123456", "+31 (0)6 1234 5678"])
    def test_delivers_phone_numbers_of_every_form(self, phone: str, arrived: Callable[..., Reception]) -> None:
        """Given a number as it was typed, every sign of it arrives; only blanks may go."""
        assert phone.replace(" ", "") == arrived(candidate={"phone": phone}).phone.replace(" ", "")

    @pytest.mark.parametrize(
        ("given", "arriving"),
        [
            ('Mijn "CV" 😀 ñ.pdf', "Mijn 'CV' 😀 ñ.pdf"),
            ("cv\r\nX-Evil: 1.pdf", "cvX-Evil: 1.pdf"),
            ("../../etc/cv.pdf", "cv.pdf"),
            ("履歴書.pdf", "履歴書.pdf"),
            ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        ],
    )
    def test_delivers_file_names_in_a_safe_form(
        self, given: str, arriving: str, arrived: Callable[..., Reception]
    ) -> None:
        resume = arrived(resume={"filename": given}).resume
        assert resume is not None
        assert arriving == resume.filename

    def test_delivers_a_very_long_cover_letter(self, arrived: Callable[..., Reception]) -> None:
        letter = "Ik ben gemotiveerd. ✨\n" * 5_000
        assert letter.strip() in arrived(application={"cover_letter": letter}).cover_letter

    def test_delivers_a_cv_of_25_megabytes_or_refuses_it_before_any_call(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        content = bytes(range(256)) * 100_000
        if self.provider.resume_limit and self.provider.resume_limit < len(content):
            with pytest.raises(Rejected) as refused:
                hand_in(content=content)
            assert "resume_too_large" == refused.value.code
            assert 0 == ats.stats()[self.provider.slug]["calls"]
            return
        hand_in(content=content)
        (reception,) = ats.received(self.provider.slug)
        assert reception.resume is not None
        assert hashlib.sha256(content).hexdigest() == reception.resume.sha256

    def test_refuses_an_empty_cv_before_any_call(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(content=b"")
        assert "resume_empty" == refused.value.code
        assert 0 == ats.stats()[self.provider.slug]["calls"]

    def test_refuses_a_kind_of_cv_that_is_not_taken_before_any_call(
        self, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        """Given an ATS that documents no kinds, it is left to the ATS."""
        resume = self.submission(resume={"filename": "cv.exe"}).resume
        assert resume is not None
        assert bool(self.provider.resume_types) == (misfit(self.provider, resume) is not None)
        if self.provider.resume_types:
            with pytest.raises(Rejected) as refused:
                hand_in(resume={"filename": "cv.exe"})
            assert "resume_type" == refused.value.code
            assert 0 == ats.stats()[self.provider.slug]["calls"]

    # Failing --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("mode", "failure", "code"),
        [
            ("refuse_key", Unauthorized, "unauthorized"),
            ("closed", JobClosed, "job_closed"),
            ("reject", Rejected, "rejected"),
            ("down", Unavailable, "http_503"),
            ("throttle", RateLimited, "rate_limited"),
            ("drop_answer", Uncertain, "connection_lost"),
        ],
    )
    def test_names_what_went_wrong(
        self, mode: str, failure: type[DeliveryError], code: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave(self.provider.slug, mode, after=self.calls_before if failure is Uncertain else 0)
        with pytest.raises(failure) as failed:
            hand_in()
        assert (failure, code) == (type(failed.value), failed.value.code)

    def test_is_uncertain_when_no_answer_comes(
        self, hurry: None, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        ats.behave(self.provider.slug, "blackhole", after=self.calls_before)
        with pytest.raises(Uncertain) as failed:
            hand_in()
        assert "read_timeout" == failed.value.code

    def test_hears_how_long_to_wait(self, hand_in: Callable[..., Accepted], ats: Sandbox) -> None:
        ats.behave(self.provider.slug, "throttle", retry_after=17)
        with pytest.raises(RateLimited) as failed:
            hand_in()
        assert failed.value.retry_after is not None
        assert 17 == failed.value.retry_after.total_seconds()

    @pytest.mark.parametrize("status", [200, 202, 204])
    @pytest.mark.parametrize("body", SAYING_NOTHING)
    def test_does_not_take_just_any_answer_for_success(self, status: int, body: bytes) -> None:
        with pytest.raises(Uncertain):
            self.provider.judge(Response(status=status, body=body))

    @pytest.mark.parametrize("body", [b"", b"OK", b"<html>Welcome</html>", b"{}"])
    def test_takes_no_page_for_a_job(self, body: bytes, base_url: str) -> None:
        """Given something that answers and is not the ATS, no job counts as open, nor as closed."""
        asking = exchange.logged_in(self.provider, self.submission(base_url=base_url))
        asked = [probe for probe in self.provider.probes(asking, ["4000001"]) if probe.job_id]
        for probe in [probe for probe in asked if probe.read or body != b"{}"]:
            read = probe.read or partial(exchange.require_api, self.provider)
            with pytest.raises((Uncertain, Unavailable)):
                read(Response(status=200, body=body))

    def test_hands_in_once_where_the_ats_can_be_asked(self, base_url: str, ats: Sandbox) -> None:
        """Given a lost answer, the second try finds the first; where nobody can be asked, it says so."""
        submission = self.submission(base_url=base_url)
        accepted = handed_in_twice(self.provider, submission, ats, "drop_answer", self.calls_before)
        asks = type(self.provider).lookup is not Provider.lookup and self.finds_applications
        if accepted.is_certain:
            assert 1 == len(ats.received(self.provider.slug))
        assert (asks or self.provider.is_idempotent) == accepted.is_certain

    def test_sends_nothing_where_nobody_listens(self) -> None:
        with listening(saying(b"")) as port:
            pass
        with pytest.raises(Unavailable) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert "connection_refused" == failed.value.code

    def test_follows_no_redirect(self) -> None:
        calls: list[bytes] = []

        def elsewhere(connection: socket.socket) -> None:
            calls.append(received(connection))
            connection.sendall(ok(b"", b"Location: /elsewhere", status=b"302 Found"))

        with listening(elsewhere) as port, pytest.raises(DeliveryError) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        assert (1, False) == (len(calls), isinstance(failed.value, Uncertain))

    def test_has_one_failure_for_every_status(self) -> None:
        failures = {status: self.failure_at(status) for status in self.refusing}
        assert [*self.refusing] == [status for status, found in failures.items() if found.status in (status, None)]

    def failure_at(self, status: int) -> DeliveryError:
        """Return the failure that an answer with this status and an empty object means."""
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=b"{}"))
        return failed.value

    @pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error":' * 100_000, b"9" * 10_000, b"\xff\xfe\x00"])
    def test_survives_a_hostile_body(self, body: bytes) -> None:
        with pytest.raises(DeliveryError):
            self.provider.judge(Response(status=422, body=body))

    # Keeping secrets ------------------------------------------------------------------------------

    def test_repeats_no_secret_and_no_candidate_that_an_answer_echoes(self) -> None:
        secret = next(iter(self.credentials.values()))
        body = json.dumps({"error": f"{secret} {EMAIL} Sanne +31612345678"}).encode()
        with listening(saying(ok(body, status=b"422 Unprocessable"))) as port, pytest.raises(DeliveryError) as failed:
            exchange.hand_in(self.provider, self.submission(base_url=f"http://127.0.0.1:{port}"))
        told = f"{failed.value} {failed.value.detail} {failed.value.excerpt}"
        assert [] == [word for word in (secret, EMAIL, "Sanne", "+31612345678") if word in told]

    def test_logs_no_secret_and_no_candidate(
        self, hand_in: Callable[..., Accepted], ats: Sandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            hand_in()
            ats.behave(self.provider.slug, "drop_answer", after=self.calls_before)
            with pytest.raises(Uncertain):
                hand_in()
        logged = caplog.text + repr([record.__dict__ for record in caplog.records])
        assert "call.answered" in logged
        assert [] == [word for word in (*self.credentials.values(), EMAIL, "Sanne", FILENAME) if word in logged]

    # Testing the connection -----------------------------------------------------------------------

    def test_proves_the_account_and_the_jobs(self, base_url: str) -> None:
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert report.ok
        assert 3 == len(report.proven)
        assert () == report.problems + report.unknown_jobs

    def test_says_what_it_cannot_prove(self, base_url: str) -> None:
        assert self.provider.unproven == check_connection(self.config(base_url)).unproven

    def test_names_unknown_jobs_when_tested(self, base_url: str, ats: Sandbox) -> None:
        key = next(iter(self.credentials.values()))
        for account in ("acmebv", "acme", self.account):
            ats.register(self.provider.slug, account=account, key=key, jobs=["4000001"])
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ("4000002",) == report.unknown_jobs
        assert report.ok

    def test_tests_with_harmless_calls_only(self, base_url: str, ats: Sandbox) -> None:
        probes = self.provider.probes(self.submission(), ["1"])
        assert {self.asks_by} == {probe.request.method for probe in probes}
        check_connection(self.config(base_url), ["1"])
        assert [] == ats.received()

    @pytest.mark.parametrize("mode", ["down", "throttle", "reset", "blackhole", "drop_answer"])
    def test_reports_an_ats_that_does_not_work(self, mode: str, hurry: None, base_url: str, ats: Sandbox) -> None:
        ats.behave(self.provider.slug, mode)
        report = check_connection(self.config(base_url), ["4000001"])
        assert not report.ok
        assert 1 == len(report.problems)
        assert report.problems[0].startswith(self.provider.name)

    def test_repeats_no_secret_when_tested(self) -> None:
        secrets = [*self.credentials.values()]
        body = json.dumps({"error": " ".join(secrets), "message": " ".join(secrets)}).encode()
        with listening(saying(ok(body, status=b"400 Bad Request"))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"), ["4000001"])
        assert [] == [secret for secret in secrets if secret in repr(report)]

    def test_reports_credentials_that_cannot_be_opened(self, base_url: str, settings: Settings) -> None:
        config = self.config(base_url)
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": ["another-key-0123456789abcdef"]}
        config.credentials = type(config.credentials)(config.credentials.token)
        report = check_connection(config)
        assert ConnectionReport(problems=report.problems) == report
        assert "None of the configured keys opens these credentials." == report.problems[0]
