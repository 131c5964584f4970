"""What is a CV, and how its name is cleaned."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from jobbird.board.uploads import MAX_NAME, MAX_SIZE, clean_filename, validate_cv

from .conftest import a_cv

GOOD = [
    ("cv.pdf", b"%PDF-1.7"),
    ("cv.PDF", b"\xef\xbb\xbf\n%PDF-1.4"),
    ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("cv.doc", b"{\\rtf1"),
    ("cv.docx", b"PK\x03\x04" + b"\0" * 70_000 + b"word/document.xml"),
    ("cv.docx", b"PK\x03\x04".ljust(65_534, b"\0") + b"word/document.xml"),
    ("cv.odt", b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"),
    ("cv.odt", b"PK\x03\x04" + b"\0" * 26 + b"content.xml"),
    ("cv.txt", b"Zo\xeb, Monteur"),
    ("cv.txt", "Zoë".encode("utf-32-be").join([b"\x00\x00\xfe\xff", b""])),
    ("cv.rtf", b"{\\rtf1"),
    ("cv.txt", "Zoë".encode("utf-16")),
    ("my.cv.v2.pdf", b"%PDF-1.7"),
]


@pytest.mark.parametrize(("name", "content"), GOOD)
def test_takes_every_type_whose_content_fits(name: str, content: bytes) -> None:
    upload = a_cv(name, content)

    validate_cv(upload)

    assert content == upload.read()


def test_takes_exactly_ten_megabytes() -> None:
    validate_cv(a_cv("cv.pdf", b"%PDF-".ljust(MAX_SIZE)))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cv.pdf.exe", b"%PDF-", "type"),
        ("cv.html", b"<p>", "type"),
        (".pdf", b"%PDF-", "type"),
        ("cv.pdf", b"x" * 2000 + b"%PDF-", "content"),
        ("cv.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "content"),
        ("cv.rtf", b"rtf", "content"),
        ("cv.docx", b"PK\x03\x04" + b"xl/workbook.xml", "content"),
        ("cv.docx", b"PK\x03\x04" + b"classes.dex", "content"),
        ("cv.odt", b"PK\x03\x04", "content"),
        ("cv.txt", b"MZ\x90\0", "content"),
        ("cv.txt", b"\x7fELF\0", "content"),
        ("cv.txt", b"\x89PNG\r\n\x1a\n\0", "content"),
        ("cv.pdf", b"%PDF-".ljust(MAX_SIZE + 1), "too_large"),
    ],
)
def test_refuses_what_is_no_cv(name: str, content: bytes, code: str) -> None:
    upload = a_cv("x", content)
    upload.name = name

    with pytest.raises(ValidationError) as caught:
        validate_cv(upload)

    assert code == caught.value.code


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("CV Zoë.pdf", "CV Zoë.pdf"),
        ("C:\\Users\\zoe\\cv.pdf", "cv.pdf"),
        ("../../etc/cv.pdf", "cv.pdf"),
        ("cv\r\nX-Evil: 1.pdf", "cvX-Evil: 1.pdf"),
        ("cv\u202efdp.exe.pdf", "cvfdp.exe.pdf"),
        ("", "cv"),
        ("\x00", "cv"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_cleans_a_file_name_for_people(name: str, cleaned: str) -> None:
    assert cleaned == clean_filename(name)


@given(st.text(max_size=600))
def test_a_clean_name_is_short_printable_and_no_path(name: str) -> None:
    cleaned = clean_filename(name)

    assert 1 <= len(cleaned) <= MAX_NAME
    assert cleaned.isprintable()
    assert not {"/", "\\"} & set(cleaned)
