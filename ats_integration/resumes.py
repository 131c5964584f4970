"""CVs by reference: describe one when an application comes in, open it when it is sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mimetypes import MimeTypes
from pathlib import PurePath

from django.core.files.base import File
from django.core.files.storage import storages
from django.db.models.fields.files import FieldFile

from .conf import conf
from .errors import ResumeChanged, ResumeMissing
from .messages import Resume

CHUNK = 64 * 1024
FALLBACK_TYPE = "application/octet-stream"
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
LONGEST_STEM = 100  # characters before the extension; common file systems take 255 bytes in all
LONGEST_SUFFIX = 20
JOINER = "\u200d"  # holds composed emoji together

#: Media types by extension: Python's own table and what CVs are written with, nothing of this machine's.
media_types = MimeTypes()
for extension, media_type in {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pages": "application/vnd.apple.pages",
    ".rtf": "application/rtf",
}.items():
    media_types.add_type(media_type, extension)


@dataclass(frozen=True)
class OpenResume:
    """A CV that was checked against its sha256, ready to be read from the start."""

    resume: Resume
    stream: File[bytes]

    @property
    def filename(self) -> str:
        """The candidate's own file name, without any folder."""
        return bare(self.resume.filename)


def describe(file: FieldFile, *, filename: str = "") -> Resume:
    """Describe a stored CV: read it once for its size and sha256.

    Raises what the storage raises where it cannot give the file.
    """
    assert file.name
    shown = bare(filename) or bare(file.name)
    with file.storage.open(file.name) as stream:
        digest, size = fingerprint(stream)
    kind = media_types.guess_type(shown)[0] or FALLBACK_TYPE
    return Resume(filename=shown, content_type=kind, size=size, sha256=digest, storage_key=file.name)


def bare(filename: str) -> str:
    """Return a file name without any folder, whichever system it comes from."""
    name = PurePath(filename.replace("\\", "/")).name
    return "" if name == ".." else name


@contextmanager
def opened(resume: Resume | None) -> Iterator[OpenResume | None]:
    """Open the CV of a message for sending, after checking that it is the one handed in.

    Raises ResumeMissing or ResumeChanged. Yields None where there is no CV.
    """
    if resume is None:
        yield None
        return
    with find(resume) as stream:
        check(resume, stream)
        yield OpenResume(resume, stream)


def find(resume: Resume) -> File[bytes]:
    """Open the stored file, or raise ResumeMissing."""
    with reading():
        return storages[conf.resume_storage].open(resume.storage_key)


def check(resume: Resume, stream: File[bytes]) -> None:
    """Compare content with description and rewind, or raise ResumeChanged or ResumeMissing."""
    with reading():
        found = fingerprint(stream)
        stream.seek(0)
    if found != (resume.sha256, resume.size):
        raise ResumeChanged("The stored CV is not the one that was handed in.")


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever a storage raises into ResumeMissing, which names its kind and no path.

    Storages of clouds raise their own libraries' exceptions, which have nothing in common.
    """
    try:
        yield
    except Exception as error:
        raise ResumeMissing(f"The CV could not be read from the storage ({type(error).__name__}).") from None


def fingerprint(stream: File[bytes]) -> tuple[str, int]:
    """Return the sha256 in hex and the size in bytes."""
    digest, size = hashlib.sha256(), 0
    for chunk in stream.chunks(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def safe_name(filename: str) -> str:
    """Return a file name that every parser reads alike.

    Letters of any script and emoji stay. Double quotes become single ones, characters without a
    shape go, and a long name is cut before its extension.
    """
    shown = "".join(sign for sign in filename.replace('"', "'") if sign.isprintable() or sign == JOINER).strip()
    suffix = PurePath(shown).suffix[:LONGEST_SUFFIX]
    return (shown.removesuffix(suffix)[:LONGEST_STEM] or "cv") + suffix


def safe_type(content_type: str) -> str:
    """Return a media type, or the general one where it is none."""
    return content_type if MEDIA_TYPE.fullmatch(content_type) else FALLBACK_TYPE
