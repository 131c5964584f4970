"""The settings: typed, with defaults, read late, and followed when they change."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from pytest_django import Settings

from ats_integration.conf import DEFAULTS, Conf, conf, load

#: The least that a project must say.
LEAST = {"CUSTOMER_MODEL": "board.Customer", "APPLICATION_MODEL": "board.Application"}


@pytest.mark.parametrize("key", sorted(DEFAULTS.keys() - LEAST.keys()))
def test_has_a_default_for_every_other_key(settings: Settings, key: str) -> None:
    settings.ATS_INTEGRATION = LEAST

    assert DEFAULTS[key] == getattr(conf, key.lower())


def test_spells_its_keys_like_its_fields() -> None:
    assert {field.name for field in fields(Conf)} == {key.lower() for key in DEFAULTS}


def test_takes_what_the_project_says(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**LEAST, "RETRY_BUDGET": timedelta(hours=1), "RETRY_FACTOR": 3}

    assert (timedelta(hours=1), 3) == (conf.retry_budget, conf.retry_factor)


def test_makes_tuples_of_lists(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**LEAST, "ENCRYPTION_KEYS": ["one", "two"]}

    assert ("one", "two") == conf.encryption_keys


def test_follows_changes_both_ways(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**LEAST, "WORKER_CONCURRENCY": 3}
    with override_settings(ATS_INTEGRATION={**LEAST, "WORKER_CONCURRENCY": 5}):
        assert 5 == conf.worker_concurrency

    assert 3 == conf.worker_concurrency


def test_reads_only_once_in_between() -> None:
    assert load() is load()


def test_leaves_an_unknown_key_to_the_system_check(settings: Settings) -> None:
    settings.ATS_INTEGRATION = {**LEAST, "RETRY_BUGDET": timedelta(hours=1)}

    assert DEFAULTS["RETRY_BUDGET"] == conf.retry_budget


@pytest.mark.parametrize("missing", sorted(LEAST))
def test_needs_the_models(settings: Settings, missing: str) -> None:
    settings.ATS_INTEGRATION = {key: value for key, value in LEAST.items() if key != missing}
    with pytest.raises(ImproperlyConfigured, match=rf"ATS_INTEGRATION\['{missing}'\] is missing"):
        load()


@pytest.mark.parametrize("key", sorted(LEAST))
@pytest.mark.parametrize("name", ["hiring.models.Application", "Application", "hiring.", 5, ["hiring.Application"]])
def test_names_a_model_that_is_written_wrong(settings: Settings, key: str, name: object) -> None:
    settings.ATS_INTEGRATION = {**LEAST, key: name}
    with pytest.raises(ImproperlyConfigured) as refused:
        load()

    assert f"ATS_INTEGRATION['{key}'] is {name!r}: write it as 'app_label.Model'." == str(refused.value)


@pytest.mark.parametrize("said", [["a.B"], "a.B", None, 5])
def test_says_so_where_the_settings_are_no_dict(settings: Settings, said: object) -> None:
    settings.ATS_INTEGRATION = said
    with pytest.raises(ImproperlyConfigured, match=f"ATS_INTEGRATION is of type {type(said).__name__}: write it as"):
        load()


def test_says_so_where_there_are_no_settings_at_all(settings: Settings) -> None:
    del settings.ATS_INTEGRATION
    load.cache_clear()  # nobody is told of a deletion
    with pytest.raises(ImproperlyConfigured, match="CUSTOMER_MODEL"):
        load()


def test_knows_no_other_name() -> None:
    with pytest.raises(AttributeError, match="retry_bugdet"):
        conf.retry_bugdet  # type: ignore[attr-defined]  # noqa: B018


def test_cannot_be_changed_in_passing() -> None:
    with pytest.raises(FrozenInstanceError):
        load().retry_factor = 9.0  # type: ignore[misc]
