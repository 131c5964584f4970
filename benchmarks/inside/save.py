"""Save applications as a web request does, in turns with and without the app. Usage: python save.py N

Prints the seconds of each save in JSON: {"with": [...], "without": [...]}. A save ends when its
transaction is committed and whatever waited for the commit has run.
"""

from __future__ import annotations

import json
import sys
import time

import board
from django.db import transaction
from django.db.models.signals import post_save

from ats_integration import receivers
from jobbird.board.models import Application, Vacancy

WARM_UP = 20  # saves that are not counted


def seconds(vacancy: Vacancy, number: int) -> float:
    """Save one application; return how long that took."""
    row = board.application(vacancy, number)
    start = time.perf_counter()
    with transaction.atomic():
        row.save()
    return time.perf_counter() - start


def without(vacancy: Vacancy, number: int) -> float:
    """Save one while the app does not listen."""
    post_save.disconnect(receivers.on_application_saved, sender=Application, dispatch_uid="ats_integration.intake")
    try:
        return seconds(vacancy, number)
    finally:
        receivers.connect()


def main() -> None:
    """Save, and print how long each took."""
    vacancies = [vacancy for vacancy, _ in board.connections("customer")]
    found: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(int(sys.argv[1]) + WARM_UP):
        vacancy = vacancies[number % len(vacancies)]
        found["without"].append(without(vacancy, number))
        found["with"].append(seconds(vacancy, number))
    print(json.dumps({way: all_seconds[WARM_UP:] for way, all_seconds in found.items()}))


if __name__ == "__main__":
    main()
