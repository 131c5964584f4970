"""A small valid PDF: one page of text, for example CVs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO

ENCODING = "cp1252"  # what WinAnsiEncoding means
TOP, LEFT, LEADING = 780, 72, 18  # points on A4

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF with a title and lines of text below it."""
    text = content(title, lines)
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    return file_of([CATALOG, PAGES, PAGE, stream, FONT])


def content(title: str, lines: Sequence[str]) -> bytes:
    """Return the drawing instructions of the page."""
    start = b"BT /F1 20 Tf %d %d Td (%s) Tj /F1 11 Tf %d TL T*" % (LEFT, TOP, literal(title), LEADING)
    return start + b"".join(b" T* (%s) Tj" % literal(line) for line in lines) + b" ET"


def literal(text: str) -> bytes:
    """Return text as it stands between parentheses in a PDF; letters the font lacks lose their accents."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"".join(letter(character) for character in escaped)


def letter(character: str) -> bytes:
    """Return one character in the font's encoding, or the nearest one it has."""
    try:
        return character.encode(ENCODING)
    except UnicodeEncodeError:
        return unicodedata.normalize("NFKD", character).encode("ascii", "ignore") or b"?"


def file_of(objects: Sequence[bytes]) -> bytes:
    """Return the file: header, numbered objects, the table of their places, trailer."""
    file, places = BytesIO(), []
    file.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.writelines(b"%010d 00000 n \n" % place for place in places)
    file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return file.getvalue()
