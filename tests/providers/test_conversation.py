"""What the walk over a sequence of calls promises every adapter: nothing repeated, nothing lost, no token kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import File
from pytest_django import Settings

from ats_integration.conf import JOB_TIMEOUT
from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    ResumeMissing,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.messages import Message
from ats_integration.providers import exchange
from ats_integration.providers.base import APPLICATION, Provider, Receipt, Request, Response, Submission
from ats_integration.providers.calls import Session, get
from ats_integration.providers.config_fields import ConfigField
from ats_integration.providers.job_forms import JobForm, Question
from ats_integration.providers.steps import Lookup, OwnSessions, Progress, Step
from ats_integration.redaction import EXCERPT_CHARS
from ats_integration.resumes import OpenResume
from tests.factories import submission_of

from .tiny_servers import listening, ok, received, saying

Asked = list[str]


class Tiny(Provider):
    """An ATS whose every call is a GET of the step's name; it answers with the path it saw."""

    slug = "tiny"
    name = "Tiny"
    production_url = "https://tiny.example"
    fields = (ConfigField(name="key", label="Key", help="?", secret=True),)
    carries = frozenset()
    pause = timedelta(0)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        return (
            Step(name="found", build=self.find, read=self.heard, fresh=True),
            Step(name="note", build=lambda _s: get("/note"), read=self.heard, pause=self.pause),
            Step(name=APPLICATION, build=lambda _s: get("/application"), read=self.heard),
        )

    def find(self, submission: Submission) -> Request | None:
        return None if submission.kept.get("note") else get("/found")

    def heard(self, submission: Submission, response: Response) -> str:
        return str(self.success(response).get("path"))

    def receipt(self, submission: Submission) -> Receipt:
        return Receipt(reference=submission.kept[APPLICATION])


class Locked(Tiny):
    """The same behind a login of two calls."""

    def login(self, submission: Submission) -> tuple[Step, ...]:
        return (
            Step(name="code", build=lambda _s: get("/code"), read=self.heard),
            Step(name="token", build=lambda _s: get("/token"), read=self.heard),
        )

    def session_of(self, submission: Submission) -> Session:
        return Session(values={"token": submission.kept["token"]}, lifetime=timedelta(minutes=5))


class Garbled(Locked):
    """One whose login cannot be read."""

    def heard(self, submission: Submission, response: Response) -> str:
        raise Unavailable("That could not be read.")


class Asking(Tiny):
    """One that takes two questions to settle a doubt."""

    def lookup(self, submission: Submission) -> Lookup:
        second = Lookup(build=lambda _s: get("/second"), read=lambda _s, r: {APPLICATION: r.get("path")})
        return Lookup(build=lambda _s: get("/first"), read=lambda _s, _r: second)


class Curious(Tiny):
    """One that tells what a job asks; `refuses` is what its application call is answered with."""

    reads_form = form_is_optional = True
    refuses: DeliveryError | None = None

    def wants_form(self, message: Message) -> bool:
        return bool(message.application.answers)

    def form_request(self, submission: Submission) -> Request:
        return get("/form")

    def read_form(self, response: Response) -> JobForm:
        return JobForm(questions=(Question(id="7001", label="?"),))

    def heard(self, submission: Submission, response: Response) -> str:
        if self.refuses and response.get("path") == "/application":
            raise self.refuses
        return super().heard(submission, response)


class Found(Curious):
    """One of a single call, that knows the application already and cannot tell what the job asks."""

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        return super().steps(submission)[-1:]

    def lookup(self, submission: Submission) -> Lookup:
        return Lookup(build=lambda _s: get("/known"), read=lambda _s, r: {APPLICATION: r.get("path")})

    def read_form(self, response: Response) -> JobForm:
        raise Uncertain("That is no form.")


class Changing(Curious):
    """One whose job asks `question`, and that takes an application only by what it `wants`."""

    question = wants = Question(id="7001", label="?")
    refusal: DeliveryError = Rejected()

    def read_form(self, response: Response) -> JobForm:
        return JobForm(questions=(self.question,))

    def heard(self, submission: Submission, response: Response) -> str:
        knows = submission.job_form and submission.job_form.questions == (self.wants,)
        if response.get("path") == "/application" and not knows:
            raise self.refusal
        return super().heard(submission, response)


class Lenient(Changing):
    """One that would take an application without the answers that its job requires."""

    accepts_incomplete = True
    question = wants = Question(id="8", label="Why us?", is_required=True)


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def base_url(asked: Asked) -> Iterator[str]:
    def answer(connection: Any) -> None:
        path = received(connection).split(b" ")[1].decode()
        asked.append(path)
        connection.sendall(ok(f'{{"path":"{path}"}}'.encode()))

    with listening(answer) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def submission(base_url: str) -> Submission:
    return submission_of(Tiny(), settings={}, credentials={"key": "k-0815"}, base_url=base_url)


def test_makes_each_step_durable_but_the_last(submission: Submission) -> None:
    saved: list[Mapping[str, Any]] = []
    exchange.hand_in(Tiny(), submission, Progress(save=saved.append))
    assert [{"found": "/found"}, {"found": "/found", "note": "/note"}] == saved


def test_repeats_no_step_that_left_something(submission: Submission, asked: Asked) -> None:
    exchange.hand_in(Tiny(), submission, Progress(kept={"note": "earlier"}))
    assert ["/application"] == asked


def test_asks_a_fresh_question_again(submission: Submission, asked: Asked) -> None:
    saved: list[Mapping[str, Any]] = []
    exchange.hand_in(Tiny(), submission, Progress(kept={"found": "earlier"}, save=saved.append))
    assert "/found" == saved[0]["found"]
    assert ["/found", "/note", "/application"] == asked


def test_keeps_what_a_fresh_question_found_once_it_is_not_asked_any_more(submission: Submission) -> None:
    kept = {"found": "earlier", "note": "/note"}
    saved: list[Mapping[str, Any]] = []
    exchange.hand_in(Tiny(), submission, Progress(kept=kept, save=saved.append))
    assert [] == saved


@pytest.mark.parametrize(("kept", "waits"), [({}, True), ({"found": "x", "note": "y"}, False)])
def test_gives_the_ats_a_moment_where_a_step_needs_it(
    kept: dict[str, str], waits: bool, submission: Submission
) -> None:
    provider = Tiny()
    provider.pause = timedelta(seconds=0.3)
    began = time.monotonic()
    exchange.hand_in(provider, submission, Progress(kept=kept))
    assert waits == (time.monotonic() - began >= 0.3)


def test_looks_at_the_message_before_any_call(submission: Submission, asked: Asked) -> None:
    class Picky(Tiny):
        def check(self, message: Message) -> None:
            raise Unavailable("Not this one.")

    with pytest.raises(Unavailable):
        exchange.hand_in(Picky(), submission)
    assert [] == asked


def test_names_a_storage_that_does_not_give_the_cv_from_its_start(submission: Submission, asked: Asked) -> None:
    class Gone(BytesIO):
        def seek(self, _offset: int, _whence: int = 0) -> int:
            raise ConnectionError("/secret/path")

    assert submission.resume
    broken = replace(submission, resume=OpenResume(submission.resume.resume, File(Gone())))
    with pytest.raises(ResumeMissing, match=r"storage \(ConnectionError\)\.$"):
        exchange.hand_in(Tiny(), broken)
    assert [] == asked


class TestDoubt:
    """After an unclear answer the ATS is asked, as often as it takes."""

    def test_asks_one_question_after_the_other(self, submission: Submission, asked: Asked) -> None:
        accepted = exchange.hand_in(Asking(), submission, Progress(kept={"note": "n"}, is_doubtful=True))
        assert ["/first", "/second"] == asked
        assert (True, True) == (accepted.was_there, accepted.is_certain)
        assert "/second" == accepted.receipt.reference

    def test_asks_nothing_where_the_receipt_is_there(self, submission: Submission, asked: Asked) -> None:
        kept = {"note": "n", APPLICATION: "a-1"}
        accepted = exchange.hand_in(Asking(), submission, Progress(kept=kept, is_doubtful=True))
        assert [] == asked
        assert (False, True) == (accepted.was_there, accepted.is_certain)

    def test_is_remembered_with_the_steps_that_had_no_readable_answer(self, submission: Submission) -> None:
        class Mumbling(Tiny):
            def heard(self, submission: Submission, response: Response) -> str:
                if response.get("path") == self.mumbles:
                    raise Uncertain("That could not be read.")
                return super().heard(submission, response)

            mumbles = "/note"

        provider, kept = Mumbling(), dict[str, Any]()
        for provider.mumbles in ("/note", "/note", "/application"):
            with pytest.raises(Uncertain):
                exchange.hand_in(provider, submission, Progress(kept=kept, save=kept.update))
        assert {"found": "/found", "note": "/note", "unclear": ["application", "note"]} == kept

    def test_stays_in_doubt_where_nobody_can_be_asked(self, submission: Submission) -> None:
        assert not exchange.hand_in(Tiny(), submission, Progress(is_doubtful=True)).is_certain


class TestTime:
    """A try begins no call so late that its leases could end before the call does."""

    @pytest.fixture(autouse=True)
    def little(self, settings: Settings) -> None:
        times = {"TOTAL_TIMEOUT": timedelta(seconds=0.5), "CLAIM_LEASE": JOB_TIMEOUT}
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **times}

    def test_ends_between_two_steps_and_keeps_what_is_done(self, submission: Submission, asked: Asked) -> None:
        provider = Tiny()
        saved: list[Mapping[str, Any]] = []
        provider.pause = timedelta(seconds=0.6)
        with pytest.raises(Unavailable) as failed:
            exchange.hand_in(provider, submission, Progress(save=saved.append))
        assert ("try_timeout", ["/found"], [{"found": "/found"}]) == (failed.value.code, asked, saved)

    def test_ends_questions_that_have_no_end(self, submission: Submission, asked: Asked) -> None:
        class Endless(Tiny):
            def lookup(self, submission: Submission) -> Lookup:
                return Lookup(build=lambda _s: get("/who"), read=lambda _s, _r: self.lookup(submission))

        with pytest.raises(Unavailable) as failed:
            exchange.hand_in(Endless(), submission, Progress(is_doubtful=True))
        assert ("try_timeout", {"/who"}) == (failed.value.code, set(asked))

    def test_ends_a_login_and_keeps_no_token(self, submission: Submission, asked: Asked) -> None:
        class Slow(Locked):
            def login(self, submission: Submission) -> tuple[Step, ...]:
                return tuple(replace(step, read=self.slowly) for step in super().login(submission))

            def slowly(self, submission: Submission, response: Response) -> str:
                time.sleep(0.6)
                return self.heard(submission, response)

        saved: list[Mapping[str, Any]] = []
        with pytest.raises(Unavailable) as failed:
            exchange.hand_in(Slow(), submission, Progress(save=saved.append))
        assert ("try_timeout", ["/code"]) == (failed.value.code, asked)
        assert not any(saved)


class TestLogin:
    """A login leaves a session behind, and nothing else."""

    def test_comes_before_everything(self, submission: Submission, asked: Asked) -> None:
        exchange.hand_in(Locked(), submission)
        assert ["/code", "/token", "/found", "/note", "/application"] == asked

    def test_keeps_the_claim_alive_without_keeping_any_token(self, submission: Submission) -> None:
        saved: list[Mapping[str, Any]] = []
        exchange.hand_in(Locked(), submission, Progress(kept={"note": "n"}, save=saved.append))
        assert [{"note": "n"}] * 3 == saved[:3]
        assert "/token" not in repr(saved)

    def test_repeats_no_answer_that_could_not_be_read(self, submission: Submission) -> None:
        with pytest.raises(DeliveryError) as failed:
            exchange.hand_in(Garbled(), submission)
        assert ("", "That could not be read.") == (failed.value.excerpt, failed.value.detail)

    def test_is_made_for_a_test_of_the_connection_too(self, submission: Submission) -> None:
        assert {"token": "/token"} == exchange.logged_in(Locked(), submission).session
        assert {} == exchange.logged_in(Tiny(), submission).session

    def test_forgets_the_session_that_is_over_before_it_makes_a_new_one(self, submission: Submission) -> None:
        seen: list[Mapping[str, Any]] = []

        class Watched(Locked):
            def is_logged_out(self, response: Response) -> bool:
                return response.get("path") in ("/code", "/found") and not seen

            def session_of(self, submission: Submission) -> Session:
                seen.append(submission.session)
                return super().session_of(submission)

        exchange.hand_in(Watched(), replace(submission, session={"token": "old"}))
        assert [{}] == seen


class TestForm:
    """What a job asks is read where the message needs it, and remembered until something speaks against it."""

    def test_is_read_once_for_many_applications(self, submission: Submission, asked: Asked) -> None:
        for _ in range(3):
            exchange.hand_in(Curious(), submission)
        assert 1 == asked.count("/form")

    def test_is_read_anew_for_another_job(self, submission: Submission, asked: Asked) -> None:
        other = submission.message.vacancy.model_copy(update={"external_id": "2"})
        exchange.hand_in(Curious(), submission)
        exchange.hand_in(Curious(), replace(submission, message=submission.message.but(vacancy=other)))
        assert 2 == asked.count("/form")

    @pytest.mark.parametrize(
        ("refusal", "is_forgotten"),
        [
            (JobClosed(), True),
            (Unauthorized(), True),
            (Rejected(), True),
            (RateLimited(), False),
            (Unavailable(), False),
            (Uncertain(), False),
        ],
    )
    def test_is_forgotten_where_the_job_may_have_changed(
        self, refusal: DeliveryError, is_forgotten: bool, submission: Submission, asked: Asked
    ) -> None:
        provider = Curious()
        provider.refuses = refusal
        for _ in range(2):
            with pytest.raises(DeliveryError):
                exchange.hand_in(provider, submission)
        assert (2 if is_forgotten else 1) == asked.count("/form")

    def test_is_told_masked_and_in_short_where_the_application_lacks_something(self, submission: Submission) -> None:
        email = submission.message.candidate.email

        class Demanding(Curious):
            accepts_incomplete = True

            def read_form(self, response: Response) -> JobForm:
                label = f"Is {email} yours, k-0815? " + "L" * 500_000
                return JobForm(questions=(Question(id="7002", label=label, is_required=True),))

        with pytest.raises(Rejected, match=r"Is \*\*\* yours, \*\*\*\?") as failed:
            exchange.hand_in(Demanding(), submission)
        assert ("answers_missing", True) == (failed.value.code, len(failed.value.detail) <= EXCERPT_CHARS)

    def test_is_not_read_for_a_message_that_needs_none_of_it(self, submission: Submission, asked: Asked) -> None:
        silent = submission.message.application.model_copy(update={"answers": ()})
        exchange.hand_in(Curious(), replace(submission, message=submission.message.but(application=silent)))
        assert "/form" not in asked

    def test_is_not_read_where_the_application_turned_out_to_be_there(self, submission: Submission) -> None:
        accepted = exchange.hand_in(Found(), submission, Progress(is_doubtful=True))
        assert ("/known", True) == (accepted.receipt.reference, accepted.was_there)

    def test_is_read_where_steps_are_left(self, submission: Submission, asked: Asked) -> None:
        exchange.hand_in(Curious(), submission, Progress(kept={APPLICATION: "a-1"}))
        assert ["/form", "/found", "/note"] == asked

    def test_keeps_the_claim_alive_for_the_calls_that_follow(self, submission: Submission) -> None:
        saved: list[Mapping[str, Any]] = []
        exchange.hand_in(Curious(), submission, Progress(kept={"note": "n"}, save=saved.append))
        assert {"note": "n"} == saved[0]

    def test_of_a_job_that_is_gone_is_a_closed_job_to_who_only_looks(self) -> None:
        gone = ok(b'{"error":"Nobody here: sanne.devries@example.org"}', status=b"404 Not Found")
        with listening(saying(gone)) as port:
            there = f"http://127.0.0.1:{port}"
            looking = submission_of(Curious(), settings={}, credentials={"key": "k-0815"}, base_url=there)
            with pytest.raises(JobClosed, match=r"Nobody here: \*\*\*"):
                exchange.look_at_job(Curious(), looking, OwnSessions())


class TestFormOutOfDate:
    """A remembered form costs nobody an application: it is read again before anything is final."""

    NEW = Question(id="7002", label="?")

    def remembered(self, provider: Changing, submission: Submission, asked: Asked) -> Changing:
        """Let the form of a job be remembered, and the job ask something else since."""
        exchange.hand_in(provider, submission)
        asked.clear()
        provider.question = self.NEW
        return provider

    def test_is_read_again_after_a_refusal_and_the_application_delivered(
        self, submission: Submission, asked: Asked
    ) -> None:
        provider = self.remembered(Changing(), submission, asked)
        provider.wants = self.NEW
        assert "/application" == exchange.hand_in(provider, submission).receipt.reference
        assert ["/found", "/note", "/application", "/form", "/application"] == asked

    def test_is_used_by_who_comes_next(self, submission: Submission, asked: Asked) -> None:
        provider = self.remembered(Changing(), submission, asked)
        provider.wants = self.NEW
        exchange.hand_in(provider, submission)
        exchange.hand_in(provider, submission)
        assert 1 == asked.count("/form")

    def test_is_read_again_once_only(self, submission: Submission, asked: Asked) -> None:
        provider = self.remembered(Changing(), submission, asked)
        provider.wants = Question(id="7003", label="?")
        with pytest.raises(Rejected):
            exchange.hand_in(provider, submission)
        assert (1, 2) == (asked.count("/form"), asked.count("/application"))

    def test_sends_nothing_again_where_the_job_asks_what_it_asked(self, submission: Submission, asked: Asked) -> None:
        provider = self.remembered(Changing(), submission, asked)
        provider.question, provider.wants = provider.wants, self.NEW
        with pytest.raises(Rejected):
            exchange.hand_in(provider, submission)
        assert (1, 1) == (asked.count("/form"), asked.count("/application"))

    @pytest.mark.parametrize("refusal", [JobClosed(), Unauthorized()])
    def test_is_left_to_the_next_try_where_there_is_one(
        self, refusal: DeliveryError, submission: Submission, asked: Asked
    ) -> None:
        provider = self.remembered(Changing(), submission, asked)
        provider.wants, provider.refusal = self.NEW, refusal
        with pytest.raises(type(refusal)):
            exchange.hand_in(provider, submission)
        assert "/form" not in asked
        exchange.hand_in(provider, submission)
        assert 1 == asked.count("/form")

    def test_tries_again_where_the_form_cannot_be_read_just_then(self, submission: Submission, asked: Asked) -> None:
        """Given a refusal that a new form might have mended, it is not final."""

        class Away(Changing):
            def read_form(self, response: Response) -> JobForm:
                if self.question is TestFormOutOfDate.NEW:
                    raise Uncertain("That is no form.")
                return super().read_form(response)

        provider = self.remembered(Away(), submission, asked)
        provider.wants = self.NEW
        with pytest.raises(Unavailable, match=r"That is no form\."):
            exchange.hand_in(provider, submission)

    def test_is_read_again_before_an_application_is_called_incomplete(
        self, submission: Submission, asked: Asked
    ) -> None:
        """Given that the customer made a question optional, or took it away, the next application goes."""
        provider = Lenient()
        with pytest.raises(Rejected, match=r"Why us\?"):
            exchange.hand_in(provider, submission)
        provider.question = provider.wants = self.NEW
        assert "/application" == exchange.hand_in(provider, submission).receipt.reference
        assert 2 == asked.count("/form")

    def test_is_read_once_for_an_application_that_really_is_incomplete(
        self, submission: Submission, asked: Asked
    ) -> None:
        for times in (1, 2):
            with pytest.raises(Rejected) as refused:
                exchange.hand_in(Lenient(), submission)
            assert ("answers_missing", ["/form"] * times) == (refused.value.code, asked)
