"""Between adapter and transport: what a failure is told, what a success carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine

from ats_integration.errors import DeliveryError, JobClosed, OurFault, Rejected
from ats_integration.providers import answers, exchange
from ats_integration.providers.answers import retry_after
from ats_integration.providers.base import ConfigField, Provider, Receipt, Request, Response, Submission
from tests.factories import submission_of

from .tiny_servers import listening, ok, saying

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Tiny(Provider):
    """An adapter with its own idea of what was lost."""

    slug, name, production_url = "tiny", "Tiny", "https://{account}.tiny.example"
    fields = (
        ConfigField(name="account", label="Account"),
        ConfigField(name="api_key", label="API key", secret=True),
        ConfigField(name="place", label="Place", default="eu", choices=(("eu", "EU"), ("us", "US"))),
    )
    carries = frozenset({"resume", "answers"})

    def build(self, submission: Submission) -> Request:
        return Request(method="POST", path="/apply", json={"name": submission.message.candidate.full_name})

    def read(self, response: Response) -> Receipt:
        return Receipt(reference="r1", dropped=("photo",))


def tiny(base_url: str, **changes: str) -> Submission:
    settings, credentials = {"account": "acme"} | changes, {"api_key": "k-123456"}
    return submission_of(Tiny(), settings=settings, credentials=credentials, base_url=base_url)


class TestSuccess:
    """A receipt names everything that the ATS could not be told."""

    def test_joins_what_declaration_and_answer_say(self) -> None:
        with listening(saying(ok(b'{"for":"sanne.devries@example.org"}'))) as port:
            accepted = exchange.hand_in(Tiny(), tiny(f"http://127.0.0.1:{port}"))
        lost = ("cover_letter", "phone", "address", "linkedin_url", "website_url", "consent", "marketing_consent")
        assert (*lost, "source", "photo") == accepted.receipt.dropped
        assert ("r1", 200, '{"for":"***"}') == (accepted.receipt.reference, accepted.status, accepted.excerpt)


class TestFailure:
    """A failure carries status, wait and a masked piece of the answer."""

    def test_is_dressed(self) -> None:
        answer = ok(b'{"error":"k-123456 Sanne"}', b"Retry-After: 9", status=b"404 Not Found")
        with listening(saying(answer)) as port, pytest.raises(JobClosed) as failed:
            exchange.hand_in(Tiny(), tiny(f"http://127.0.0.1:{port}"))
        error = failed.value
        assert (404, timedelta(seconds=9)) == (error.status, error.retry_after)
        assert ("*** ***", '{"error":"*** ***"}') == (error.detail, error.excerpt)
        assert "*** ***" == str(error)
        assert error.__cause__ is None

    def test_names_wrong_values_and_not_what_they_are(self) -> None:
        with pytest.raises(DeliveryError) as failed:
            exchange.hand_in(Tiny(), tiny("", place="moon"))
        assert "config_incomplete" == failed.value.code
        assert "place" in failed.value.detail
        assert "moon" not in failed.value.detail

    def test_keeps_the_wait_that_an_adapter_found(self) -> None:
        error = Rejected(retry_after=timedelta(seconds=3))
        answer = Response(status=422, headers={"retry-after": "9"})
        assert timedelta(seconds=3) == answers.dressed(error, answer, lambda text: text).retry_after  # type: ignore[arg-type]


class TestAddress:
    """The connection's own base address goes before the vendor's."""

    def test_is_the_vendors_by_default(self) -> None:
        assert "https://acme.tiny.example" == exchange.address(Tiny(), "", {"account": "acme"})

    def test_is_the_connections_own_where_given(self) -> None:
        assert "https://x.example" == exchange.address(Tiny(), "https://x.example", {"account": "acme"})

    def test_is_unknown_without_the_settings(self) -> None:
        with pytest.raises(OurFault) as failed:
            exchange.address(Tiny(), "", {})
        assert "config_incomplete" == failed.value.code


class TestRetryAfter:
    """`Retry-After` is read in both of its forms, and never trusted beyond a day."""

    @pytest.mark.parametrize(
        ("value", "wait"),
        [
            ("0", timedelta(0)),
            ("17", timedelta(seconds=17)),
            (" 17 ", timedelta(seconds=17)),
            ("999999999", timedelta(days=1)),
            ("9" * 5000, None),
            ("-5", None),
            ("1.5", None),
            ("²", None),
            ("soon", None),
            ("", None),
            ("Mon, 01 Jan 99999 00:00:00 GMT", None),
            (format_datetime(NOW + timedelta(minutes=2), usegmt=True), timedelta(minutes=2)),
            (format_datetime(NOW - timedelta(minutes=2), usegmt=True), timedelta(0)),
            (format_datetime(NOW + timedelta(days=9), usegmt=True), timedelta(days=1)),
        ],
    )
    def test_is_read(self, value: str, wait: timedelta | None) -> None:
        with time_machine.travel(NOW, tick=False):
            assert wait == retry_after(Response(status=429, headers={"retry-after": value}))

    def test_is_none_where_none_is_given(self) -> None:
        assert retry_after(Response(status=429)) is None
