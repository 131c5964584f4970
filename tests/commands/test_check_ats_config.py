"""`check_ats_config` tells whether connections work, for people and for scripts."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import UUIDField

from ats_integration.models import ATSConfig
from ats_integration.sandbox import Sandbox
from jobbird.board.models import Customer, Vacancy

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_ats_config", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def reports(*arguments: str) -> list[dict[str, Any]]:
    return list(json.loads(run(*arguments, "--json")[1]))


def test_ends_with_0_where_everything_is_right(config: ATSConfig, vacancy: Vacancy) -> None:
    status, shown = run(str(config.pk))
    assert (0, True) == (status, "ok" in shown)


def test_asks_for_the_jobs_of_open_vacancies(config: ATSConfig, vacancy: Vacancy, ats: Sandbox) -> None:
    ats.register("recruitee", account="", key="token-of-acme-1234", jobs=["another-job"])
    (report,) = reports("--customer", str(config.customer_id))
    assert [vacancy.external_id] == report["unknown_jobs"]
    assert 1 == run("--all")[0]


def test_ends_with_1_where_an_ats_is_away(config: ATSConfig, ats: Sandbox) -> None:
    ats.behave("recruitee", "down")
    status, shown = run("--all")
    assert (1, True) == (status, "problem" in shown)


def test_prints_no_secret(config: ATSConfig, ats: Sandbox) -> None:
    ats.behave("recruitee", "refuse_key")
    assert "token-of-acme-1234" not in run("--all")[1] + run("--all", "--json")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say which"),
        (("999999",), "no connection 999999"),
        (("--customer", "999999"), "Customer 999999 has no connection"),
        (("--customer", "acme"), "Customer acme has no connection"),
    ],
)
def test_says_what_is_wrong_with_its_use(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        call_command("check_ats_config", *arguments)
    assert 2 == refused.value.returncode


def test_says_so_too_where_customers_have_uuids(config: ATSConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Customer._meta.pk, "get_prep_value", UUIDField().get_prep_value)
    with pytest.raises(CommandError, match="Customer nonsense has no connection") as refused:
        call_command("check_ats_config", "--customer", "nonsense")
    assert 2 == refused.value.returncode


def test_says_so_too_where_the_number_is_too_large_for_any_customer(config: ATSConfig) -> None:
    with pytest.raises(CommandError, match="has no connection") as refused:
        call_command("check_ats_config", "--customer", "9" * 30)
    assert 2 == refused.value.returncode


def test_all_leaves_paused_ones_out(config: ATSConfig) -> None:
    ATSConfig.objects.update(is_active=False)
    assert [] == reports("--all")
