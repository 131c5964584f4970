"""The whole story with marked secrets: no secret is in Redis, S3, the database, logs, mails, pages or errors."""

from __future__ import annotations

import copy
import logging
import pickle
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.log import AdminEmailHandler
from pytest_django import Settings

from ats_integration import connection_check, notices, sweep
from ats_integration.credentials import Credentials
from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery
from ats_integration.providers import registry
from ats_integration.states import Outcome, Status
from jobbird.board.models import Application
from tests.providers.tiny_servers import listening, ok, received

from . import scanning
from .addresses import address, patterns
from .asking import clients_of
from .scanning import found_in
from .world import PDF, World

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "m4rk3d/S3cret+4711~of=acme"
TYPED = "typ3d/S3cret+0815~of=acme"
KEYS = django_settings.ATS_INTEGRATION["ENCRYPTION_KEYS"]
SECRETS = (MARK, TYPED, *KEYS, django_settings.SECRET_KEY)


@pytest.fixture
def echo() -> Iterator[str]:
    """Run an ATS that refuses everything and repeats the whole request in its answer."""

    def repeat(connection: socket.socket) -> None:
        request = received(connection)
        connection.sendall(ok(request, b"Content-Type: text/plain", status=b"422 " + request[:300].split(b"\r\n")[0]))

    with listening(repeat) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Give a function that returns everything that was logged, on every level."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # as the settings have it
    return lambda: caplog.text + repr([record.__dict__ for record in caplog.records])


@pytest.fixture
def story(world: World, echo: str, valkey: Any, s3: Any, drain: Callable[[], None]) -> dict[str, Client]:
    """Enter a connection by the form, apply, fail, die, be mailed about, change the connection; leave browsers."""
    browsers = clients_of(world)
    form = {"name": "Marked", "company": "acme", "is_active": "on", "notify_emails": "hr@acme.example"}
    browsers["own"].post(
        "/customer/ats/new/recruitee/", {**form, "careers_token": MARK, "base_url": f"{echo}/recruitee"}
    )
    apply(browsers["anyone"], world)
    drain()
    notices.send_due(timezone.now() + timedelta(hours=1))
    marked = ATSConfig.objects.get(name="Marked")
    browsers["own"].post(f"/customer/ats/{marked.pk}/", {**form, "careers_token": "short", "company": "?!"})
    browsers["own"].post(
        f"/customer/ats/{marked.pk}/", {**form, "careers_token": TYPED, "base_url": f"{echo}/recruitee"}
    )
    browsers["own"].post(f"/customer/ats/{marked.pk}/test/")
    apply(browsers["anyone"], world)
    sweep.sweep()
    return browsers


def apply(browser: Client, world: World) -> None:
    """Apply through the form."""
    given = {"first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org", "consent": "on"}
    browser.post(f"/vacancies/{world.vacancy.pk}/apply/", {**given, "cv": SimpleUploadedFile("cv.pdf", PDF)})


class TestTheWholeStory:
    def test_happened(self, story: dict[str, Client], s3: Any, valkey: Any, told: Callable[[], str]) -> None:
        """A scan of nothing finds nothing: everything that is scanned below is there."""
        assert Outcome.REJECTED in Attempt.objects.values_list("outcome", flat=True)
        assert 422 in Attempt.objects.values_list("http_status", flat=True)
        assert Status.DEAD in Delivery.objects.values_list("status", flat=True)
        assert "Marked" in scanning.database()
        assert "recruitee" in scanning.s3(s3)
        assert b"rq:queue:happy" in valkey.keys("*")
        assert "resend_dead_letters" in scanning.mails()

    def test_leaves_no_secret_in_what_is_kept(self, story: dict[str, Client], s3: Any, valkey: Any) -> None:
        places = {
            "database": scanning.database(),
            "dumpdata": scanning.dumped(),
            "redis": scanning.redis(valkey),
            "s3": scanning.s3(s3),
            "mails": scanning.mails(),
        }
        assert {name: [] for name in places} == {name: found_in(text, SECRETS) for name, text in places.items()}

    def test_leaves_no_sealed_credential_outside_of_database_and_redis(self, story: dict[str, Client], s3: Any) -> None:
        tokens = [config.credentials.token for config in ATSConfig.objects.all()]
        assert [] == found_in(scanning.s3(s3) + scanning.mails(), tokens)

    def test_leaves_no_secret_in_a_log(self, told: Callable[[], str], story: dict[str, Client]) -> None:
        assert [] == found_in(told(), SECRETS)

    def test_leaves_no_secret_on_a_page(self, story: dict[str, Client], world: World) -> None:
        marked = ATSConfig.objects.get(name="Marked")
        tokens = [config.credentials.token for config in ATSConfig.objects.all()]
        pages = {
            (role, path): shown(story[role], path)
            for role in ("own", "superuser")
            for pattern in set(patterns())
            if "django_rq" not in pattern and "logout" not in pattern
            for path in {
                address(pattern, world),
                address(pattern, world).replace(f"/{world.config.pk}/", f"/{marked.pk}/"),
            }
        }
        assert {} == {page: found for page, text in pages.items() if (found := found_in(text, [*SECRETS, *tokens]))}

    def test_leaves_no_secret_in_what_commands_print(
        self, story: dict[str, Client], capfd: pytest.CaptureFixture[str]
    ) -> None:
        for command in (
            ("check_ats_config", "--all"),
            ("resend_dead_letters", "--dry-run"),
            ("resend_dead_letters", "--yes", "--json"),
            ("resend_dead_letters", "--from-s3", "--dry-run", "--yes"),
            ("rotate_ats_keys",),
            ("sweep_deliveries",),
            ("show_providers",),
        ):
            with suppress(SystemExit):
                call_command(*command)
        printed = "".join(capfd.readouterr())
        assert "Acme BV" in printed
        assert [] == found_in(printed, SECRETS)


def both(path: str, one: int, other: int) -> set[str]:
    """Return the address of one connection and that of another."""
    return {path, path.replace(f"/{one}/", f"/{other}/")}


def shown(browser: Client, path: str) -> str:
    """Return what a page shows, with its headers."""
    response = browser.get(path)
    body = b"".join(response) if response.streaming else response.content
    return body.decode(errors="replace") + str(response.headers)


@pytest.mark.parametrize("slug", [slug for slug, _name in registry.choices()])
def test_what_an_ats_repeats_is_masked_wherever_it_is_kept(
    world: World, echo: str, valkey: Any, drain: Callable[[], None], told: Callable[[], str], slug: str
) -> None:
    ATSConfig.objects.all().delete()
    fields = registry.get(slug).fields
    ATSConfig.objects.create(
        customer=world.customer,
        provider=slug,
        base_url=echo,
        settings={field.name: field.default or "4711" for field in fields if not field.secret},
        credentials={field.name: MARK for field in fields if field.secret},
    )
    Application.objects.create(vacancy=world.vacancy, first_name="Sanne", email="sanne@example.org")
    drain()
    report = connection_check.check_connection(ATSConfig.objects.get(), ["1"])
    assert Attempt.objects.exists()
    everything = scanning.database() + scanning.redis(valkey) + told() + repr(report)
    assert [] == found_in(everything, SECRETS)


class TestErrorsOfOurs:
    """Somebody's code breaks in the middle of a form: neither the page nor the report has what was entered."""

    @pytest.fixture
    def broken(self, world: World, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[World]:
        """Let every save fail, and reports go to the people who run the site."""

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("The database went away.")

        monkeypatch.setattr(ATSConfig, "save", fail)
        monkeypatch.setattr(Application, "save", fail)
        settings.ADMINS = [("Ops", "ops@jobbird.example")]
        handler, logger = AdminEmailHandler(include_html=True), logging.getLogger("django.request")
        logger.addHandler(handler)
        yield world
        logger.removeHandler(handler)

    def test_in_a_customers_form(self, broken: World) -> None:
        assert [] == self.leaks(broken, "own", f"/customer/ats/{broken.config.pk}/")

    def test_in_the_admins_form(self, broken: World) -> None:
        assert [] == self.leaks(broken, "superuser", f"/admin/ats_integration/atsconfig/{broken.config.pk}/change/")

    def test_in_a_candidates_form(self, broken: World) -> None:
        assert [] == self.leaks(broken, "anyone", f"/vacancies/{broken.vacancy.pk}/apply/")

    def leaks(self, world: World, role: str, path: str) -> list[str]:
        """Fill in a form, let it break, and return what page and mail tell."""
        browser = clients_of(world)[role]
        browser.raise_request_exception = False
        candidate = {"first_name": "Zebedeus", "email": "zebedeus@example.org", "consent": "on", "cover_letter": TYPED}
        connection = {"company": "acme", "careers_token": TYPED, "base_url": world.config.base_url}
        answer = browser.post(path, {**candidate, **connection, "cv": SimpleUploadedFile("cv.pdf", PDF)})
        assert (500, 2) == (answer.status_code, len(mail.outbox))  # in plain text, as Django does, and with HTML
        assert "RuntimeError" in scanning.mails()
        return found_in(answer.content.decode() + scanning.mails(), [*SECRETS, "ebedeus"])


def repacked(value: Any) -> Any:
    """Return a value that went through pickle, as between processes."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301


class TestValues:
    """Values that hold an open secret do not print it, and do not carry it along."""

    @pytest.fixture
    def opened(self) -> Credentials:
        found = Credentials.seal({"api_key": MARK})
        assert MARK == found["api_key"]
        return found

    @pytest.mark.parametrize("write", [repr, str, "{}".format, "{0!r}".format, lambda it: repr([it])])
    def test_printing(self, opened: Credentials, write: Callable[[Any], Any]) -> None:
        assert [] == found_in(str(write(opened)), [MARK])

    @pytest.mark.parametrize("carry", [copy.copy, copy.deepcopy, repacked])
    def test_carrying(self, opened: Credentials, carry: Callable[[Any], Any]) -> None:
        assert carry(opened)._values is None

    def test_a_connection(self, world: World) -> None:
        world.config.credentials = {"api_key": MARK}
        assert MARK == world.config.credentials["api_key"]
        assert [] == found_in(repr(world.config) + str(world.config), [MARK])

    def test_a_dead_letter(self, world: World) -> None:
        letter = DeadLetter.objects.get()
        assert [] == found_in(repr(letter) + str(letter), ["Sanne", "sanne"])
