"""On PostgreSQL the tests are left out that touch no database or are marked so, and no others."""

from __future__ import annotations

import pytest

from tests.database_only import is_decided_by_database


def test_without_a_database(request: pytest.FixtureRequest) -> None:
    assert not is_decided_by_database(item_of(request))


@pytest.mark.django_db
def test_with_the_marker(request: pytest.FixtureRequest) -> None:
    assert is_decided_by_database(item_of(request))


def test_with_the_fixture(request: pytest.FixtureRequest, db: None) -> None:
    assert is_decided_by_database(item_of(request))


def test_with_a_fixture_that_needs_it(request: pytest.FixtureRequest, customer: object) -> None:
    assert is_decided_by_database(item_of(request))


@pytest.mark.same_on_every_database
def test_with_a_fixture_and_marked(request: pytest.FixtureRequest, db: None) -> None:
    assert not is_decided_by_database(item_of(request))


def item_of(request: pytest.FixtureRequest) -> pytest.Item:
    """Return the running test."""
    item = request.node
    assert isinstance(item, pytest.Item)
    return item
