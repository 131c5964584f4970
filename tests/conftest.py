"""What many tests need: real services, a clean Redis, the board's people and applications."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import django_rq
import pytest
import redis
from django.conf import settings as django_settings
from django.core.files.base import ContentFile

from ats_integration import deadletters, notices, queues
from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.demo import services
from tests.environment import BUCKET, S3_PORT, SCRATCH, VALKEY_PORT
from tests.quick_flush import be_quick

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash test passwords without effort; hundreds of tests log in."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> None:
    """Empty the database quickly behind each test that commits."""
    be_quick()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep the SQLite test database in a file, so that threads and processes see the same."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(SCRATCH / "test.sqlite3")


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """Run one Valkey for the whole session."""
    with services.valkey(VALKEY_PORT) as url:
        yield url


@pytest.fixture
def valkey(valkey_server: str) -> Iterator[redis.Redis]:
    """Give a connection to an empty Valkey, the one that REDIS_URL names."""
    queues.redis_pause.end()
    client = redis.Redis.from_url(valkey_server)
    client.flushall()
    yield client
    client.close()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Run one S3 server for the whole session."""
    with services.s3(SCRATCH / "s3", BUCKET, port=S3_PORT) as endpoint:
        yield endpoint


@pytest.fixture
def s3(s3_server: str) -> Iterator[Any]:
    """Give a client to an S3 with an empty bucket, the one that the settings name."""
    deadletters.s3_pause.end()
    client = services.s3_client(s3_server)
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    yield client
    client.close()


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Forget what one test left in the process."""
    notices.waiting = notices.Notices()
    queues.redis_pause.end()
    deadletters.s3_pause.end()


@pytest.fixture
def ats() -> Iterator[Sandbox]:
    """Run an ATS stand-in for this test alone: a shared one would serve late calls of an earlier test."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def customer(db: None) -> Customer:
    """Make a hiring company."""
    return Customer.objects.create(name="Acme BV")


@pytest.fixture
def vacancy(customer: Customer) -> Vacancy:
    """Make an open job."""
    return Vacancy.objects.create(customer=customer, title="Monteur", external_id="monteur-elektrotechniek")


@pytest.fixture
def config(customer: Customer, ats: Sandbox) -> ATSConfig:
    """Connect the company with Recruitee on the stand-in."""
    return ATSConfig.objects.create(
        customer=customer,
        name="Acme's Recruitee",
        provider="recruitee",
        settings={"company": "acme"},
        credentials={"careers_token": "token-of-acme-1234"},
        base_url=ats.url("recruitee"),
        notify_emails=["hr@acme.example"],
    )


@pytest.fixture
def apply(vacancy: Vacancy) -> Callable[..., Application]:
    """Give a function that hands in an application with a CV."""

    def apply(**changes: Any) -> Application:
        values = {"vacancy": vacancy, "first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org"}
        values |= {"cv": ContentFile(PDF, name="cv sanne.pdf"), "cv_filename": "cv sanne.pdf", "phone": "06 12345678"}
        return Application.objects.create(**{**values, **changes})

    return apply


@pytest.fixture
def drain(valkey: redis.Redis) -> Callable[[], None]:
    """Give a function that works both queues until they are empty."""

    def drain() -> None:
        django_rq.get_worker("happy", "retry").work(burst=True, logging_level="WARNING")

    return drain
