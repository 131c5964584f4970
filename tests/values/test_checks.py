"""The system checks: each one names its own mistake, once, with a hint, and never a key."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ats_integration import checks

SECRET = "a-key-that-must-not-be-shown-0123456789"
SHORT_SECRET = "short-secret"
QUEUE = {"URL": f"redis://:{SECRET}@localhost/0", "SERIALIZER": "rq.serializers.JSONSerializer"}
PICKLED = {**QUEUE, "SERIALIZER": "rq.serializers.DefaultSerializer"}
MISSPELT = {**QUEUE, "SERIALIZER": "rq.serializers.JSONSerialiser"}
NO_SERIALIZER = {"URL": QUEUE["URL"]}
RQ = {
    "JOB_CLASS": "ats_integration.rq_json.JSONJob",
    "WORKER_CLASS": "ats_integration.worker.DeliveryWorker",
    "SCHEDULER_CLASS": "ats_integration.rq_json.JSONScheduler",
}
NOTHING = timedelta(0)
KEYS_SETTING = "ATS_INTEGRATION['ENCRYPTION_KEYS'] (in the job board: ATS_ENCRYPTION_KEYS)"

#: What a project gets wrong: id, what ATS_INTEGRATION says instead, what other settings or the environment say, a word
#: of the complaint.
MISTAKES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("E001", {"RETRY_BUGDET": timedelta(1)}, {}, "Did you mean RETRY_BUDGET?"),
    ("E001", {"COLOUR_OF_THE_SKY": "blue"}, {}, "Known keys: ALLOWED_PRIVATE_HOSTS, "),
    ("E002", {"RETRY_BUDGET": 300}, {}, "Give a timedelta."),
    ("E002", {"RETRY_FACTOR": "2"}, {}, "Give a number."),
    ("E002", {"RETRY_MAX_TRIES": 2.5}, {}, "Give a whole number."),
    ("E002", {"WORKER_CONCURRENCY": True}, {}, "Give a whole number."),
    ("E002", {"PUBLIC_URL": None}, {}, "Give a text."),
    ("E002", {"ENCRYPTION_KEYS": SECRET}, {}, "Give a list of str."),
    ("E002", {"ENCRYPTION_KEYS": [SECRET.encode()]}, {}, "Give a list of str."),
    ("E002", {"ENCRYPTION_KEYS": None}, {}, "is NoneType"),
    ("E002", {"SUPPORT_EMAILS": "support@example.org"}, {}, "Give a list of str."),
    ("E003", {"APPLICATION_ADAPTER": ""}, {}, "README.md points to a complete one"),
    ("E004", {"CUSTOMER_MODEL": "board.Nobody"}, {}, "CUSTOMER_MODEL"),
    ("E004", {"APPLICATION_MODEL": "nowhere.Application"}, {}, "app_label.Model"),
    ("E005", {"APPLICATION_ADAPTER": "jobbird.ats.NoAdapter"}, {}, "cannot be imported"),
    ("E005", {"APPLICATION_ADAPTER": "jobbird.ats.e164"}, {}, "ApplicationAdapter"),
    ("E005", {"APPLICATION_ADAPTER": "no.such.module"}, {}, "ModuleNotFoundError"),
    ("E005", {"CUSTOMERS_OF_USER": "jobbird.ats.nobody"}, {}, "CUSTOMERS_OF_USER"),
    ("E005", {"PROVIDERS": ["ats_integration.providers.taleo.Taleo"]}, {}, "taleo"),
    ("E005", {"PROVIDERS": ["ats_integration.providers.registry.get"]}, {}, "is no Provider"),
    ("E006", {"ENCRYPTION_KEYS": []}, {}, KEYS_SETTING),
    ("E007", {"ENCRYPTION_KEYS": [SECRET, SHORT_SECRET]}, {}, "fewer than 16"),
    ("E007", {"ENCRYPTION_KEYS": [""]}, {}, "secrets.token_urlsafe"),
    ("E016", {"ENCRYPTION_KEYS": ["new-key-0123456789abcdef", f" {SECRET}"]}, {}, KEYS_SETTING),
    ("E016", {"ENCRYPTION_KEYS": [f"{SECRET}\n"]}, {}, "rotate_ats_keys"),
    ("E008", {}, {"RQ_QUEUES": {"happy": QUEUE}}, "no queue 'retry'"),
    ("E008", {}, {"RQ_QUEUES": {"retry": QUEUE}}, "no queue 'happy'"),
    ("E009", {}, {"RQ_QUEUES": {"happy": QUEUE, "retry": PICKLED}}, "would be unpickled"),
    ("E009", {}, {"RQ_QUEUES": {"happy": NO_SERIALIZER, "retry": QUEUE}}, "rq.serializers.JSONSerializer"),
    ("E009", {}, {"RQ_QUEUES": {"happy": MISSPELT, "retry": QUEUE}}, "Queue 'happy'"),
    ("E010", {}, {"RQ": {**RQ, "JOB_CLASS": "rq.job.Job"}}, "RQ['JOB_CLASS']"),
    ("E010", {}, {"RQ": {**RQ, "WORKER_CLASS": "rq.worker.NoSuchWorker"}}, "RQ['WORKER_CLASS']"),
    ("E010", {}, {"RQ": {**RQ, "SCHEDULER_CLASS": None}}, "RQ['SCHEDULER_CLASS']"),
    ("E011", {"NOTICE_WINDOW": NOTHING}, {}, "NOTICE_WINDOW"),
    ("E011", {"SWEEP_GRACE": -timedelta(seconds=1)}, {}, "positive timedelta"),
    ("E012", {"CLAIM_LEASE": timedelta(seconds=30)}, {}, "CLAIM_LEASE"),
    ("E013", {"RETRY_FACTOR": 0.5}, {}, "RETRY_FACTOR"),
    ("E013", {"RETRY_FACTOR": float("nan")}, {}, "RETRY_FACTOR"),
    ("E013", {"RETRY_MAX_TRIES": 0}, {}, "RETRY_MAX_TRIES"),
    ("E013", {"WORKER_CONCURRENCY": 0}, {}, "WORKER_CONCURRENCY"),
    ("E013", {"MAX_CONCURRENCY": 0}, {}, "MAX_CONCURRENCY"),
    ("E013", {"CIRCUIT_FAILURES": 0}, {}, "CIRCUIT_FAILURES"),
    ("E014", {"RESUME_STORAGE": "cvs"}, {}, "default, staticfiles"),
    ("E015", {"ENCRYPTION_KEYS": [SECRET]}, {"SECRET_KEY": SECRET}, "SECRET_KEY"),
    ("E015", {"ENCRYPTION_KEYS": ["django-insecure-0123456789"]}, {}, "rotate_ats_keys"),
    ("E015", {"ENCRYPTION_KEYS": [SECRET, "a long random text"]}, {}, "everybody knows"),
    ("E017", {}, {"USE_TZ": False}, "moments with a zone"),
    ("W002", {"DEAD_LETTER_BUCKET": ""}, {}, "Set ATS_INTEGRATION['DEAD_LETTER_BUCKET'] (in the job board: ATS_DEAD_"),
    ("E018", {}, {"AWS_ENDPOINT_URL_S3": "minio:9000"}, "AWS_ENDPOINT_URL_S3"),
    ("E018", {}, {"AWS_ENDPOINT_URL": "http://"}, "AWS_ENDPOINT_URL is"),
    ("E018", {}, {"AWS_ENDPOINT_URL_S3": f"https://user:{SECRET}@s3 example.com"}, "scheme and host"),
    ("E018", {}, {"AWS_ENDPOINT_URL_S3": "http://mi_nio:9000"}, "without underscores"),
    ("W003", {"SUPPORT_EMAILS": []}, {}, "ATS_SUPPORT_EMAILS"),
    ("W003", {"SUPPORT_EMAILS": ["support@jobbird.example", "me@example.com"]}, {}, "Nobody in support"),
    ("W004", {"ALLOWED_PRIVATE_HOSTS": ["intranet.example"]}, {}, "intranet.example"),
    ("W005", {"PUBLIC_URL": "http://jobs.example.com"}, {}, "PUBLIC_URL is http://jobs.example.com: ATSs cannot"),
    ("W005", {"PUBLIC_URL": "https://localhost:8000"}, {}, "links in mails lead nowhere"),
    ("W005", {"PUBLIC_URL": "https://127.0.0.1"}, {}, "Set ATS_INTEGRATION['PUBLIC_URL']"),
    ("W005", {"PUBLIC_URL": ""}, {}, "https address of this site"),
]

#: What a project has in production and the tests do not.
PRODUCTION: dict[str, Any] = {
    "ALLOWED_PRIVATE_HOSTS": [],
    "PUBLIC_URL": "https://localhost.example.com/jobs",
    "SUPPORT_EMAILS": ["support@jobbird.test", "support@jobbird.example"],
}

Configure = Callable[..., list[CheckMessage]]


@pytest.fixture
def complaints(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Give a function that configures a project for production, with changes, and checks it."""

    def complaints(own: dict[str, Any] | None = None, others: dict[str, Any] | None = None) -> list[CheckMessage]:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, **PRODUCTION, **(own or {})}
        for name, value in (others or {}).items():
            monkeypatch.setenv(name, value) if name.startswith("AWS_") else setattr(settings, name, value)
        found = run_checks(tags=["ats_integration"], include_deployment_checks=True)
        return [message for message in found if str(message.id).startswith("ats_integration.")]

    return complaints


def test_a_clean_project_hears_nothing(complaints: Configure) -> None:
    assert [] == complaints()


@pytest.mark.parametrize(("number", "own", "others", "word"), MISTAKES)
class TestEveryMistake:
    def test_is_named_once_with_a_hint(
        self, complaints: Configure, number: str, own: dict[str, Any], others: dict[str, Any], word: str
    ) -> None:
        (found,) = complaints(own, others)

        assert f"ats_integration.{number}" == found.id
        assert word in f"{found.msg} {found.hint}"
        assert found.hint

    def test_is_named_without_any_key(
        self, complaints: Configure, number: str, own: dict[str, Any], others: dict[str, Any], word: str
    ) -> None:
        text = " ".join(map(str, complaints(own, others)))

        assert SECRET not in text
        assert SHORT_SECRET not in text

    def test_is_an_error_or_a_warning_as_its_id_says(
        self, complaints: Configure, number: str, own: dict[str, Any], others: dict[str, Any], word: str
    ) -> None:
        (found,) = complaints(own, others)

        assert number.startswith("E") is found.is_serious()


def test_no_check_goes_untried() -> None:
    source = "".join(path.read_text() for path in Path(checks.__file__).parent.glob("*checks.py"))
    known = {f"{kind[0].upper()}{int(number):03}" for kind, number in re.findall(r"\b(error|warning)\((\d+),", source)}

    assert known == {number for number, *_ in MISTAKES}


def test_every_mistake_of_one_kind_is_named(complaints: Configure) -> None:
    found = complaints({"PROVIDERS": ["no.such.One", "no.such.Two"], "RETRY_MAX_TRIES": 0, "RETRY_FACTOR": 0})

    assert ["E005", "E005", "E013", "E013"] == [str(message.id)[-4:] for message in found]


def test_wrong_names_are_named_before_anything_is_looked_at(complaints: Configure) -> None:
    found = complaints({"RETRY_BUGDET": 1, "CLAIM_LEASE": "45", "ENCRYPTION_KEYS": None})

    assert ["E001", "E002", "E002"] == [str(message.id)[-4:] for message in found]


def test_what_is_fine_on_a_laptop_is_not_named_there(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "SUPPORT_EMAILS": [], "DEAD_LETTER_BUCKET": ""}

    assert [] == run_checks(tags=["ats_integration"])


@pytest.mark.parametrize("address", ["", "http://[::1]:9000", "https://s3.nl-ams.scw.cloud/", "HTTP://minio"])
def test_every_address_of_s3_that_boto3_takes_is_fine(complaints: Configure, address: str) -> None:
    assert [] == complaints({}, {"AWS_ENDPOINT_URL_S3": address})


@pytest.mark.parametrize("names", ["rq.serializers.JSONSerializer", "json"])
def test_every_name_of_the_json_serializer_is_known(complaints: Configure, names: str) -> None:
    queue = {**QUEUE, "SERIALIZER": names}

    assert [] == complaints({}, {"RQ_QUEUES": {"happy": queue, "retry": queue}})


def test_classes_of_rq_may_be_given_as_they_are(complaints: Configure) -> None:
    from ats_integration.rq_json import JSONJob

    class OurOwnJob(JSONJob):
        """What a project may add."""

    assert [] == complaints({}, {"RQ": {**RQ, "JOB_CLASS": OurOwnJob}})


def test_a_mistake_stops_every_command(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "RETRY_BUGDET": 1}
    with pytest.raises(CommandError, match=r"E001.*RETRY_BUGDET(.|\n)*RETRY_BUDGET"):
        call_command("show_retry_schedule", "--messages", "1", stdout=StringIO(), skip_checks=False)
