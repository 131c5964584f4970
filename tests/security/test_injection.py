"""What a candidate or an ATS writes stays text: on pages, in the admin, in mails, in headers."""

from __future__ import annotations

from email.message import Message
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from ats_integration import mails
from ats_integration.models import ATSConfig, Attempt, DeadLetter, Delivery, Incident
from jobbird.board.models import Application, Customer, Vacancy

from .asking import clients_of
from .test_headers import Inline
from .world import World

#: In a text, in an attribute, in a script, in a style, in a template, and across a comment.
ATTACK = (
    """'"></title></textarea></style><script>alert(4711)</script><img src=x onerror=alert(4711)>{{ 7|add:4704 }}<!--"""
)
INTO_HEADERS = "Acme\r\nBcc: everybody@evil.example\r\n\r\n<script>alert(4711)</script>"


@pytest.fixture
def attacked(world: World) -> World:
    """Put the attack wherever somebody outside may write, around every form."""
    Application.objects.update(
        first_name=ATTACK[:100],
        last_name=ATTACK[:150],
        cover_letter=ATTACK,
        phone=ATTACK[:50],
        cv_filename=ATTACK,
        linkedin_url="javascript:alert(4711)",
        website_url="javascript:alert(4711)//" + ATTACK[:100],
        source=ATTACK[:100],
        answers=[{"question": ATTACK, "answer": ATTACK}],
    )
    Vacancy.objects.update(title=ATTACK, description=ATTACK, external_id=ATTACK)
    Customer.objects.filter(pk=world.customer.pk).update(name=ATTACK)
    ATSConfig.objects.update(name=ATTACK, settings={"company": ATTACK})
    Delivery.objects.update(
        last_error=ATTACK, last_error_code=ATTACK[:50], ats_reference=ATTACK, message={"candidate": ATTACK}
    )
    Attempt.objects.update(error=ATTACK, excerpt=ATTACK, error_code=ATTACK[:50])
    DeadLetter.objects.update(reason=ATTACK[:50], customer_name=ATTACK, key=ATTACK)
    Incident.objects.update(reason=ATTACK[:50])
    return world


def holes(text: str) -> list[str]:
    """Return what of the attack became more than text."""
    reader = Inline()
    reader.feed(text)
    return [*reader.found, *(["a template"] if "90027" in text else [])]


PAGES = [
    ("anyone", "/"),
    ("anyone", "/vacancies/{vacancy}/apply/"),
    ("anyone", "/vacancies/{vacancy}/thanks/"),
    ("own", "/customer/"),
    ("own", "/customer/applications/{application}/"),
    ("own", "/customer/ats/"),
    ("own", "/customer/ats/{config}/"),
    ("own", "/customer/ats/{config}/delete/"),
    ("own", "/customer/ats/{config}/preview/"),
    ("superuser", "/admin/board/application/"),
    ("superuser", "/admin/board/application/{application}/change/"),
    ("superuser", "/admin/board/vacancy/{vacancy}/change/"),
    ("superuser", "/admin/board/customer/{customer}/change/"),
    ("superuser", "/admin/ats_integration/atsconfig/"),
    ("superuser", "/admin/ats_integration/atsconfig/{config}/change/"),
    ("superuser", "/admin/ats_integration/atsconfig/{config}/delete/"),
    ("superuser", "/admin/ats_integration/delivery/"),
    ("superuser", "/admin/ats_integration/delivery/{delivery}/change/"),
    ("superuser", "/admin/ats_integration/deadletter/"),
    ("superuser", "/admin/ats_integration/deadletter/{letter}/change/"),
    ("superuser", "/admin/ats_integration/incident/"),
    ("superuser", "/admin/ats_integration/auditentry/"),
]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_no_page_runs_what_somebody_wrote(attacked: World, role: str, path: str) -> None:
    keys = ("vacancy", "application", "config", "customer", "delivery", "letter")
    answer = clients_of(attacked)[role].get(path.format(**{key: getattr(attacked, key).pk for key in keys}))
    text = answer.content.decode()
    assert (200, []) == (answer.status_code, holes(text))


def test_the_attack_is_there_to_be_seen(attacked: World) -> None:
    """Pages that showed nothing of it would prove nothing."""
    page = clients_of(attacked)["own"].get(f"/customer/applications/{attacked.application.pk}/").content.decode()
    assert 3 < page.count("&lt;script&gt;alert(4711)&lt;/script&gt;")


@pytest.mark.parametrize("field", ["first_name", "cover_letter", "email", "linkedin_url", "leave_empty", "phone"])
def test_no_form_runs_what_it_repeats(world: World, field: str) -> None:
    answer = clients_of(world)["anyone"].post(f"/vacancies/{world.vacancy.pk}/apply/", {field: ATTACK})
    assert (200, []) == (answer.status_code, holes(answer.content.decode()))


@pytest.mark.parametrize("field", ["name", "company", "notify_emails", "base_url", "careers_token"])
def test_no_form_of_a_customer_runs_what_it_repeats(world: World, field: str) -> None:
    answer = clients_of(world)["own"].post(f"/customer/ats/{world.config.pk}/", {"company": "", field: ATTACK})
    assert (200, []) == (answer.status_code, holes(answer.content.decode()))


@pytest.mark.parametrize("query", ["status", "vacancy", "page", "q", "e", "o", "ats", "of", "_popup", "next"])
@pytest.mark.parametrize("path", ["/customer/", "/admin/ats_integration/delivery/", "/accounts/login/", "/"])
def test_no_query_is_run(world: World, path: str, query: str) -> None:
    browsers = clients_of(world)
    role = {"/admin": "superuser", "/custo": "own"}.get(path[:6], "anyone")
    answer = browsers[role].get(path, {query: ATTACK}, follow=True)
    assert [] == holes(answer.content.decode())


class TestMails:
    @pytest.fixture
    def sent(self, attacked: World) -> Message:
        """Send the mail about the failure."""
        Customer.objects.filter(pk=attacked.customer.pk).update(name=INTO_HEADERS)
        incident = Incident.objects.get()
        mails.send_failures(incident, list(DeadLetter.objects.select_related("config")))
        return mail.outbox[0].message()

    def test_runs_nothing(self, sent: Message) -> None:
        (page,) = [part for part in sent.walk() if part.get_content_type() == "text/html"]
        reader = Inline()
        body = page.get_payload(decode=True)
        assert isinstance(body, bytes)
        reader.feed(body.decode())
        assert [] == [tag for tag in reader.found if not tag.startswith(("<body", "<h", "<p", "<a"))]

    def test_has_no_header_that_a_name_smuggled_in(self, sent: Message) -> None:
        assert "Bcc" not in sent
        assert ["hr@acme.example", "support@jobbird.example"] == sorted(mail.outbox[0].recipients())

    def test_has_nothing_of_the_candidate(self, sent: Message) -> None:
        assert "Sanne" not in sent.as_string()


@pytest.mark.parametrize(
    "name", ["cv\r\nSet-Cookie: a=b.pdf", 'cv"; filename="x.html', "=cmd|'/C calc'!A0.pdf", "cv\u202efdp.exe"]
)
def test_a_file_name_is_one_header_and_no_page(world: World, name: str) -> None:
    Application.objects.update(cv_filename=name)
    answer = clients_of(world)["own"].get(f"/customer/applications/{world.application.pk}/cv/")
    b"".join(answer)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert ["\r" in disposition, "\n" in disposition, "Set-Cookie" in answer.headers] == [False] * 3
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_nobody_is_led_elsewhere_after_a_login(world: World, client: Client) -> None:
    given = {"username": "own", "password": "x", "next": "https://evil.example/"}
    assert "/customer/" == client.post("/accounts/login/", given)["Location"]


def test_a_host_that_is_not_ours_is_refused(client: Client, db: Any) -> None:
    assert 400 == client.get("/", headers={"host": "evil.example"}).status_code
