"""What is sent: streamed, counted, and as long as announced."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from botocore.exceptions import IncompleteReadError
from django.core.files.base import File
from hypothesis import given
from hypothesis import strategies as st

from ats_integration.errors import ResumeChanged, ResumeMissing
from ats_integration.messages import Resume
from ats_integration.providers.base import Request
from ats_integration.providers.bodies import Body, body_of
from ats_integration.providers.calls import TextFile
from ats_integration.providers.parts import encoded
from ats_integration.resumes import OpenResume, safe_name, safe_type
from ats_integration.sandbox import uploads

#: What storages raise: of files, of a closed one, and of a cloud's own library.
FAULTS = (
    OSError("/secret/path"),
    ValueError("/secret/path"),
    IncompleteReadError(actual_bytes=1, expected_bytes=2),
)


class Broken(io.BytesIO):
    """A stored file that goes away once it is to be read, or read again."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, _size: int | None = -1) -> bytes:
        raise self.error

    def seek(self, _offset: int, _whence: int = 0) -> int:
        raise self.error


def a_resume(content: bytes, *, size: int | None = None, stream: Any = None) -> OpenResume:
    announced = len(content) if size is None else size
    described = Resume(
        filename="cv.pdf",
        content_type="application/pdf",
        size=announced,
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key="cvs/1.pdf",
    )
    return OpenResume(described, File(stream or io.BytesIO(content)))


def a_body(*form: tuple[str, str | OpenResume | TextFile]) -> Body:
    body = body_of(Request(method="POST", path="/", form=form))
    assert body is not None
    return body


def drained(body: Body) -> bytes:
    return b"".join(iter(body.read, b""))


class TestForm:
    """A form is multipart/form-data that any parser reads."""

    @given(values=st.lists(st.tuples(st.from_regex(r"[a-z\[\]]{1,9}", fullmatch=True), st.text()), min_size=1))
    def test_arrives_as_it_was(self, values: list[tuple[str, str]]) -> None:
        body = a_body(*values)
        raw = drained(body)
        form, files, _json = uploads.form_of(
            {"content-type": body.content_type}, uploads.Body(io.BytesIO(raw), len(raw))
        )
        assert {name: [v for n, v in values if n == name] for name, _ in values} == form
        assert {} == files

    def test_takes_a_text_as_a_file(self) -> None:
        body = a_body(("letter", TextFile("motivatie.txt", "Beste Zoë 😀")), ("a", "1"))
        raw = drained(body)
        form, files, _json = uploads.form_of(
            {"content-type": body.content_type}, uploads.Body(io.BytesIO(raw), len(raw))
        )
        file = files["letter"]
        assert ("motivatie.txt", "text/plain", "Beste Zoë 😀") == (file.filename, file.content_type, file.text)
        assert ({"a": ["1"]}, body.len) == (form, len(raw))

    @given(content=st.binary(max_size=200_000))
    def test_is_as_long_as_announced(self, content: bytes) -> None:
        body = a_body(("a", "é"), ("resume", a_resume(content)), ("b", "2"))
        assert body.len == len(drained(body))

    def test_is_out_only_when_all_was_read(self) -> None:
        body = a_body(("resume", a_resume(b"x" * 300_000)))
        seen = []
        while body.read():
            seen.append(body.is_out)
        assert [*[False] * (len(seen) - 1), True] == seen

    def test_holds_no_more_than_a_piece_of_the_cv(self) -> None:
        body = a_body(("resume", a_resume(b"x" * 1_000_000)))
        assert 64 * 1024 >= max(map(len, iter(body.read, b"")))

    def test_does_not_read_the_cv_before_it_is_sent(self) -> None:
        resume = a_resume(b"x")
        a_body(("resume", resume))
        assert 0 == resume.stream.tell()

    def test_refuses_a_cv_that_became_shorter(self) -> None:
        with pytest.raises(ResumeChanged):
            drained(a_body(("resume", a_resume(b"x" * 10, size=11))))

    @pytest.mark.parametrize("error", FAULTS)
    def test_names_a_storage_that_fails_halfway(self, error: Exception) -> None:
        with pytest.raises(ResumeMissing, match=rf"storage \({type(error).__name__}\)\.$"):
            drained(a_body(("resume", a_resume(b"x", stream=Broken(error)))))


class TestJson:
    """A JSON value is sent as UTF-8 JSON."""

    @pytest.mark.parametrize("error", FAULTS)
    def test_names_a_storage_that_fails_while_a_cv_is_put_into_it(self, error: Exception) -> None:
        with pytest.raises(ResumeMissing, match=rf"storage \({type(error).__name__}\)\.$"):
            encoded(a_resume(b"x", stream=Broken(error)))

    def test_is_counted_too(self) -> None:
        body = body_of(Request(method="POST", path="/", json={"naam": "Zoë"}))
        assert body is not None
        assert b'{"naam": "Zo\\u00eb"}' == drained(body)
        assert body.is_out
        assert "application/json" == body.content_type

    def test_nothing_is_no_body(self) -> None:
        assert body_of(Request(method="GET", path="/")) is None


class TestFileName:
    """A file name is readable everywhere, and can end no header."""

    @pytest.mark.parametrize(
        ("given", "safe"),
        [
            ("cv.pdf", "cv.pdf"),
            ("", "cv"),
            ("\x00\x1f", "cv"),
            ('a"b.pdf', "a'b.pdf"),
            ("a\r\nb.pdf", "ab.pdf"),
            ("👩\u200d💻.pdf", "👩\u200d💻.pdf"),
            ("evil\u202efdp.exe", "evilfdp.exe"),
            ("x" * 500 + ".pdf", "x" * 100 + ".pdf"),
        ],
    )
    def test_is_made_safe(self, given: str, safe: str) -> None:
        assert safe == safe_name(given)

    @given(name=st.text())
    def test_never_ends_a_header(self, name: str) -> None:
        safe = safe_name(name)
        assert safe
        assert not set(safe) & set('"\r\n\x00')
        assert 120 >= len(safe)

    @pytest.mark.parametrize("kind", ["", "pdf", "a/b\r\nX: y", "a/b; c=d", "a b/c"])
    def test_a_type_that_is_none_becomes_the_general_one(self, kind: str) -> None:
        assert "application/octet-stream" == safe_type(kind)
