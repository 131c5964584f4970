"""Connections are read once they changed, and now and then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ats_integration import claims, config_cache
from ats_integration.config_cache import ConfigCache
from ats_integration.models import ATSConfig
from ats_integration.states import Status
from tests.pages import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache(config: ATSConfig) -> ConfigCache:
    """Return a cache that knows the connection."""
    found = ConfigCache()
    found.refresh([config.pk])
    return found


def version_of(config: ATSConfig) -> object:
    """Return the version of a connection, as a claim of one of its deliveries reads it."""
    ((_delivery, version),) = claims.take({rows.delivery(config, Status.QUEUED).pk: 0}, timezone.now())
    return version


def test_what_is_known_is_not_read_again(
    cache: ConfigCache, config: ATSConfig, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version = version_of(config)
    with django_assert_num_queries(0):
        cache.refresh([config.pk])
        assert {config.pk: config} == cache.get({config.pk: version})


def test_a_saved_change_counts_at_once(cache: ConfigCache, config: ATSConfig) -> None:
    config.name = "mended"
    config.save()
    assert "mended" == cache.get({config.pk: version_of(config)})[config.pk].name


def test_one_that_is_not_known_is_read(config: ATSConfig) -> None:
    assert {config.pk: config} == ConfigCache().get({config.pk: version_of(config)})


@pytest.mark.parametrize(("fresh", "expected"), [(timedelta(0), "renamed"), (config_cache.FRESH, "Acme's Recruitee")])
def test_what_changes_it_without_a_save_counts_a_little_later(
    config: ATSConfig, monkeypatch: pytest.MonkeyPatch, fresh: timedelta, expected: str
) -> None:
    monkeypatch.setattr(config_cache, "FRESH", fresh)
    cache, version = ConfigCache(), version_of(config)
    cache.refresh([config.pk])
    ATSConfig.objects.update(name="renamed")
    cache.refresh([config.pk])
    assert expected == cache.get({config.pk: version})[config.pk].name


def test_one_that_is_gone_is_left_out(cache: ConfigCache, config: ATSConfig) -> None:
    assert [config.pk] == list(cache.get({config.pk: config.updated_at, config.pk + 1: config.updated_at}))


def test_what_nobody_uses_is_forgotten(config: ATSConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_cache, "FRESH", timedelta(0))
    cache = ConfigCache()
    cache.refresh([config.pk])
    cache.refresh([config.pk + 1])
    assert {} == cache._known


def test_a_delivery_whose_connection_goes_while_it_is_claimed_is_not_tried(config: ATSConfig) -> None:
    delivery = rows.delivery(config, Status.QUEUED)
    assert {} == claims.claim_all({delivery.pk: 0}, lambda _saved: {})
