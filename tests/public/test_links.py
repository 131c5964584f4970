"""Signed links: made for one CV, good for a day, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from django.core import signing
from pytest_django import Settings

from ats_integration import links
from ats_integration.messages import Resume

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def parts_of(url: str) -> tuple[str, str]:
    """Return token and file name of a link."""
    _, where, token, name = urlsplit(url).path.split("/")
    assert "cv" == where
    return unquote(token), unquote(name)


def test_opens_the_cv_it_was_made_for(resume: Resume) -> None:
    token, _name = parts_of(links.url_for(resume))
    assert resume == links.resume_of(token)


def test_stands_at_the_public_address(resume: Resume, settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "PUBLIC_URL": "https://jobs.example.com/board/"}
    assert links.url_for(resume).startswith("https://jobs.example.com/board/cv/")


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("cv sanne.pdf", "cv sanne.pdf"),
        ('Mijn "CV" 😀 ñ.pdf', "Mijn 'CV' 😀 ñ.pdf"),
        ("50% #1 ?.pdf", "50% #1 ?.pdf"),
        ("履歴書.pdf", "履歴書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cv\\sanne.docx", "sanne.docx"),
        ("cv\r\nX-Evil: 1.pdf", "cvX-Evil: 1.pdf"),
        ("", "cv"),
        ("..", "cv"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
    ],
)
def test_ends_in_the_name_of_the_file(filename: str, shown: str, resume: Resume) -> None:
    url = links.url_for(resume.model_copy(update={"filename": filename}))
    assert shown == parts_of(url)[1]
    assert url.isascii()
    assert url.isprintable()


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("age", "opens"),
    [(timedelta(0), True), (timedelta(hours=23, minutes=59), True), (timedelta(days=1, seconds=1), False)],
)
def test_is_good_for_a_day(age: timedelta, opens: bool, resume: Resume) -> None:
    token = links.token_of(resume)
    with time_machine.travel(NOON + age, tick=False):
        assert opens == (links.resume_of(token) is not None)


@pytest.mark.parametrize("place", [0, 10, -60, -1])
def test_is_worth_nothing_when_changed_anywhere(place: int, resume: Resume) -> None:
    token = list(links.token_of(resume))
    token[place] = "A" if token[place] != "A" else "B"
    assert links.resume_of("".join(token)) is None


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "😀", "\0", ":" * 50, "." + "A" * 5000])
def test_nonsense_opens_nothing(token: str) -> None:
    assert links.resume_of(token) is None


def test_another_signature_of_this_site_opens_nothing(resume: Resume) -> None:
    other = signing.dumps(resume.model_dump(mode="json"), salt="something.else")
    assert links.resume_of(other) is None


def test_a_signature_over_something_else_opens_nothing() -> None:
    assert links.resume_of(signing.dumps({"storage_key": "cvs/1.pdf"}, salt=links.SALT)) is None


def test_outlives_a_new_secret_key_that_keeps_the_old_one(resume: Resume, settings: Settings) -> None:
    token, old = links.token_of(resume), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key-" * 6, [old]
    assert resume == links.resume_of(token)
    settings.SECRET_KEY_FALLBACKS = []
    assert links.resume_of(token) is None


def test_is_empty_without_a_cv() -> None:
    assert "" == links.url_for(None)


def test_is_empty_where_the_host_has_no_page_for_it(resume: Resume, settings: Settings) -> None:
    settings.ROOT_URLCONF = "ats_integration.urls"
    assert "" == links.url_for(resume)


def test_is_another_one_for_another_file(store: Callable[..., Resume]) -> None:
    assert links.url_for(store()) != links.url_for(store(b"another"))
