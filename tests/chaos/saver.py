"""A program that saves applications as the job board does, and writes down each one that was committed.

  python -m tests.chaos.saver JOURNAL FIRST COUNT RATE VACANCY...

What cannot be saved is not written down; somebody else comes in its place, so that COUNT are saved in the end.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import django
from django.core.files.base import ContentFile

REFUSED = "refused"
PAUSE = 0.2  # seconds until the next one tries, after a failure


def main(journal: Path, first: int, count: int, rate: float, vacancies: Sequence[int]) -> None:
    """Save that many, at most `rate` a second, spread over the vacancies."""
    saved, began = 0, time.monotonic()
    with journal.open("a", buffering=1) as book:
        for number, vacancy in zip(itertools.count(first), itertools.cycle(vacancies), strict=False):
            if saved == count:
                return
            time.sleep(max(0.0, began + saved / rate - time.monotonic()))
            line = save(number, vacancy)
            book.write(line + "\n")
            saved += line != REFUSED


def save(number: int, vacancy: int) -> str:
    """Save one application; return what the journal says about it."""
    from django.db import close_old_connections

    from jobbird.board import demo_data
    from jobbird.board.models import Application

    person = demo_data.candidate(number)
    try:
        close_old_connections()
        Application.objects.create(
            vacancy_id=vacancy,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            cover_letter=person.cover_letter,
            cv=ContentFile(person.cv, name="cv.pdf"),
            cv_filename="cv.pdf",
        )
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)  # noqa: T201
        time.sleep(PAUSE)
        return REFUSED
    return f"{person.email} {sha256(person.cv).hexdigest()}"


def read(journal: Path) -> Iterator[list[str]]:
    """Yield the words of every finished line of a journal."""
    text = journal.read_text() if journal.exists() else ""
    yield from (line.split() for line in text.splitlines(keepends=True) if line.endswith("\n"))


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), [int(pk) for pk in sys.argv[5:]])
