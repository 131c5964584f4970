"""The page behind a signed link: that one file, to whoever has the link, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.message import Message as Headers
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client
from django.utils import timezone

from ats_integration import links
from ats_integration.messages import Resume

from .conftest import CV


def path_of(resume: Resume) -> str:
    """Return the path of a CV's link."""
    return links.url_for(resume).removeprefix("http://testserver")


def content_of(answer: Any) -> bytes:
    """Read a streamed answer."""
    return b"".join(answer.streaming_content)


@pytest.fixture
def visit(client: Client, db: None) -> Iterator[Callable[..., Any]]:
    """Give a function that calls an address; what it opened is closed in the end, as a server does.

    A closed answer lets Django look after its database connections, so there has to be a database.
    """
    with ExitStack() as stack:

        def visit(path: str, method: str = "get") -> Any:
            answer = getattr(client, method)(path)
            stack.callback(answer.close)
            return answer

        yield visit


def name_in(answer: Any) -> str | None:
    """Return the file name as a mail or web client reads it (RFC 6266)."""
    headers = Headers()
    headers["Content-Disposition"] = answer.headers["Content-Disposition"]
    return headers.get_filename()


def test_gives_the_file_without_a_login(resume: Resume, visit: Callable[..., Any]) -> None:
    answer = visit(path_of(resume))
    assert 200 == answer.status_code
    assert CV == content_of(answer)
    assert str(len(CV)) == answer.headers["Content-Length"]
    assert {} == answer.cookies


def test_asks_for_no_database(resume: Resume, visit: Callable[..., Any]) -> None:
    """Given no `db` fixture, any query would fail this test."""
    assert 200 == visit(path_of(resume)).status_code


def test_answers_head_with_the_same_headers_and_no_body(resume: Resume, visit: Callable[..., Any]) -> None:
    got, headed = visit(path_of(resume)), visit(path_of(resume), "head")
    assert CV == content_of(got)
    assert 200 == headed.status_code
    assert dict(got.headers) == dict(headed.headers)
    assert b"" == content_of(headed)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_takes_no_other_method(method: str, resume: Resume, visit: Callable[..., Any]) -> None:
    assert 405 == visit(path_of(resume), method).status_code


def test_is_kept_by_no_cache_and_no_search_engine(resume: Resume, visit: Callable[..., Any]) -> None:
    headers = visit(path_of(resume)).headers
    assert "private, no-store" == headers["Cache-Control"]
    assert "noindex" == headers["X-Robots-Tag"]
    assert "nosniff" == headers["X-Content-Type-Options"]


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("cv sanne.pdf", "cv sanne.pdf"),
        ('Mijn "CV" 😀 ñ.pdf', "Mijn 'CV' 😀 ñ.pdf"),
        ("履歴書.pdf", "履歴書.pdf"),
        ("cv\r\nX-Evil: 1.pdf", "cvX-Evil: 1.pdf"),
        ("back\\slash;semi.pdf", "slash;semi.pdf"),
    ],
)
def test_names_the_file_as_the_candidate_did(
    filename: str, shown: str, store: Callable[..., Resume], visit: Callable[..., Any]
) -> None:
    answer = visit(path_of(store(filename=filename)))
    assert shown == name_in(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("application/pdf", "application/pdf"),
        ("text/html", "text/html"),
        ("", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
    ],
)
def test_says_what_kind_of_file_it_is(
    given: str, shown: str, store: Callable[..., Resume], visit: Callable[..., Any]
) -> None:
    assert shown == visit(path_of(store(content_type=given))).headers["Content-Type"]


def test_knows_the_file_by_the_token_and_not_by_the_name(
    store: Callable[..., Resume], visit: Callable[..., Any]
) -> None:
    mine, other = store(), store(b"another CV", filename="other.pdf")
    answer = visit(path_of(mine).rpartition("/")[0] + "/other.pdf")
    assert CV == content_of(answer)
    assert "cv sanne.pdf" == name_in(answer)
    assert mine.storage_key != other.storage_key


def test_does_not_give_a_file_that_came_in_its_place(resume: Resume, visit: Callable[..., Any]) -> None:
    default_storage.delete(resume.storage_key)
    assert resume.storage_key == default_storage.save(resume.storage_key, ContentFile(b"the CV of somebody else"))
    assert 404 == visit(path_of(resume)).status_code


def test_does_not_find_a_file_that_is_gone(resume: Resume, visit: Callable[..., Any]) -> None:
    default_storage.delete(resume.storage_key)
    assert 404 == visit(path_of(resume)).status_code


def test_does_not_find_a_file_whose_storage_is_away(
    resume: Resume, visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = EndpointConnectionError(endpoint_url="https://cvs.example.org")
    monkeypatch.setattr(FileSystemStorage, "_open", Mock(side_effect=away))
    assert 404 == visit(path_of(resume)).status_code


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "cvs", ""])
def test_leaves_the_storage_for_nothing(key: str, resume: Resume, visit: Callable[..., Any]) -> None:
    assert 404 == visit(path_of(resume.model_copy(update={"storage_key": key}))).status_code


def test_does_not_find_a_changed_link(resume: Resume, visit: Callable[..., Any]) -> None:
    head, _, name = path_of(resume).rpartition("/")
    changed = head[:-1] + ("A" if head[-1] != "A" else "B")
    assert 404 == visit(f"{changed}/{name}").status_code


def test_does_not_find_an_expired_link(resume: Resume, visit: Callable[..., Any]) -> None:
    link = path_of(resume)
    with time_machine.travel(timezone.now() + links.LIFETIME + timedelta(seconds=2)):
        assert 404 == visit(link).status_code


@pytest.mark.parametrize("path", ["/cv/", "/cv/x", "/cv/x/", "/cv/x/y/z", "/cv/%00/x", "/cv/%F0%9F%98%80/x"])
def test_does_not_find_anything_else(path: str, visit: Callable[..., Any]) -> None:
    assert 404 == visit(path).status_code
