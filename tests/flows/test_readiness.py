"""What would still fail is not sent again, and the line says why; a dry run says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import NoCredentialsError
from django.core.files.storage import FileSystemStorage, default_storage

from ats_integration import resend
from ats_integration.models import ATSConfig, Delivery
from ats_integration.resend import Selection
from jobbird.board.models import Application, Vacancy
from tests.flows.conftest import Tune
from tests.flows.test_intake import SPEECHLESS
from tests.flows.test_resend import died, fates
from tests.queue_steps import job_ids

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["died"]
Fate = Callable[[], tuple[str, str]]


@pytest.fixture(params=[True, False], ids=["dry run", "for real"])
def fate(request: pytest.FixtureRequest, died: Any) -> Fate:
    """Give a function that tells the fate of the only letter."""

    def fate() -> tuple[str, str]:
        (found,) = fates(resend.run(Selection(), dry_run=request.param))
        assert [] == job_ids(died, "happy")
        return found

    return fate


def test_a_paused_connection_keeps_it_from_being_sent(fate: Fate) -> None:
    ATSConfig.objects.update(is_active=False)
    assert ("failed", "Its connection is paused.") == fate()


def test_an_incomplete_connection_keeps_it_from_being_sent(fate: Fate, config: ATSConfig) -> None:
    config.credentials = {}
    config.save()
    assert ("failed", "Its connection is incomplete: careers_token.") == fate()


def test_a_connection_that_is_gone_keeps_it_from_being_sent(fate: Fate, config: ATSConfig) -> None:
    config.delete()
    assert ("failed", "Its connection is gone; the letter itself is still in S3.") == fate()


def test_a_delivery_that_is_gone_keeps_it_from_being_sent(fate: Fate) -> None:
    Delivery.objects.all().delete()
    assert ("failed", "Its delivery is gone: --from-s3 makes it again.") == fate()


def test_an_unknown_provider_keeps_it_from_being_sent(fate: Fate) -> None:
    ATSConfig.objects.update(provider="taleo")
    assert "taleo" in fate()[1]


def test_unreadable_credentials_keep_it_from_being_sent(fate: Fate, tune: Tune) -> None:
    tune(ENCRYPTION_KEYS=["another-key-0123456789abcdef"])
    assert ("failed", "None of the configured keys opens these credentials.") == fate()


def test_a_vacancy_without_the_ats_job_id_keeps_it_from_being_sent(fate: Fate) -> None:
    Vacancy.objects.update(external_id="")
    assert ("failed", "Its vacancy has no id of the job in the ATS.") == fate()


def test_a_missing_cv_keeps_it_from_being_sent(fate: Fate) -> None:
    default_storage.delete(str(Application.objects.get().cv.name))
    Application.objects.all().delete()
    assert ("failed", "The CV could not be read from the storage (FileNotFoundError).") == fate()


def test_a_storage_of_cvs_that_is_away_keeps_it_from_being_sent(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> None:
    Application.objects.all().delete()
    monkeypatch.setattr(FileSystemStorage, "_open", Mock(side_effect=NoCredentialsError()))
    assert ("failed", "The CV could not be read from the storage (NoCredentialsError).") == fate()


def test_an_unreadable_application_keeps_it_from_being_sent(fate: Fate, tune: Tune) -> None:
    tune(APPLICATION_ADAPTER=SPEECHLESS)
    Delivery.objects.update(message={})
    assert ("failed", "The application cannot be read.") == fate()


def test_a_delivery_that_lives_keeps_it_from_being_sent(fate: Fate) -> None:
    Delivery.objects.update(status="delivered")
    assert ("failed", "Its delivery is delivered already.") == fate()
