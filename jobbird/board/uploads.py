"""What a CV may be: its size, its type, its name. Content is only glanced at, never parsed."""

from __future__ import annotations

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
    if not begins_like(extension, head_of(upload)):
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
    return not marks or head.startswith(marks)


def clean_filename(name: str) -> str:
    """Return a file name for people: no folder, no control characters, at most 255 characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in base if letter.isprintable()).strip(" .") or "cv"
    suffix = PurePath(shown).suffix if extension_of(shown) in SIGNATURES else ""
    return shown.removesuffix(suffix)[: MAX_NAME - len(suffix)] + suffix
