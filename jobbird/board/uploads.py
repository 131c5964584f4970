"""What a CV may be: its size, its type, its name. Content is only glanced at, never parsed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MAX_SIZE = 10 * 1024 * 1024  # bytes
MAX_NAME = 255  # characters
HEAD = 1024  # bytes; a PDF may have that much before its mark

ZIP = (b"PK\x03\x04",)
RTF = (b"{\\rtf",)
OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)

#: How the content of each type begins; an RTF text is often called `.doc`, and plain text has no mark.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "doc": OLE + RTF,
    "docx": ZIP,
    "rtf": RTF,
    "txt": (),
    "odt": ZIP,
}
#: What stands somewhere in the content of each type besides: the names of the parts in an archive are not compressed.
WITHIN: dict[str, tuple[bytes, ...]] = {"docx": (b"word/",), "odt": (b"opendocument.text", b"content.xml")}
#: How a text in UTF-16 or UTF-32 begins; any other text has no zero byte.
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
ACCEPT = ",".join(f".{extension}" for extension in SIGNATURES)


class SizeLimit(FileUploadHandler):
    """Stop keeping an upload once it is too large, so that nobody fills the disk; the form says why."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_SIZE else None

    def file_complete(self, file_size: int) -> Any:
        return None


def validate_cv(upload: UploadedFile) -> None:
    """Accept a CV of a known type and a sensible size, or raise ValidationError."""
    extension = extension_of(upload.name or "")
    if extension not in SIGNATURES:
        raise ValidationError("Choose a PDF, DOC, DOCX, RTF, TXT or ODT file.", code="type")
    if (upload.size or 0) > MAX_SIZE:
        raise ValidationError("This file is larger than 10 MB. Choose a smaller one.", code="too_large")
    if not (begins_like(extension, head_of(upload)) and has_within(extension, upload)):
        raise ValidationError(
            f"The name says {extension.upper()}, but the content does not. Save it again as {extension.upper()}.",
            code="content",
        )


def extension_of(name: str) -> str:
    """Return the extension of a file name, without its dot and in small letters."""
    return PurePath(name).suffix.lower().removeprefix(".")


def head_of(upload: UploadedFile) -> bytes:
    """Return the first bytes of an upload and rewind it."""
    upload.seek(0)
    head: bytes = upload.read(HEAD)
    upload.seek(0)
    return head


def begins_like(extension: str, head: bytes) -> bool:
    """Tell whether content begins as files of this type do."""
    marks = SIGNATURES[extension]
    if extension == "pdf":
        return any(mark in head for mark in marks)
    return head.startswith(marks) if marks else is_text(head)


def is_text(head: bytes) -> bool:
    """Tell whether content begins as a text does, and not as a program or a picture."""
    return head.startswith(MARKS) or b"\0" not in head


def has_within(extension: str, upload: UploadedFile) -> bool:
    """Tell whether content has what files of this type must have somewhere, and rewind it."""
    wanted = WITHIN.get(extension, ())
    found = not wanted or any(part in piece for piece in overlapping(upload) for part in wanted)
    upload.seek(0)
    return found


def overlapping(upload: UploadedFile) -> Iterator[bytes]:
    """Yield an upload piece by piece, each with the end of the one before it."""
    end = b""
    for chunk in upload.chunks():
        yield end + chunk
        end = chunk[-HEAD:]


def clean_filename(name: str) -> str:
    """Return a file name for people: no folder, no control characters, at most 255 characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in base if letter.isprintable()).strip(" .") or "cv"
    suffix = PurePath(shown).suffix if extension_of(shown) in SIGNATURES else ""
    return shown.removesuffix(suffix)[: MAX_NAME - len(suffix)] + suffix
