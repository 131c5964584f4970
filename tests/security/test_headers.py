"""Every answer carries the security headers, and no page of ours needs what they forbid."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from jobbird.headers import SecurityHeaders

from .addresses import address, patterns
from .asking import ELSEWHERE, clients_of
from .world import World

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ROOT = Path(__file__).resolve().parent.parent.parent


class Inline(HTMLParser):
    """Collect what a strict policy forbids: scripts and styles in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        runs = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if runs or tag == "style" or any(is_inline(name, value) for name, value in attrs):
            self.found.append(self.get_starttag_text() or tag)


def is_inline(name: str, value: str | None) -> bool:
    """Tell whether an attribute is style or script."""
    return name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:")


def answers(world: World) -> dict[str, HttpResponse]:
    """Ask for every address, as somebody who may see it."""
    browsers = clients_of(world)
    asked = {}
    for pattern in sorted(set(patterns())):
        role = "own" if pattern.startswith("customer/") else "superuser"
        asked[pattern] = browsers[role].get(address(pattern, world), REMOTE_ADDR=ELSEWHERE)
        if asked[pattern].streaming:
            b"".join(asked[pattern])
    return asked


def test_every_answer_has_the_headers_and_no_page_needs_what_they_forbid(world: World, valkey: Any) -> None:
    asked = answers(world)
    for pattern, answer in asked.items():
        assert (pattern, HEADERS) == (pattern, {name: answer.headers.get(name) for name in HEADERS})
        assert "camera=()" in answer.headers["Permissions-Policy"]
    (policy,) = {answer.headers["Content-Security-Policy"] for answer in asked.values()}
    assert policy.startswith("default-src 'none'; ")
    assert [] == [hole for hole in ("unsafe", "*", "http:", "https:", "blob:") if hole in policy]
    found = {pattern: inline_in(answer) for pattern, answer in asked.items() if is_our_page(pattern, answer)}
    assert 50 < len(found)
    assert {} == {pattern: inline for pattern, inline in found.items() if inline}


def is_our_page(pattern: str, answer: HttpResponse) -> bool:
    """Tell whether an answer is a page, and not one of RQ's: those have inline scripts, and work without."""
    return "html" in answer.headers.get("Content-Type", "") and "django_rq" not in pattern and not answer.streaming


def inline_in(answer: HttpResponse) -> list[str]:
    """Return what a page has of inline script and style."""
    reader = Inline()
    reader.feed(answer.content.decode())
    return reader.found


def test_static_files_have_the_headers(client: Client) -> None:
    answer = client.get("/static/jobbird.css")
    b"".join(answer)
    assert (200, True) == (answer.status_code, "Content-Security-Policy" in answer.headers)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/no-such-page/", "/customer/applications/1/", "/cv/x/y"])
def test_errors_have_the_headers(client: Client, path: str) -> None:
    assert "Content-Security-Policy" in client.get(path).headers


def test_a_page_with_a_policy_of_its_own_keeps_it() -> None:
    own = SecurityHeaders(lambda _: HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"}))
    assert "default-src 'self'" == own(HttpRequest()).headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_cookies_are_for_the_server_only_and_for_this_site(world: World, settings: Settings) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"username": "own", "password": "x"})
    session = browser.cookies["sessionid"]
    assert (True, "Lax") == (session["httponly"], session["samesite"])


def test_templates_have_no_inline_script_or_style() -> None:
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "ats_integration/templates").rglob("*.html")]:
        if "email" not in path.parts:
            reader = Inline()
            reader.feed(path.read_text())
            assert (str(path), []) == (str(path), reader.found)
