"""500 applications of one customer, all refused: the whole way from an import to one mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from ats_integration import deadletters, notices, sweep
from ats_integration.models import ATSConfig, DeadLetter
from jobbird.board.models import Application, Vacancy

pytestmark = pytest.mark.django_db(transaction=True)


def test_500_failures_of_one_customer_are_exactly_one_mail(
    valkey: Any, s3: Any, config: ATSConfig, vacancy: Vacancy, drain: Callable[[], None]
) -> None:
    Vacancy.objects.update(external_id="")
    values = {"vacancy": vacancy, "first_name": "Sanne", "email": "sanne@example.org"}
    Application.objects.bulk_create([Application(**values) for _ in range(500)])
    assert 500 == sweep.sweep(timezone.now() + timedelta(seconds=20)).taken_in
    drain()
    assert 500 == DeadLetter.objects.exclude(stored_at=None).count() == len(deadletters.keys())
    for minutes in (1, 2, 59):
        notices.send_due(timezone.now() + timedelta(minutes=minutes))
    assert ["Acme BV's Recruitee could not be told which job it is about: 500 applications not delivered"] == [
        sent.subject for sent in mail.outbox
    ]
    assert ["hr@acme.example", "support@jobbird.example"] == mail.outbox[0].to
