"""What the processes of the crash points do: each does one thing as the product does it, and dies at a point."""

from __future__ import annotations

import sys
import time
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections

from ats_integration import notices, sweep
from ats_integration.models import Delivery
from ats_integration.states import OPEN

from . import crashes

PATIENCE = 20  # seconds


def save(point: str, turn: int, vacancy: int) -> None:
    """Save an application, as the site does."""
    from jobbird.board.models import Application

    crashes.arm(point, turn)
    cv = ContentFile(b"%PDF-1.4 of somebody", name="cv.pdf")
    values = {"vacancy_id": vacancy, "first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org"}
    Application.objects.create(cv=cv, cv_filename="cv.pdf", **values)


def work(point: str, turn: int) -> None:
    """Work what stands in the queues."""
    crashes.arm(point, turn)
    run_worker()


def move_due(point: str, turn: int) -> None:
    """Move what is due to its queue, as the scheduler does."""
    crashes.arm(point, turn)
    run_scheduler()


def mail(point: str, turn: int, now: datetime) -> None:
    """Mail what is due, as a worker does beside its work."""
    if point:
        crashes.arm(point, turn)
    notices.refill()
    notices.send_due(now)


def resend(point: str, turn: int) -> None:
    """Send all dead letters again, as support does."""
    if point:
        crashes.arm(point, turn)
    call_command("resend_dead_letters", "--yes", "--json")


def finish() -> None:
    """Do what worker, scheduler and sweeper do until nothing is on its way any more."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        sweep.sweep()
        run_scheduler()
        run_worker()
        if not Delivery.objects.filter(status__in=OPEN).exists():
            return
        time.sleep(0.1)
    sys.exit(1)


def run_worker() -> None:
    """Work both queues until they are empty."""
    call_command("rqworker", "happy", "retry", burst=True, verbosity=0)
    connections.close_all()


def run_scheduler() -> None:
    """Move what is due, once."""
    import django_rq

    django_rq.get_scheduler("retry").enqueue_jobs()
