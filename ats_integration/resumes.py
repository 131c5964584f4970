"""CVs by reference: describe one when an application comes in, open it when it is sent."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db.models.fields.files import FieldFile

from .conf import conf
from .errors import ResumeChanged, ResumeMissing
from .messages import Resume

CHUNK = 64 * 1024
FALLBACK_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class OpenResume:
    """A CV that was checked against its sha256, ready to be read from the start."""

    resume: Resume
    stream: File[bytes]

    @property
    def filename(self) -> str:
        """The candidate's own file name, without any folder."""
        return PurePath(self.resume.filename.replace("\\", "/")).name


def describe(file: FieldFile, *, filename: str = "") -> Resume:
    """Describe a stored CV: read it once for its size and sha256.

    Raises OSError where the storage cannot give the file.
    """
    assert file.name
    shown = filename or PurePath(file.name).name
    with file.storage.open(file.name) as stream:
        digest, size = fingerprint(stream)
    kind = mimetypes.guess_type(shown)[0] or FALLBACK_TYPE
    return Resume(filename=shown, content_type=kind, size=size, sha256=digest, storage_key=file.name)


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
    storage: Storage = storages[conf.resume_storage]
    try:
        return storage.open(resume.storage_key)
    except (OSError, ValueError) as error:
        raise ResumeMissing(f"The CV could not be read from the storage ({type(error).__name__}).") from None


def check(resume: Resume, stream: File[bytes]) -> None:
    """Compare content with description and rewind, or raise ResumeChanged."""
    digest, _size = fingerprint(stream)
    if digest != resume.sha256:
        raise ResumeChanged("The stored CV is not the one that was handed in.")
    stream.seek(0)


def fingerprint(stream: File[bytes]) -> tuple[str, int]:
    """Return the sha256 in hex and the size in bytes."""
    digest, size = hashlib.sha256(), 0
    for chunk in stream.chunks(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
