"""CVs by reference: described once, opened when they are sent, streamed, and never another file."""

from __future__ import annotations

import hashlib
import mimetypes
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models.fields.files import FieldFile
from pytest_django import Settings

from ats_integration.errors import ResumeChanged, ResumeMissing
from ats_integration.messages import Resume
from ats_integration.resumes import CHUNK, FALLBACK_TYPE, describe, opened
from jobbird.board.models import Application
from tests.factories import PDF

MEGABYTES_32 = 32 * 1024 * 1024
#: What one stream may take: a few chunks, and what opening a file costs.
LITTLE = 20 * CHUNK


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Keep CVs in a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "outside.pdf").write_bytes(PDF)
    return tmp_path / "media"


@pytest.fixture
def stored() -> Callable[..., FieldFile]:
    """Give a function that stores a CV like an upload does."""

    def stored(content: bytes = PDF, name: str = "cv.pdf") -> FieldFile:
        application = Application()
        application.cv.save(name, ContentFile(content), save=False)
        return application.cv

    return stored


def resume(**changes: object) -> Resume:
    """Return the description of a CV that is nowhere."""
    values = {"filename": "cv.pdf", "content_type": "application/pdf", "size": len(PDF), "storage_key": "cvs/no.pdf"}
    return Resume.model_validate({**values, "sha256": hashlib.sha256(PDF).hexdigest(), **changes})


class BreakingFile(File):
    """A file of a storage that goes away while it is read."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"%PDF"
        raise ConnectionResetError("the storage hung up")


class BreakingStorage(Storage):
    """A storage that gives such files."""

    def _open(self, name: str, mode: str = "rb") -> File:
        return BreakingFile(ContentFile(PDF), name)


class TestDescribe:
    def test_tells_size_hash_type_and_place(self, stored: Callable[..., FieldFile]) -> None:
        file = stored()
        expected = resume(filename="cv sanne.pdf", storage_key=file.name)

        assert expected == describe(file, filename="cv sanne.pdf")

    def test_takes_the_stored_name_where_no_other_is_known(self, stored: Callable[..., FieldFile]) -> None:
        file = stored()

        assert Path(str(file.name)).name == describe(file).filename

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("cv.pdf", "application/pdf"),
            ("CV.PDF", "application/pdf"),
            ("cv.doc", "application/msword"),
            ("cv.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("cv.odt", "application/vnd.oasis.opendocument.text"),
            ("cv.rtf", "application/rtf"),
            ("cv.pages", "application/vnd.apple.pages"),
            ("cv.txt", "text/plain"),
            ("cv", FALLBACK_TYPE),
            ("cv.unheard-of", FALLBACK_TYPE),
        ],
    )
    def test_tells_the_type_by_the_name(self, stored: Callable[..., FieldFile], name: str, kind: str) -> None:
        assert kind == describe(stored(), filename=name).content_type

    def test_tells_the_same_type_on_every_machine(
        self, stored: Callable[..., FieldFile], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mimetypes.init()
        monkeypatch.setitem(mimetypes.types_map, ".canary", "text/only-here")

        assert FALLBACK_TYPE == describe(stored(), filename="cv.canary").content_type

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\fakepath\\cv sanne.pdf", "cv sanne.pdf"),
            ("..\\..\\cv.pdf", "cv.pdf"),
            ("cv.pdf/", "cv.pdf"),
            ("cv..pdf", "cv..pdf"),
        ],
    )
    def test_shows_no_folder(self, stored: Callable[..., FieldFile], given: str, shown: str) -> None:
        assert shown == describe(stored(), filename=given).filename

    @pytest.mark.parametrize("given", ["", ".", "..", "/", "../..", "\\"])
    def test_shows_the_stored_name_instead_of_a_folder(self, stored: Callable[..., FieldFile], given: str) -> None:
        file = stored()

        assert Path(str(file.name)).name == describe(file, filename=given).filename

    def test_takes_an_empty_file_as_it_is(self, stored: Callable[..., FieldFile]) -> None:
        described = describe(stored(b""))

        assert (0, hashlib.sha256().hexdigest()) == (described.size, described.sha256)

    def test_says_so_where_the_file_is_gone(self, stored: Callable[..., FieldFile]) -> None:
        file = stored()
        file.storage.delete(str(file.name))
        with pytest.raises(FileNotFoundError):
            describe(file)


class TestOpened:
    def test_gives_the_whole_file_from_its_start(self, stored: Callable[..., FieldFile]) -> None:
        described = describe(stored())
        with opened(described) as found:
            assert found
            assert PDF == found.stream.read()
            assert described == found.resume

    def test_gives_nothing_where_there_is_no_cv(self) -> None:
        with opened(None) as found:
            assert found is None

    def test_closes_the_file(self, stored: Callable[..., FieldFile]) -> None:
        with opened(describe(stored())) as found:
            assert found
            stream = found.stream

        assert stream.closed

    def test_shows_no_folder_whatever_the_message_says(self, stored: Callable[..., FieldFile]) -> None:
        described = describe(stored())
        for given, shown in (("../../cv.pdf", "cv.pdf"), ("C:\\cv.pdf", "cv.pdf"), ("..", ""), ("/", "")):
            with opened(described.model_copy(update={"filename": given})) as found:
                assert found
                assert shown == found.filename

    @pytest.mark.parametrize("content", [PDF + b" ", PDF[:-1], b"", PDF.replace(b"1", b"2")])
    def test_refuses_another_file(self, stored: Callable[..., FieldFile], folder: Path, content: bytes) -> None:
        described = describe(stored())
        (folder / described.storage_key).write_bytes(content)
        with pytest.raises(ResumeChanged, match="is not the one"), opened(described):
            raise AssertionError("opened all the same")

    @pytest.mark.parametrize(
        "key",
        [
            "cvs/no.pdf",
            "",
            ".",
            "cvs",
            "../outside.pdf",
            "cvs/../../outside.pdf",
            "/etc/passwd",
            "cvs/with\0zero.pdf",
            "x" * 5_000,
        ],
        ids=range(9),
    )
    def test_finds_nothing_but_stored_files(self, stored: Callable[..., FieldFile], key: str) -> None:
        stored()
        with pytest.raises(ResumeMissing) as caught, opened(resume(storage_key=key)):
            raise AssertionError("opened all the same")

        assert len(key) < 5 or key not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_says_so_where_a_cloud_storage_raises_its_own_errors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        away = EndpointConnectionError(endpoint_url="https://cvs.example.org")
        monkeypatch.setattr(FileSystemStorage, "_open", Mock(side_effect=away))
        with pytest.raises(ResumeMissing, match=r"storage \(EndpointConnectionError\)\.$"), opened(resume()):
            raise AssertionError("opened all the same")

    def test_says_so_where_the_storage_goes_away_in_the_middle(self, settings: Settings) -> None:
        backend = f"{__name__}.BreakingStorage"
        settings.STORAGES = {**settings.STORAGES, "cvs": {"BACKEND": backend}}
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "RESUME_STORAGE": "cvs"}
        with pytest.raises(ResumeMissing, match="ConnectionResetError"), opened(resume()):
            raise AssertionError("opened all the same")


class TestMemory:
    def test_stays_small_for_a_large_file(self, stored: Callable[..., FieldFile], folder: Path) -> None:
        file = stored()
        with (folder / str(file.name)).open("wb") as large:
            large.truncate(MEGABYTES_32)
        tracemalloc.start()
        described = describe(file)
        with opened(described) as found:
            assert found
            size = sum(len(chunk) for chunk in found.stream.chunks(CHUNK))
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert MEGABYTES_32 == size == described.size
        assert peak < LITTLE
