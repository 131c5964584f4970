"""Forms: the candidate's, the customer's, the logins and the admin's, filled in badly, and bodies that are no form."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import HttpResponse
from hypothesis import strategies as st

from ats_integration.models import Delivery
from ats_integration.providers import registry
from jobbird.board.models import Application

from ..world import World, browser
from .nasty import BOMBS, names, texts
from .running import FINE, EntryPoint, Verdict

FILE_NAMES = st.sampled_from(["cv.pdf", "cv.docx", "cv.txt", ".pdf", "cv.pdf.exe", "../../cv.pdf", "x" * 300 + ".pdf"])
FILE_STARTS = st.sampled_from([b"%PDF-1.4", b"PK\x03\x04word/", b"MZ\0", b"{\\rtf", b"", b"\xff\xfe", b"<html>"])
CONTENTS = st.builds(bytes.__add__, FILE_STARTS, st.binary())


class Upload(BytesIO):
    """A file as a browser sends it, under any name."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


files = st.builds(Upload, FILE_NAMES | texts, CONTENTS)

APPLY = ("first_name", "last_name", "email", "phone", "linkedin_url", "website_url", "cover_letter", "consent")
GENERAL = ("name", "is_active", "notify_emails", "base_url", "customer", "provider", "credentials", "settings")
SLUGS = sorted(registry.all_providers())


def some(fields: tuple[str, ...], good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a form that is good but for some fields, which are nasty or not there."""
    spoiled = st.dictionaries(st.sampled_from(fields), texts, max_size=4)
    missing = st.sets(st.sampled_from(sorted(good))) if good else st.just(set())
    return st.builds(
        lambda bad, gone, more: {**{k: v for k, v in good.items() if k not in gone}, **bad, **more},
        spoiled,
        missing,
        st.dictionaries(names, texts, max_size=1),
    )


def judge(response: HttpResponse) -> Verdict:
    """Judge an answer: no 5xx, and a form that comes back says which field is wrong."""
    if response.status_code >= 500:
        return Verdict(crash=f"{response.status_code}")
    context = getattr(response, "context", None)
    form = context.get("form") if response.status_code == 200 and context else None
    if form is not None and form.is_bound and not form.errors:
        return Verdict(unclear="The form came back without an error.")
    return FINE


def apply(world: World, value: tuple[dict[str, Any], Any]) -> Verdict:
    """Apply, and compare what was promised with what is there."""
    form, cv = value
    before = Application.objects.count(), Delivery.objects.count()
    path = f"/vacancies/{world.vacancy.pk}/apply/"
    response = browser(world, "anyone").post(path, {**form, **({"cv": cv} if cv else {})})
    more = int(response.status_code == 302)
    if (before[0] + more, before[1] + more) != (Application.objects.count(), Delivery.objects.count()):
        return Verdict(crash="What was thanked for is not there, or what was not is.")
    return judge(response)


def connect(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Make a connection."""
    slug, form = value
    return judge(browser(world, "own").post(f"/customer/ats/new/{slug}/", form))


def change(world: World, form: dict[str, str]) -> Verdict:
    """Change a connection."""
    return judge(browser(world, "own").post(f"/customer/ats/{world.config.pk}/", form))


def press(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Press a button of a connection; the test is left out, it calls the ATS."""
    button, form = value
    return judge(browser(world, "own").post(f"/customer/ats/{world.config.pk}/{button}/", form))


def log_in(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Log in on one of the pages."""
    path, form = value
    return judge(browser(world, "anyone").post(path, form))


def administer(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Send a form of the admin."""
    path, form = value
    keys = {name: getattr(world, name).pk for name in ("config", "customer", "vacancy", "delivery", "letter")}
    return judge(browser(world, "superuser").post(path.format(**keys), form))


def post_body(world: World, value: tuple[str, bytes, str]) -> Verdict:
    """Send bytes that are no form, under any content type."""
    path, body, kind = value
    keys = {"vacancy": world.vacancy.pk, "config": world.config.pk}
    role = "own" if path.startswith("/customer") else "superuser" if path.startswith("/admin") else "anyone"
    return judge(browser(world, role).generic("POST", path.format(**keys), body, content_type=kind))


def secret_and_plain(slug: str) -> tuple[str, ...]:
    """Return the names of all fields of a provider's form."""
    return (*(field.name for field in registry.get(slug).fields), *GENERAL)


GOOD = {"first_name": "Sanne", "email": "sanne@example.org", "consent": "on"}
GOOD_CONNECTION = {"name": "Ours", "company": "acme", "careers_token": "a-token-of-ours", "is_active": "on"}
ADMIN_FORMS = {
    "/admin/ats_integration/atsconfig/add/?provider=recruitee": secret_and_plain("recruitee"),
    "/admin/ats_integration/atsconfig/{config}/change/": secret_and_plain("recruitee"),
    "/admin/ats_integration/atsconfig/{config}/delete/": ("post",),
    "/admin/board/customer/add/": ("name", "customeruser_set-TOTAL_FORMS", "customeruser_set-INITIAL_FORMS"),
    "/admin/board/customer/{customer}/change/": (
        "name",
        "customeruser_set-TOTAL_FORMS",
        "customeruser_set-INITIAL_FORMS",
        "customeruser_set-0-user",
        "customeruser_set-0-id",
    ),
    "/admin/board/vacancy/add/": ("title", "customer", "external_id", "description", "is_open"),
    "/admin/board/vacancy/{vacancy}/change/": ("title", "customer", "external_id", "description", "is_open"),
    "/admin/auth/user/add/": ("username", "password1", "password2", "usable_password"),
    "/admin/auth/group/add/": ("name", "permissions"),
}
ACTIONS = ("action", "_selected_action", "select_across", "index", "post", "_save", "form-TOTAL_FORMS")
LISTS = ("ats_integration/atsconfig", "ats_integration/deadletter", "ats_integration/delivery", "board/customer")
KINDS = st.sampled_from(
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "text/plain"]
) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
BODIES = (
    st.binary(max_size=500)
    | st.sampled_from([bomb.encode() for bomb in BOMBS])
    | st.sampled_from(
        [
            b"a=%ff%00&b=%zz&&&=",
            b"&".join(b"f%d=1" % n for n in range(2000)),
            b'--x\r\nContent-Disposition: form-data; name="cv"; filename="../cv.pdf"\r\n\r\n%PDF-\r\n--x--\r\n',
            b"--x\r\n" * 200,
            b"--x\r\nContent-Disposition: form-data; name=\"cv\"; filename*=utf-8''%ff\r\n\r\n\r\n--x--",
        ]
    )
)
BODY_PATHS = ("/vacancies/{vacancy}/apply/", "/accounts/login/", "/customer/ats/{config}/", "/customer/ats/new/lever/")

FORMS = (
    EntryPoint("application form", st.tuples(some(APPLY, GOOD), st.none() | files), apply),
    EntryPoint(
        "new connection",
        st.sampled_from(SLUGS).flatmap(lambda slug: st.tuples(st.just(slug), some(secret_and_plain(slug), {}))),
        connect,
    ),
    EntryPoint("changed connection", some(secret_and_plain("recruitee"), GOOD_CONNECTION), change),
    EntryPoint(
        "buttons of a connection",
        st.tuples(st.sampled_from(["active", "delete"]), some(("active", "post"), {})),
        press,
    ),
    EntryPoint(
        "logins",
        st.tuples(
            st.sampled_from(["/accounts/login/", "/admin/login/"]),
            some(("username", "password", "next", "this_is_the_login_form"), {"username": "own"}),
        ),
        log_in,
    ),
    EntryPoint(
        "admin forms",
        st.sampled_from(sorted(ADMIN_FORMS)).flatmap(
            lambda path: st.tuples(st.just(path), some(ADMIN_FORMS[path], {}))
        ),
        administer,
    ),
    EntryPoint(
        "admin actions",
        st.tuples(
            st.sampled_from(LISTS).map("/admin/{}/".format),
            st.dictionaries(
                st.sampled_from(ACTIONS),
                texts | st.sampled_from(["resend_selected", "delete_selected", "pause_selected", "1"]),
                max_size=5,
            ),
        ),
        administer,
    ),
    EntryPoint("bodies that are no form", st.tuples(st.sampled_from(BODY_PATHS), BODIES, KINDS), post_body),
)
