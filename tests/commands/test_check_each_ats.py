"""`check_ats_config` for ATSs that can prove a key, and for those that cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Customer, Vacancy

JOB = "4000001"
#: Per ATS: settings, credentials, and the account as the stand-in calls it.
CONNECTIONS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "greenhouse": ({"board_token": "acme"}, {"api_key": "key-of-acme"}, "acme"),
    "lever": ({"site": "acme"}, {"api_key": "key-of-acme"}, "acme"),
    "recruitee": ({"company": "acme"}, {"careers_token": "key-of-acme"}, ""),
    "workable": ({"subdomain": "acme"}, {"api_token": "key-of-acme"}, ""),
}
EACH = sorted(CONNECTIONS)
#: What is said of the ATS whose key can be proven, but not yet.
UNPROVEN = {"recruitee": "10 February 2027"}

pytestmark = pytest.mark.django_db

Check = Callable[[str], tuple[int, dict[str, Any]]]


@pytest.fixture
def check(customer: Customer, vacancy: Vacancy, ats: Sandbox) -> Check:
    Vacancy.objects.filter(pk=vacancy.pk).update(external_id=JOB)

    def check(slug: str) -> tuple[int, dict[str, Any]]:
        settings, credentials, _account = CONNECTIONS[slug]
        values = {"settings": settings, "credentials": credentials, "base_url": ats.url(slug)}
        config = ATSConfig.objects.create(customer=customer, provider=slug, **values)
        out, status = StringIO(), 0
        try:
            call_command("check_ats_config", str(config.pk), "--json", stdout=out)
        except SystemExit as end:
            status = int(end.code or 0)
        (report,) = json.loads(out.getvalue())
        return status, report

    return check


def register(ats: Sandbox, slug: str, *, key: str = "key-of-acme", job: str = JOB) -> None:
    ats.register(slug, account=CONNECTIONS[slug][2], key=key, jobs=[job])


@pytest.mark.parametrize("slug", EACH)
def test_proves_account_and_job(slug: str, check: Check, ats: Sandbox) -> None:
    register(ats, slug)
    status, report = check(slug)
    assert (0, True, [], []) == (status, report["ok"], report["problems"], report["unknown_jobs"])
    assert f"Job {JOB} is open." in report["proven"]
    assert UNPROVEN.get(slug, "the first application will") in report["unproven"][0]


@pytest.mark.parametrize("slug", EACH)
def test_names_a_job_that_the_ats_does_not_know(slug: str, check: Check, ats: Sandbox) -> None:
    register(ats, slug, job="another")
    status, report = check(slug)
    assert (1, [JOB]) == (status, report["unknown_jobs"])


@pytest.mark.parametrize("slug", ["recruitee", "workable"])
def test_names_a_key_that_is_refused(slug: str, check: Check, ats: Sandbox) -> None:
    register(ats, slug, key="another-key")
    status, report = check(slug)
    assert (1, False, 1) == (status, report["ok"], len(report["problems"]))


@pytest.mark.parametrize("slug", ["greenhouse", "lever"])
def test_says_plainly_that_the_key_was_not_proven(slug: str, check: Check, ats: Sandbox) -> None:
    register(ats, slug, key="another-key")
    status, report = check(slug)
    assert (0, True) == (status, report["ok"])
    assert "no call that proves the API key" in report["unproven"][0]


@pytest.mark.parametrize("slug", EACH)
def test_names_an_account_that_does_not_exist(slug: str, check: Check, ats: Sandbox) -> None:
    ats.register(slug, account="other", key="key-of-acme", jobs=[JOB])
    status, report = check(slug)
    assert (1, False) == (status, report["ok"])


@pytest.mark.parametrize("slug", EACH)
def test_hands_nothing_in(slug: str, check: Check, ats: Sandbox) -> None:
    check(slug)
    assert ([], 0) == (ats.received(), ats.stats()[slug]["calls"])
